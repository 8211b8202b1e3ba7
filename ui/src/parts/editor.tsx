// The form over one object: saves what was typed over the version that was read, and when somebody else was faster, keeps both.
import type { JSX } from "preact";
import { type Dispatch, type StateUpdater, useEffect, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { announce } from "../hooks/announce";
import { useAction } from "../hooks/use-action";
import { useDirty } from "../hooks/use-dirty";
import { useEditing } from "../hooks/use-editing";
import { go } from "../router";
import { Conflict, type Difference } from "./conflict";
import { ErrorBox } from "./notice";
import { Page } from "./page";
import { capital } from "./read";

/** What the inputs of an object are given. */
export interface Inputs<I> {
  input: I;
  onChange: Dispatch<StateUpdater<I>>;
  error: ApiError | undefined;
}

interface Common<I> {
  /** The word for such an object. */
  what: string;
  /** The same text for the same content. */
  asText?: (input: I) => string;
  wide?: boolean;
  children: (inputs: Inputs<I>) => JSX.Element;
}

interface EditorProps<T, I> extends Common<I> {
  object: T;
  changeable: boolean;
  inputOf: (object: T) => I;
  put: (input: I, version: number) => Promise<T>;
  get: () => Promise<T>;
  differences: (theirs: I, mine: I) => Difference[];
  onSaved?: (stored: T) => void;
}

export function Editor<T extends { version: number }, I>({
  what,
  object,
  changeable,
  inputOf,
  asText = JSON.stringify,
  put,
  get,
  differences,
  wide,
  onSaved,
  children,
}: EditorProps<T, I>) {
  const [saved, setSaved] = useState(() => inputOf(object));
  const [input, setInput] = useState(saved);
  const editing = useEditing<T>(object, (version) => put(input, version), get);
  const dirty = asText(input) !== asText(saved);
  useDirty(dirty);
  useEffect(() => {
    // The page changed a part of the object that this form does not show: what was typed stays, and can be saved over it.
    if (asText(inputOf(object)) === asText(saved)) editing.startFrom(object);
  }, [object.version]);
  const start = (from: T) => {
    editing.startFrom(from);
    setSaved(inputOf(from));
    setInput(inputOf(from));
    onSaved?.(from);
  };
  const save = async () => {
    const stored = await editing.save();
    if (stored === undefined) return;
    start(stored);
    announce(`${capital(what)} saved`);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void save();
  };
  const { present } = editing;
  return (
    <form class={wide ? undefined : "narrow"} onSubmit={submit}>
      <fieldset class="bare" disabled={!changeable}>
        {children({ input, onChange: setInput, error: editing.error })}
      </fieldset>
      {editing.error && <ErrorBox error={editing.error} />}
      {present && (
        <Conflict
          what={what}
          differences={differences(inputOf(present), input)}
          onKeepMine={() => void save()}
          onTakeTheirs={() => start(present)}
        />
      )}
      {changeable && (
        <div class="actions">
          <button
            type="submit"
            class="primary"
            disabled={!dirty || editing.running || present !== undefined}
          >
            Save changes
          </button>
        </div>
      )}
    </form>
  );
}

interface NewProps<T, I> extends Common<I> {
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
