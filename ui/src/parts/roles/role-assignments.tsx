// The subjects that a role is assigned to. Accounts that are disabled are marked.
import { api, fetchAll, pageQuery, unwrap } from "../../api/client";
import type { RoleBinding } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { type Resource, useResource } from "../../hooks/use-resource";
import { BindingRange, describeSubject } from "../bindings/describe";
import { accessUrl, subjectKey } from "../bindings/subject-key";
import { ResourceView } from "../feedback/resource-view";

/** Parallel requests for people; there is no request for several of them. */
const BATCH = 20;

/** The role bindings of a role; undefined if the caller may not read them. */
export function useRoleBindings(role: string): Resource<RoleBinding[] | undefined> {
  const may = useMay();
  return useResource(
    async () =>
      may("samovar.role-bindings:read")
        ? fetchAll((cursor) =>
            api.GET("/role-bindings", { params: { query: { ...pageQuery(cursor), role } } }),
          )
        : undefined,
    [role],
  );
}

export function RoleAssignments({ bindings }: { bindings: Resource<RoleBinding[] | undefined> }) {
  const may = useMay();
  const { data } = bindings;
  const disabled = useResource(() => fetchDisabled(data ?? [], may), [data]);
  if (!may("samovar.role-bindings:read")) return null;
  return (
    <section>
      <h2>Assigned to</h2>
      <ResourceView what="role bindings" resource={bindings} />
      {data?.length === 0 && (
        <p class="muted">
          Not assigned. <a href="/access">Assign it to a team</a>.
        </p>
      )}
      <ul class="rows">
        {data?.map((binding) => (
          <li key={binding.id}>
            <a href={accessUrl(binding.subject)}>
              {describeSubject(binding.subject, binding.subject_name)}
            </a>{" "}
            <BindingRange binding={binding} />{" "}
            {disabled.data?.has(subjectKey(binding.subject)) && (
              <span class="tag bad">account disabled: no effect</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The keys of people and service accounts that are disabled, as far as the caller may read them. */
async function fetchDisabled(
  bindings: readonly RoleBinding[],
  may: (permission: string) => boolean,
): Promise<Set<string>> {
  const subjects = bindings.map(({ subject }) => subject);
  const users = subjects.flatMap((one) => (one.kind === "user" ? [one.id] : []));
  const accounts = subjects.some((one) => one.kind === "service-account");
  const keys = await Promise.all([
    may("samovar.directory:read") ? disabledUsers([...new Set(users)]) : [],
    accounts && may("samovar.service-accounts:read") ? disabledAccounts() : [],
  ]);
  return new Set(keys.flat());
}

async function disabledUsers(ids: readonly string[]): Promise<string[]> {
  const keys: string[] = [];
  for (let at = 0; at < ids.length; at += BATCH) {
    const calls = ids
      .slice(at, at + BATCH)
      .map((id) => unwrap(api.GET("/users/{id}", { params: { path: { id } } })).catch(() => null));
    for (const user of await Promise.all(calls))
      if (user?.enabled === false) keys.push(subjectKey({ kind: "user", id: user.id }));
  }
  return keys;
}

async function disabledAccounts(): Promise<string[]> {
  const all = await fetchAll((cursor) =>
    api.GET("/service-accounts", { params: { query: pageQuery(cursor) } }),
  );
  return all
    .filter((account) => account.state === "disabled")
    .map(({ id }) => subjectKey({ kind: "service-account", id }));
}
