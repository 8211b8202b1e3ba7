// The first use, and when no administrator is left: a site administrator of Gitea enters the one-time code.
import { useState } from "preact/hooks";
import { api, unwrap } from "../api/client";
import { announce } from "../hooks/announce";
import { useAction } from "../hooks/use-action";
import { ErrorNotice } from "../parts/feedback/error-notice";
import { Field } from "../parts/form/field";
import { Page } from "../parts/layout/page";

export function Bootstrap({ onClaimed: onDone }: { onClaimed: () => Promise<void> }) {
  const [code, setCode] = useState("");
  const action = useAction();
  const claim = async (event: Event) => {
    event.preventDefault();
    const done = await action.run(async () => {
      await unwrap(api.POST("/administrator/claim", { body: { code: code.trim() } }));
      await onDone();
    });
    if (done) announce("You are the administrator now");
  };
  return (
    <Page
      title="Become administrator"
      lead="No person administers this Samovar. To prove that you run it, run this command on its server and enter the code that it prints."
    >
      <pre class="command">
        <code>sudo samovar claim-code</code>
      </pre>
      <form class="narrow" onSubmit={(event) => void claim(event)}>
        <Field
          label="Claim code"
          hint="Used once. You can do this because you administer the Gitea server."
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
