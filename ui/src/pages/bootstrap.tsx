// Creates the first administrator: a site administrator of Gitea enters a one-time code that the server prints.
import { useState } from "preact/hooks";
import { api, unwrap } from "../api/client";
import { announce } from "../hooks/announce";
import { useAction } from "../hooks/use-action";
import { ErrorNotice } from "../parts/feedback/error-notice";
import { Field } from "../parts/form/field";
import { Page } from "../parts/layout/page";

export function Bootstrap({ onDone }: { onDone: () => Promise<void> }) {
  const [code, setCode] = useState("");
  const action = useAction();
  const submit = async (event: Event) => {
    event.preventDefault();
    const done = await action.run(async () => {
      await unwrap(api.POST("/administrator/claim", { body: { code: code.trim() } }));
      await onDone();
    });
    if (done) announce("You are now an administrator");
  };
  return (
    <Page
      title="Administrator setup"
      lead={
        <>
          No person administers Samovar. Run this command on the server and enter the code that it
          prints.
        </>
      }
    >
      <pre class="command">
        <code>sudo samovar claim-code</code>
      </pre>
      <form class="narrow" onSubmit={(event) => void submit(event)}>
        <Field
          label="One-time code"
          hint="You can enter it because you are a site administrator of Gitea."
          error={action.error?.errorAt("/code")}
        >
          {(attributes) => (
            <input
              {...attributes}
              required
              autocomplete="off"
              spellcheck={false}
              value={code}
              onInput={(event) => setCode(event.currentTarget.value)}
            />
          )}
        </Field>
        {action.error && <ErrorNotice error={action.error} />}
        <div class="actions">
          <button type="submit" class="primary" disabled={action.running}>
            Become administrator
          </button>
        </div>
      </form>
    </Page>
  );
}
