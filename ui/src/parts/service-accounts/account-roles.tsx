// What roles a service account holds, and the way to give it one.
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

/** The role bindings of a service account; none for those who may not see them. */
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
      <ResourceView what="its roles" resource={bindings}>
        {(all) =>
          all.length === 0 ? (
            <p class="muted">It holds no role, so it can do nothing yet.</p>
          ) : (
            <ul class="rows">
              {all.map((binding) => (
                <li key={binding.id}>
                  <a href={`/roles/${binding.role.id}`}>
                    {binding.role.name ?? "a role that is gone"}
                  </a>{" "}
                  <BindingRange binding={binding} />
                </li>
              ))}
            </ul>
          )
        }
      </ResourceView>
      <p class="after">
        <a href={accessUrl(subjectOf(id))}>Give it a role, or take one away</a>
        {may("samovar.decisions:explain") && (
          <>
            {" · "}
            <a href={urlWithQuery("/explain", { service_account: id })}>
              Ask why it may or may not do something
            </a>
          </>
        )}
        {may("samovar.audit-events:read") && (
          <>
            {" · "}
            <a href={urlWithQuery("/audit", { actor: subjectKey(subjectOf(id)) })}>
              See what it did
            </a>
          </>
        )}
      </p>
    </section>
  );
}
