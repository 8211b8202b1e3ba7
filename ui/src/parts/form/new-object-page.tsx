// The page on which an object is created.
import { useState } from "preact/hooks";
import { announce } from "../../hooks/announce";
import { useAction } from "../../hooks/use-action";
import { useDirty } from "../../hooks/use-dirty";
import { go } from "../../router";
import { ErrorBox } from "../feedback/error-notice";
import { Page } from "../layout/page";
import { capital } from "../text/capitalize";
import type { ObjectForm } from "./object-form";

interface NewProps<T, I> extends ObjectForm<I> {
  lead?: string | undefined;
  empty: I;
  /** The word for making one, and for having made it. */
  verb?: readonly [string, string];
  make: (input: I) => Promise<T>;
  /** Where objects of this kind are. */
  at: string;
  /** Where one goes back to; `at` unless told. */
  back?: string;
}

/** The page on which one is made. */
export function NewObject<T extends { id: string; name: string }, I>({
  what,
  lead,
  empty,
  asText = JSON.stringify,
  verb = ["Make", "made"],
  make,
  at,
  back = at,
  wide,
  children,
}: NewProps<T, I>) {
  const [first] = useState(empty);
  const [input, setInput] = useState(first);
  const action = useAction();
  useDirty(!action.running && asText(input) !== asText(first));
  const save = async (event: Event) => {
    event.preventDefault();
    await action.run(async () => {
      const made = await make(input);
      announce(`${capital(what)} ${made.name} ${verb[1]}`);
      go(`${at}/${made.id}`, true);
    });
  };
  return (
    <Page title={`New ${what}`} lead={lead}>
      <form class={wide ? undefined : "narrow"} onSubmit={(event) => void save(event)}>
        {children({ input, onChange: setInput, error: action.error })}
        {action.error && <ErrorBox error={action.error} />}
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
