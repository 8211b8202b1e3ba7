// One role: made, changed, deleted; and who has it.
import { useState } from "preact/hooks";
import { api, ifMatch, unwrap } from "../api/client";
import type { Role as RoleData } from "../api/schema";
import { announce } from "../hooks/announce";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ConfirmDialog } from "../parts/feedback/confirm-dialog";
import { NewObjectPage } from "../parts/form/new-object-page";
import { ObjectEditor } from "../parts/form/object-editor";
import { LoadingPage } from "../parts/layout/loading-page";
import { Page } from "../parts/layout/page";
import { PermissionList } from "../parts/roles/permission-list";
import { RoleAssignments } from "../parts/roles/role-assignments";
import { RoleFields } from "../parts/roles/role-fields";
import { differences, draftOf, EMPTY, inputOf } from "../parts/roles/role-input";
import { navigate } from "../router";

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
  const [deleting, setDeleting] = useState(false);
  if (role.data === undefined) return <LoadingPage what="role" resource={role} />;
  const { data } = role;
  const changeable = may("samovar.roles:write") && !data.built_in;
  const remove = async () => {
    await unwrap(
      api.DELETE("/roles/{id}", { params: { path: { id }, header: ifMatch(data.version) } }),
    );
    announce(`Role ${data.name} deleted`);
    navigate("/roles", true);
  };
  const actions = changeable && (
    <button type="button" class="danger" onClick={() => setDeleting(true)}>
      Delete role
    </button>
  );
  return (
    <Page
      title={data.name}
      lead={data.built_in ? "Comes with Samovar and cannot be changed." : undefined}
      actions={actions}
    >
      {changeable ? <EditRole role={data} /> : <ShowRole role={data} />}
      {may("samovar.role-bindings:read") && <RoleAssignments role={id} />}
      {deleting && (
        <ConfirmDialog
          title={`Delete the role ${data.name}?`}
          verb="Delete role"
          disabled={data.bindings > 0}
          work={remove}
          onClose={() => setDeleting(false)}
        >
          <p>
            {data.bindings === 0
              ? "Nobody has it."
              : `It is given ${data.bindings === 1 ? "once" : `${data.bindings} times`}. Take it away first; then who loses what is seen.`}
          </p>
        </ConfirmDialog>
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
      changeable
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
