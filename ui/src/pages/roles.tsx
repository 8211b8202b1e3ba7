// All roles.
import { api, everything, page } from "../api/client";
import type { Role } from "../api/schema";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ErrorBox, Loading } from "../parts/notice";
import { Page } from "../parts/page";
import { Permissions } from "../parts/permissions";

export function Roles() {
  const may = useMay();
  const roles = useResource(() => everything((cursor) => api.GET("/roles", { params: { query: page(cursor) } })), []);
  const make = may("samovar.roles:write") && (
    <a class="button primary" href="/roles/new">
      New role
    </a>
  );
  return (
    <Page title="Roles" lead="A role is a named set of permissions. Give it to a team on the Access page." actions={make}>
      {roles.error && <ErrorBox error={roles.error} retry={() => void roles.reload()} />}
      {roles.data === undefined && roles.loading && <Loading what="roles" />}
      {roles.data && (
        <table class="stack">
          <thead>
            <tr>
              <th scope="col">Role</th>
              <th scope="col">Permissions</th>
              <th scope="col">Given</th>
            </tr>
          </thead>
          <tbody>
            {ordered(roles.data).map((role) => (
              <tr key={role.id}>
                <th scope="row">
                  <a href={`/roles/${role.id}`}>{role.name}</a> {role.built_in && <span class="tag">built in</span>}
                  <div class="muted small">{role.description}</div>
                </th>
                <td data-label="Permissions">
                  <Permissions of={role.permissions} />
                </td>
                <td data-label="Given">{role.bindings === 0 ? "not yet" : role.bindings === 1 ? "once" : `${role.bindings} times`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Page>
  );
}

/** One's own roles before those that come with Samovar. */
function ordered(roles: readonly Role[]): Role[] {
  return [...roles].sort((one, other) => Number(one.built_in) - Number(other.built_in) || one.name.localeCompare(other.name));
}
