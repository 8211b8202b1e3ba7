// The roles of a service account, with a link to assign one.
import { api, fetchAll, pageQuery } from "../../api/client";
import type { RoleBinding, Subject } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { type Resource, useResource } from "../../hooks/use-resource";
import { urlWithQuery } from "../../router";
import { BindingRange } from "../bindings/describe";
import { accessUrl, subjectKey } from "../bindings/subject-key";
import { ResourceView } from "../feedback/resource-view";

function subjectOf(id: string): Subject {
  return { kind: "service-account", id };
}

/** The role bindings of a service account; empty if the caller may not read them. */
export function useAccountBindings(id: string): Resource<RoleBinding[]> {
  const may = useMay();
  const key = subjectKey(subjectOf(id));
  return useResource(async () => {
    if (!may("samovar.role-bindings:read")) return [];
    const all = await fetchAll((cursor) =>
      api.GET("/role-bindings", { params: { query: pageQuery(cursor) } }),
    );
    return all.filter((binding) => subjectKey(binding.subject) === key);
  }, [id]);
}

export function AccountRoles({ id, bindings }: { id: string; bindings: Resource<RoleBinding[]> }) {
  const may = useMay();
  if (!may("samovar.role-bindings:read")) return null;
  return (
    <section>
      <h2>Roles</h2>
      <ResourceView what="roles" resource={bindings}>
        {(all) =>
          all.length === 0 ? (
            <p class="muted">No roles are assigned. The account has no permissions.</p>
          ) : (
            <ul class="rows">
              {all.map((binding) => (
                <li key={binding.id}>
                  <a href={`/roles/${binding.role.id}`}>{binding.role.name ?? "deleted role"}</a>{" "}
                  <BindingRange binding={binding} />
                </li>
              ))}
            </ul>
          )
        }
      </ResourceView>
      <p class="after">
        <a href={accessUrl(subjectOf(id))}>Assign or remove roles</a>
        {may("samovar.decisions:explain") && (
          <>
            {" · "}
            <a href={urlWithQuery("/explain", { service_account: id })}>Check access</a>
          </>
        )}
        {may("samovar.audit-events:read") && (
          <>
            {" · "}
            <a href={urlWithQuery("/audit", { actor: subjectKey(subjectOf(id)) })}>
              Show audit events
            </a>
          </>
        )}
      </p>
    </section>
  );
}
