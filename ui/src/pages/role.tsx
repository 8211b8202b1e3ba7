// One role: made, changed, deleted; and who has it.
import { useState } from "preact/hooks";
import { api, ifMatch, take } from "../api/client";
import type { Role as RoleData, RoleDraft } from "../api/schema";
import { announce } from "../hooks/announce";
import { useAction } from "../hooks/use-action";
import { useDirty } from "../hooks/use-dirty";
import { useEditing } from "../hooks/use-editing";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { Confirm } from "../parts/confirm";
import { Conflict, type Difference } from "../parts/conflict";
import { ErrorBox, Loading } from "../parts/notice";
import { Page } from "../parts/page";
import { Permissions } from "../parts/permissions";
import { RoleFields, type RoleInput } from "../parts/role-fields";
import { RoleHolders } from "../parts/role-holders";
import { lines } from "../parts/field";
import { go } from "../router";

export function Role({ id }: { id: string }) {
  return id === "new" ? <NewRole /> : <ExistingRole id={id} />;
}

function inputOf(role: RoleData): RoleInput {
  return { name: role.name, description: role.description, permissions: role.permissions.join("\n") };
}

function draftOf(input: RoleInput): RoleDraft {
  return { name: input.name.trim(), description: input.description.trim(), permissions: lines(input.permissions) };
}

function NewRole() {
  const [input, setInput] = useState<RoleInput>({ name: "", description: "", permissions: "" });
  const action = useAction();
  useDirty(!action.running && (input.name !== "" || input.permissions !== ""));
  const save = async (event: Event) => {
    event.preventDefault();
    await action.run(async () => {
      const role = await take(api.POST("/roles", { body: draftOf(input) }));
      announce(`Role ${role.name} made`);
      go(`/roles/${role.id}`, true);
    });
  };
  return (
    <Page title="New role">
      <form class="narrow" onSubmit={(event) => void save(event)}>
        <RoleFields input={input} onChange={setInput} error={action.error} />
        {action.error && <ErrorBox error={action.error} />}
        <div class="actions">
          <button type="submit" class="primary" disabled={action.running}>
            Make role
          </button>
          <a class="button" href="/roles">
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}

function ExistingRole({ id }: { id: string }) {
  const may = useMay();
  const role = useResource(() => take(api.GET("/roles/{id}", { params: { path: { id } } })), [id]);
  const [deleting, setDeleting] = useState(false);
  if (role.data === undefined) return <Page title="Role">{role.error ? <ErrorBox error={role.error} retry={() => void role.reload()} /> : <Loading what="the role" />}</Page>;
  const { data } = role;
  const changeable = may("samovar.roles:write") && !data.built_in;
  const remove = async () => {
    await take(api.DELETE("/roles/{id}", { params: { path: { id }, header: ifMatch(data.version) } }));
    announce(`Role ${data.name} deleted`);
    go("/roles", true);
  };
  const actions = changeable && (
    <button type="button" class="danger" onClick={() => setDeleting(true)}>
      Delete role
    </button>
  );
  return (
    <Page title={data.name} lead={data.built_in ? "Comes with Samovar and cannot be changed." : undefined} actions={actions}>
      {changeable ? <EditRole role={data} /> : <ShowRole role={data} />}
      {may("samovar.role-bindings:read") && <RoleHolders role={id} />}
      {deleting && (
        <Confirm title={`Delete the role ${data.name}?`} verb="Delete role" disabled={data.bindings > 0} work={remove} onClose={() => setDeleting(false)}>
          <p>{data.bindings === 0 ? "Nobody has it." : `It is given ${data.bindings === 1 ? "once" : `${data.bindings} times`}. Take it away first; then who loses what is seen.`}</p>
        </Confirm>
      )}
    </Page>
  );
}

function ShowRole({ role }: { role: RoleData }) {
  return (
    <>
      {role.description && <p>{role.description}</p>}
      <h2>Permissions</h2>
      <Permissions of={role.permissions} />
    </>
  );
}

function EditRole({ role }: { role: RoleData }) {
  const [saved, setSaved] = useState(inputOf(role));
  const [input, setInput] = useState(saved);
  const path = { id: role.id };
  const editing = useEditing<RoleData>(
    role,
    (version) => take(api.PUT("/roles/{id}", { params: { path, header: ifMatch(version) }, body: draftOf(input) })),
    () => take(api.GET("/roles/{id}", { params: { path } })),
  );
  const dirty = JSON.stringify(input) !== JSON.stringify(saved);
  useDirty(dirty);
  const start = (from: RoleData) => {
    editing.startFrom(from);
    setSaved(inputOf(from));
    setInput(inputOf(from));
  };
  const save = async () => {
    const stored = await editing.save();
    if (stored === undefined) return;
    start(stored);
    announce("Role saved");
  };
  const { present } = editing;
  const submit = (event: Event) => {
    event.preventDefault();
    void save();
  };
  return (
    <form class="narrow" onSubmit={submit}>
      <RoleFields input={input} onChange={setInput} error={editing.error} />
      {editing.error && <ErrorBox error={editing.error} />}
      {present && <Conflict what="role" differences={differences(inputOf(present), input)} onKeepMine={() => void save()} onTakeTheirs={() => start(present)} />}
      <div class="actions">
        <button type="submit" class="primary" disabled={!dirty || editing.running || present !== undefined}>
          Save changes
        </button>
      </div>
    </form>
  );
}

function differences(theirs: RoleInput, mine: RoleInput): Difference[] {
  const labels: [keyof RoleInput, string][] = [
    ["name", "Name"],
    ["description", "What it is for"],
    ["permissions", "Permissions"],
  ];
  return labels.filter(([key]) => theirs[key] !== mine[key]).map(([key, label]) => ({ label, theirs: theirs[key], mine: mine[key] }));
}
