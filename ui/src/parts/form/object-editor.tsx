// The form over one object: saves what was typed over the version that was read, and when somebody else was faster, keeps both.
import { useEffect, useState } from "preact/hooks";
import { announce } from "../../hooks/announce";
import { useUnsavedChanges } from "../../hooks/use-unsaved-changes";
import { useVersionedEdit } from "../../hooks/use-versioned-edit";
import { ErrorNotice } from "../feedback/error-notice";
import { capitalize } from "../text/capitalize";
import { Conflict, type Difference } from "./conflict";
import type { ObjectForm } from "./object-form";

interface EditorProps<T, I> extends ObjectForm<I> {
  object: T;
  changeable: boolean;
  inputOf: (object: T) => I;
  put: (input: I, version: number) => Promise<T>;
  get: () => Promise<T>;
  differences: (theirs: I, mine: I) => Difference[];
  onSaved?: (stored: T) => void;
}

export function ObjectEditor<T extends { version: number }, I>({
  noun: what,
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
  const editing = useVersionedEdit<T>(object, (version) => put(input, version), get);
  const dirty = asText(input) !== asText(saved);
  useUnsavedChanges(dirty);
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
    announce(`${capitalize(what)} saved`);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void save();
  };
  const { current: present } = editing;
  return (
    <form class={wide ? undefined : "narrow"} onSubmit={submit}>
      <fieldset class="bare" disabled={!changeable}>
        {children({ input, onChange: setInput, error: editing.error })}
      </fieldset>
      {editing.error && <ErrorNotice error={editing.error} />}
      {present && (
        <Conflict
          noun={what}
          differences={differences(inputOf(present), input)}
          onKeepMine={() => void save()}
          onUseTheirs={() => start(present)}
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
