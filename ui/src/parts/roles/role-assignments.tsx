// Who has a role.
import { api, fetchAll, pageQuery } from "../../api/client";
import { useResource } from "../../hooks/use-resource";
import { BindingRange, describeSubject } from "../bindings/describe";
import { accessUrl } from "../bindings/subject-key";
import { ResourceView } from "../feedback/resource-view";

export function RoleAssignments({ role }: { role: string }) {
  const bindings = useResource(
    () =>
      fetchAll((cursor) =>
        api.GET("/role-bindings", { params: { query: { ...pageQuery(cursor), role } } }),
      ),
    [role],
  );
  return (
    <section>
      <h2>Who has it</h2>
      <ResourceView what="role bindings" resource={bindings} />
      {bindings.data?.length === 0 && (
        <p class="muted">
          Nobody yet. <a href="/access">Give it to a team</a>.
        </p>
      )}
      <ul class="rows">
        {bindings.data?.map((binding) => (
          <li key={binding.id}>
            <a href={accessUrl(binding.subject)}>
              {describeSubject(binding.subject, binding.subject_name)}
            </a>{" "}
            <BindingRange binding={binding} />
          </li>
        ))}
      </ul>
    </section>
  );
}
