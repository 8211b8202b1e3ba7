// Gives a role to the chosen subject, or changes where and until when it has it; shows who gains or loses before saving.
import { useState } from "preact/hooks";
import { api, ifMatch, unwrap } from "../../api/client";
import type { Role, RoleBinding, RoleBindingDraft } from "../../api/schema";
import { announce } from "../../hooks/announce";
import { useVersionedEdit } from "../../hooks/use-versioned-edit";
import { ErrorNotice } from "../feedback/error-notice";
import { Conflict } from "../form/conflict";
import { Dialog } from "../layout/dialog";
import type { AccessData, NamedSubject } from "./access-data";
import { describeRange, describeSubject } from "./describe";
import { Impact } from "./impact";
import { RangeFields } from "./range-fields";
import { bindingDraft, inputOf } from "./range-input";

interface Props {
  world: AccessData;
  chosen: NamedSubject;
  role: Role;
  binding?: RoleBinding;
  onSaved: () => Promise<void>;
  onClose: () => void;
}

export function BindingDialog({ world, chosen, role, binding, onSaved, onClose }: Props) {
  const [input, setInput] = useState(inputOf(binding));
  const [previewed, setPreviewed] = useState(false);
  const draft = bindingDraft(role.id, chosen.subject, input);
  const editing = useVersionedEdit<RoleBinding>(
    binding ?? ({ version: 0 } as RoleBinding),
    (version) => write(binding, version, draft),
    () => unwrap(api.GET("/role-bindings/{id}", { params: { path: { id: binding?.id ?? "" } } })),
  );
  const save = async () => {
    if ((await editing.save()) === undefined) return;
    announce(
      binding
        ? "Role binding saved"
        : `${role.name} given to ${describeSubject(chosen.subject, chosen.name)}`,
    );
    await onSaved();
    onClose();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void save();
  };
  const { current: present } = editing;
  const takeTheirs = () => {
    if (present === undefined) return;
    editing.startFrom(present);
    setInput(inputOf(present));
  };
  const question = draft && (binding ? { role_binding: binding.id, draft } : { draft });
  return (
    <Dialog
      title={`${binding ? "Change" : "Give"} ${role.name} ${binding ? "of" : "to"} ${describeSubject(chosen.subject, chosen.name)}`}
      onClose={onClose}
    >
      <form onSubmit={submit}>
        <RangeFields world={world} input={input} onChange={setInput} error={editing.error} />
        <Impact question={question} onShown={setPreviewed} />
        {editing.error && <ErrorNotice error={editing.error} />}
        {present && (
          <Conflict
            noun="role binding"
            differences={differences(present, draft, world)}
            onKeepMine={() => void save()}
            onUseTheirs={takeTheirs}
          />
        )}
        <div class="actions">
          <button
            type="submit"
            class="primary"
            disabled={!previewed || editing.running || present !== undefined}
          >
            {binding ? "Save" : "Give role"}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function write(
  binding: RoleBinding | undefined,
  version: number,
  draft: RoleBindingDraft | undefined,
): Promise<RoleBinding> {
  if (draft === undefined) throw new Error("the form is not whole");
  if (binding === undefined) return unwrap(api.POST("/role-bindings", { body: draft }));
  return unwrap(
    api.PUT("/role-bindings/{id}", {
      params: { path: { id: binding.id }, header: ifMatch(version) },
      body: draft,
    }),
  );
}

function differences(present: RoleBinding, draft: RoleBindingDraft | undefined, world: AccessData) {
  if (draft === undefined) return [];
  const name = (range: RoleBindingDraft["range"]) => {
    if (range.kind === "application")
      return world.applications.find((one) => one.id === range.id)?.name;
    return range.kind === "repositories"
      ? world.organizations.find((one) => one.id === range.organization)?.name
      : undefined;
  };
  const words = (range: RoleBindingDraft["range"]) => {
    const called = name(range);
    return describeRange(called === undefined ? { range } : { range, range_name: called });
  };
  const rows = [
    { label: "Where", theirs: words(present.range), mine: words(draft.range) },
    { label: "Until", theirs: present.until ?? "no end", mine: draft.until ?? "no end" },
  ];
  return rows.filter((row) => row.theirs !== row.mine);
}
