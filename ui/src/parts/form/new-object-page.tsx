// The page on which an object is created.
import { useState } from "preact/hooks";
import { announce } from "../../hooks/announce";
import { useAction } from "../../hooks/use-action";
import { useUnsavedChanges } from "../../hooks/use-unsaved-changes";
import { navigate } from "../../router";
import { ErrorNotice } from "../feedback/error-notice";
import { Page } from "../layout/page";
import { capitalize } from "../text/capitalize";
import type { ObjectForm } from "./object-form";

interface NewProps<T, I> extends ObjectForm<I> {
  lead?: string | undefined;
  empty: I;
  /** The verb on the button, and its past participle for the announcement. */
  verb?: readonly [string, string];
  create: (input: I) => Promise<T>;
  /** The path of the list; an object's page is below it. */
  listUrl: string;
  /** `listUrl` by default. */
  cancelUrl?: string;
}

export function NewObjectPage<T extends { id: string; name: string }, I>({
  noun,
  lead,
  empty,
  asText = JSON.stringify,
  verb = ["Create", "created"],
  create,
  listUrl,
  cancelUrl = listUrl,
  wide,
  children,
}: NewProps<T, I>) {
  const [first] = useState(empty);
  const [input, setInput] = useState(first);
  const action = useAction();
  useUnsavedChanges(!action.running && asText(input) !== asText(first));
  const save = async (event: Event) => {
    event.preventDefault();
    await action.run(async () => {
      const created = await create(input);
      announce(`${capitalize(noun)} ${created.name} ${verb[1]}`);
      navigate(`${listUrl}/${created.id}`, true);
    });
  };
  return (
    <Page title={`New ${noun}`} lead={lead}>
      <form class={wide ? undefined : "narrow"} onSubmit={(event) => void save(event)}>
        {children({ input, onChange: setInput, error: action.error })}
        {action.error && <ErrorNotice error={action.error} />}
        <div class="actions">
          <button type="submit" class="primary" disabled={action.running}>
            {verb[0]} {noun}
          </button>
          <a class="button" href={cancelUrl}>
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}
