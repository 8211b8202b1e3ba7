// Who has a role.
import { api, everything, page } from "../../api/client";
import { useResource } from "../../hooks/use-resource";
import { BindingWhere, subjectWords } from "../bindings/describe";
import { accessAddress } from "../bindings/subject-key";
import { Read } from "../feedback/resource-view";

export function RoleHolders({ role }: { role: string }) {
  const bindings = useResource(
    () =>
      everything((cursor) =>
        api.GET("/role-bindings", { params: { query: { ...page(cursor), role } } }),
      ),
    [role],
  );
  return (
    <section>
      <h2>Who has it</h2>
      <Read what="role bindings" resource={bindings} />
      {bindings.data?.length === 0 && (
        <p class="muted">
          Nobody yet. <a href="/access">Give it to a team</a>.
        </p>
      )}
      <ul class="rows">
        {bindings.data?.map((binding) => (
          <li key={binding.id}>
            <a href={accessAddress(binding.subject)}>
              {subjectWords(binding.subject, binding.subject_name)}
            </a>{" "}
            <BindingWhere binding={binding} />
          </li>
        ))}
      </ul>
    </section>
  );
}
