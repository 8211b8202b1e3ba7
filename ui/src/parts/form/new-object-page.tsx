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
  /** The word for making one, and for having made it. */
  verb?: readonly [string, string];
  create: (input: I) => Promise<T>;
  /** Where objects of this kind are. */
  listUrl: string;
  /** Where one goes back to; `at` unless told. */
  cancelUrl?: string;
}

/** The page on which one is made. */
export function NewObjectPage<T extends { id: string; name: string }, I>({
  noun: what,
  lead,
  empty,
  asText = JSON.stringify,
  verb = ["Make", "made"],
  create: make,
  listUrl: at,
  cancelUrl: back = at,
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
      const made = await make(input);
      announce(`${capitalize(what)} ${made.name} ${verb[1]}`);
      navigate(`${at}/${made.id}`, true);
    });
  };
  return (
    <Page title={`New ${what}`} lead={lead}>
      <form class={wide ? undefined : "narrow"} onSubmit={(event) => void save(event)}>
        {children({ input, onChange: setInput, error: action.error })}
        {action.error && <ErrorNotice error={action.error} />}
        <div class="actions">
          <button type="submit" class="primary" disabled={action.running}>
            {verb[0]} {what}
          </button>
          <a class="button" href={back}>
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}
