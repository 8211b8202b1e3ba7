// One role: made, changed, deleted; and who has it.
import { useState } from "preact/hooks";
import { api, ifMatch, take } from "../api/client";
import type { Role as RoleData } from "../api/schema";
import { announce } from "../hooks/announce";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { Confirm } from "../parts/feedback/confirm-dialog";
import { NewObject } from "../parts/form/new-object-page";
import { Editor } from "../parts/form/object-editor";
import { Unread } from "../parts/layout/loading-page";
import { Page } from "../parts/layout/page";
import { Permissions } from "../parts/roles/permission-list";
import { RoleHolders } from "../parts/roles/role-assignments";
import { RoleFields } from "../parts/roles/role-fields";
import { differences, draftOf, EMPTY, inputOf } from "../parts/roles/role-input";
import { go } from "../router";

export function Role({ id }: { id: string }) {
  return id === "new" ? <NewRole /> : <ExistingRole id={id} />;
}

function NewRole() {
  return (
    <NewObject
      what="role"
      at="/roles"
      empty={EMPTY}
      make={(input) => take(api.POST("/roles", { body: draftOf(input) }))}
    >
      {(inputs) => <RoleFields {...inputs} />}
    </NewObject>
  );
}

function ExistingRole({ id }: { id: string }) {
  const may = useMay();
  const role = useResource(() => take(api.GET("/roles/{id}", { params: { path: { id } } })), [id]);
  const [deleting, setDeleting] = useState(false);
  if (role.data === undefined) return <Unread what="role" resource={role} />;
  const { data } = role;
  const changeable = may("samovar.roles:write") && !data.built_in;
  const remove = async () => {
    await take(
      api.DELETE("/roles/{id}", { params: { path: { id }, header: ifMatch(data.version) } }),
    );
    announce(`Role ${data.name} deleted`);
    go("/roles", true);
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
      {may("samovar.role-bindings:read") && <RoleHolders role={id} />}
      {deleting && (
        <Confirm
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
  const path = { id: role.id };
  return (
    <Editor
      what="role"
      object={role}
      changeable
      inputOf={inputOf}
      put={(input, version) =>
        take(
          api.PUT("/roles/{id}", {
            params: { path, header: ifMatch(version) },
            body: draftOf(input),
          }),
        )
      }
      get={() => take(api.GET("/roles/{id}", { params: { path } }))}
      differences={differences}
    >
      {(inputs) => <RoleFields {...inputs} />}
    </Editor>
  );
}
