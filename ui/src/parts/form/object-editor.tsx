// The form of an existing object. It saves over the version that was read and resolves conflicts.
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
  editable: boolean;
  inputOf: (object: T) => I;
  put: (input: I, version: number) => Promise<T>;
  get: () => Promise<T>;
  differences: (theirs: I, mine: I) => Difference[];
  onSaved?: (stored: T) => void;
}

export function ObjectEditor<T extends { version: number }, I>({
  noun,
  object,
  editable,
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
    // Another part of the page changed the object; if no value of this form changed, the new version is the base.
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
    announce(`${capitalize(noun)} saved`);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void save();
  };
  const { current } = editing;
  return (
    <form class={wide ? undefined : "narrow"} onSubmit={submit}>
      <fieldset class="bare" disabled={!editable}>
        {children({ input, onChange: setInput, error: editing.error })}
      </fieldset>
      {editing.error && <ErrorNotice error={editing.error} />}
      {current && (
        <Conflict
          noun={noun}
          differences={differences(inputOf(current), input)}
          onKeepMine={() => void save()}
          onUseTheirs={() => start(current)}
        />
      )}
      {editable && (
        <div class="actions">
          <button
            type="submit"
            class="primary"
            disabled={!dirty || editing.running || current !== undefined}
          >
            Save changes
          </button>
        </div>
      )}
    </form>
  );
}
