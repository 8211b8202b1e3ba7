// The members of a selected organization or team.
import { api, everything, page } from "../../api/client";
import type { User } from "../../api/schema";
import { useResource } from "../../hooks/use-resource";
import { People } from "../directory/user-list";
import { ErrorBox } from "../feedback/error-notice";
import type { AccessWorld, Chosen } from "./access-data";
import { subjectKey } from "./subject-key";

async function readMembers({ subject }: Chosen, world: AccessWorld): Promise<User[]> {
  if (subject.kind === "organization") {
    const path = { id: subject.id };
    return everything((cursor) =>
      api.GET("/organizations/{id}/members", { params: { path, query: page(cursor) } }),
    );
  }
  const team =
    subject.kind === "organization-owners"
      ? world.teams.find((one) => one.owners && one.organization.id === subject.id)?.id
      : subject.kind === "team"
        ? subject.id
        : undefined;
  if (team === undefined) return [];
  return everything((cursor) =>
    api.GET("/teams/{id}/members", { params: { path: { id: team }, query: page(cursor) } }),
  );
}

export function Members({ chosen, world }: { chosen: Chosen; world: AccessWorld }) {
  const members = useResource(() => readMembers(chosen, world), [subjectKey(chosen.subject)]);
  if (chosen.subject.kind === "service-account") {
    return (
      <p class="small">
        <a href={`/service-accounts/${chosen.subject.id}`}>Its secrets and its state</a>
      </p>
    );
  }
  if (chosen.subject.kind === "user" || chosen.subject.kind === "provider-group") return null;
  if (members.error) return <ErrorBox error={members.error} retry={() => void members.reload()} />;
  if (members.data === undefined) return null;
  const count = members.data.length;
  return (
    <details class="members">
      <summary>{count === 1 ? "1 person" : `${count} people`}, as Gitea says</summary>
      <People people={members.data} count={count} />
    </details>
  );
}
