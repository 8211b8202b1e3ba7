// What roles a service account holds, and the way to give it one.
import { api, everything, page } from "../../api/client";
import type { RoleBinding, Subject } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { type Resource, useResource } from "../../hooks/use-resource";
import { address } from "../../router";
import { BindingWhere } from "../bindings/describe";
import { accessAddress, subjectKey } from "../bindings/subject-key";
import { Read } from "../feedback/resource-view";

function subjectOf(id: string): Subject {
  return { kind: "service-account", id };
}

/** The role bindings of a service account; none for those who may not see them. */
export function useAccountBindings(id: string): Resource<RoleBinding[]> {
  const may = useMay();
  const key = subjectKey(subjectOf(id));
  return useResource(async () => {
    if (!may("samovar.role-bindings:read")) return [];
    const all = await everything((cursor) =>
      api.GET("/role-bindings", { params: { query: page(cursor) } }),
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
      <Read what="its roles" resource={bindings}>
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
                  <BindingWhere binding={binding} />
                </li>
              ))}
            </ul>
          )
        }
      </Read>
      <p class="after">
        <a href={accessAddress(subjectOf(id))}>Give it a role, or take one away</a>
        {may("samovar.decisions:explain") && (
          <>
            {" · "}
            <a href={address("/explain", { service_account: id })}>
              Ask why it may or may not do something
            </a>
          </>
        )}
        {may("samovar.audit-events:read") && (
          <>
            {" · "}
            <a href={address("/audit", { actor: subjectKey(subjectOf(id)) })}>See what it did</a>
          </>
        )}
      </p>
    </section>
  );
}
