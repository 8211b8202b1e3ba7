// Creates, edits and deletes one role; shows the subjects that it is assigned to.
import { useState } from "preact/hooks";
import { api, ifMatch, unwrap } from "../api/client";
import type { Role as RoleData } from "../api/schema";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { NewObjectPage } from "../parts/form/new-object-page";
import { ObjectEditor } from "../parts/form/object-editor";
import { LoadingPage } from "../parts/layout/loading-page";
import { Page } from "../parts/layout/page";
import { DeleteRoleDialog } from "../parts/roles/delete-role-dialog";
import { PermissionList } from "../parts/roles/permission-list";
import { RoleAssignments, useRoleBindings } from "../parts/roles/role-assignments";
import { RoleFields } from "../parts/roles/role-fields";
import { differences, draftOf, EMPTY, inputOf } from "../parts/roles/role-input";

export function Role({ id }: { id: string }) {
  return id === "new" ? <NewRole /> : <ExistingRole id={id} />;
}

function NewRole() {
  return (
    <NewObjectPage
      noun="role"
      listUrl="/roles"
      empty={EMPTY}
      create={(input) => unwrap(api.POST("/roles", { body: draftOf(input) }))}
    >
      {(inputs) => <RoleFields {...inputs} />}
    </NewObjectPage>
  );
}

function ExistingRole({ id }: { id: string }) {
  const may = useMay();
  const role = useResource(
    () => unwrap(api.GET("/roles/{id}", { params: { path: { id } } })),
    [id],
  );
  const bindings = useRoleBindings(id);
  const [deleting, setDeleting] = useState(false);
  if (role.data === undefined) return <LoadingPage noun="role" resource={role} />;
  const { data } = role;
  const editable = may("samovar.roles:write") && !data.built_in;
  const actions = editable && (
    <button type="button" class="danger" onClick={() => setDeleting(true)}>
      Delete role
    </button>
  );
  return (
    <Page
      title={data.name}
      lead={data.built_in ? "Built-in role. It cannot be changed." : undefined}
      actions={actions}
    >
      {editable ? <EditRole role={data} /> : <ShowRole role={data} />}
      <RoleAssignments bindings={bindings} />
      {deleting && (
        <DeleteRoleDialog role={data} bindings={bindings.data} onClose={() => setDeleting(false)} />
      )}
    </Page>
  );
}

function ShowRole({ role }: { role: RoleData }) {
  return (
    <>
      {role.description && <p>{role.description}</p>}
      <h2>Permissions</h2>
      <PermissionList of={role.permissions} />
    </>
  );
}

function EditRole({ role }: { role: RoleData }) {
  const path = { id: role.id };
  return (
    <ObjectEditor
      noun="role"
      object={role}
      editable
      inputOf={inputOf}
      put={(input, version) =>
        unwrap(
          api.PUT("/roles/{id}", {
            params: { path, header: ifMatch(version) },
            body: draftOf(input),
          }),
        )
      }
      get={() => unwrap(api.GET("/roles/{id}", { params: { path } }))}
      differences={differences}
    >
      {(inputs) => <RoleFields {...inputs} />}
    </ObjectEditor>
  );
}
