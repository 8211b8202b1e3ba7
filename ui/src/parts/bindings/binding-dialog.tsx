// Assigns a role to a subject, or edits a role binding. Shows who gains or loses access before it is saved.
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
  access: AccessData;
  selected: NamedSubject;
  role: Role;
  binding?: RoleBinding;
  onSaved: () => Promise<void>;
  onClose: () => void;
}

export function BindingDialog({ access, selected, role, binding, onSaved, onClose }: Props) {
  const [input, setInput] = useState(inputOf(binding));
  const [previewed, setPreviewed] = useState(false);
  const subject = describeSubject(selected.subject, selected.name);
  const draft = bindingDraft(role.id, selected.subject, input);
  const editing = useVersionedEdit<RoleBinding>(
    binding ?? ({ version: 0 } as RoleBinding),
    (version) => write(binding, version, draft),
    () => unwrap(api.GET("/role-bindings/{id}", { params: { path: { id: binding?.id ?? "" } } })),
  );
  const save = async () => {
    if ((await editing.save()) === undefined) return;
    announce(binding ? "Role binding saved" : `${role.name} assigned to ${subject}`);
    await onSaved();
    onClose();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void save();
  };
  const { current } = editing;
  const showTheirs = () => {
    if (current === undefined) return;
    editing.startFrom(current);
    setInput(inputOf(current));
  };
  const question = draft && (binding ? { role_binding: binding.id, draft } : { draft });
  return (
    <Dialog
      title={binding ? `Edit ${role.name} of ${subject}` : `Assign ${role.name} to ${subject}`}
      onClose={onClose}
    >
      <form onSubmit={submit}>
        <RangeFields access={access} input={input} onChange={setInput} error={editing.error} />
        <Impact question={question} onShown={setPreviewed} />
        {editing.error && <ErrorNotice error={editing.error} />}
        {current && (
          <Conflict
            noun="role binding"
            differences={differences(current, draft, access)}
            onKeepMine={() => void save()}
            onUseTheirs={showTheirs}
          />
        )}
        <div class="actions">
          <button
            type="submit"
            class="primary"
            disabled={!previewed || editing.running || current !== undefined}
          >
            {binding ? "Save" : "Assign role"}
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
  if (draft === undefined) throw new Error("the form is incomplete");
  if (binding === undefined) return unwrap(api.POST("/role-bindings", { body: draft }));
  return unwrap(
    api.PUT("/role-bindings/{id}", {
      params: { path: { id: binding.id }, header: ifMatch(version) },
      body: draft,
    }),
  );
}

function differences(
  current: RoleBinding,
  draft: RoleBindingDraft | undefined,
  access: AccessData,
) {
  if (draft === undefined) return [];
  const name = (range: RoleBindingDraft["range"]) => {
    if (range.kind === "application")
      return access.applications.find((one) => one.id === range.id)?.name;
    return range.kind === "repositories"
      ? access.organizations.find((one) => one.id === range.organization)?.name
      : undefined;
  };
  const describe = (range: RoleBindingDraft["range"]) => {
    const rangeName = name(range);
    return describeRange(rangeName === undefined ? { range } : { range, range_name: rangeName });
  };
  const rows = [
    { label: "Range", theirs: describe(current.range), mine: describe(draft.range) },
    { label: "Until", theirs: current.until ?? "no end", mine: draft.until ?? "no end" },
  ];
  return rows.filter((row) => row.theirs !== row.mine);
}
