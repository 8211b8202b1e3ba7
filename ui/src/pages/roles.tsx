// The list of roles.
import { api, fetchAll, pageQuery } from "../api/client";
import type { Role } from "../api/schema";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ResourceView } from "../parts/feedback/resource-view";
import { Page } from "../parts/layout/page";
import { PermissionList } from "../parts/roles/permission-list";
import { type Column, Table } from "../parts/table/table";
import { count } from "../parts/text/count";

export function Roles() {
  const may = useMay();
  const roles = useResource(
    () => fetchAll((cursor) => api.GET("/roles", { params: { query: pageQuery(cursor) } })),
    [],
  );
  const make = may("samovar.roles:write") && (
    <a class="button primary" href="/roles/new">
      New role
    </a>
  );
  return (
    <Page
      title="Roles"
      lead="A role is a named set of permissions. Assign roles on the page Access."
      actions={make}
    >
      <ResourceView what="roles" resource={roles}>
        {(all) => (
          <Table
            what="roles"
            textOf={(role) => `${role.name} ${role.description}`}
            rows={ordered(all)}
            empty="There are no roles."
            heading={ROLE}
            columns={COLUMNS}
          />
        )}
      </ResourceView>
    </Page>
  );
}

const ROLE: Column<Role> = {
  label: "Role",
  show: (role) => (
    <>
      <a href={`/roles/${role.id}`}>{role.name}</a>{" "}
      {role.built_in && <span class="tag">built-in</span>}
      <div class="muted small">{role.description}</div>
    </>
  ),
};

const COLUMNS: readonly Column<Role>[] = [
  { label: "Permissions", show: (role) => <PermissionList of={role.permissions} /> },
  {
    label: "Assigned to",
    show: ({ bindings }) => (bindings === 0 ? "none" : count(bindings, "subject")),
  },
];

/** Built-in roles come last. */
function ordered(roles: readonly Role[]): Role[] {
  return [...roles].sort(
    (one, other) =>
      Number(one.built_in) - Number(other.built_in) || one.name.localeCompare(other.name),
  );
}
