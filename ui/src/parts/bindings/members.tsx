// The members of a selected organization or team.
import { api, fetchAll, pageQuery } from "../../api/client";
import type { User } from "../../api/schema";
import { useResource } from "../../hooks/use-resource";
import { UserList } from "../directory/user-list";
import { ErrorNotice } from "../feedback/error-notice";
import type { AccessData, NamedSubject } from "./access-data";
import { subjectKey } from "./subject-key";

async function fetchMembers({ subject }: NamedSubject, world: AccessData): Promise<User[]> {
  if (subject.kind === "organization") {
    const path = { id: subject.id };
    return fetchAll((cursor) =>
      api.GET("/organizations/{id}/members", { params: { path, query: pageQuery(cursor) } }),
    );
  }
  const team =
    subject.kind === "organization-owners"
      ? world.teams.find((one) => one.owners && one.organization.id === subject.id)?.id
      : subject.kind === "team"
        ? subject.id
        : undefined;
  if (team === undefined) return [];
  return fetchAll((cursor) =>
    api.GET("/teams/{id}/members", { params: { path: { id: team }, query: pageQuery(cursor) } }),
  );
}

export function Members({ chosen, world }: { chosen: NamedSubject; world: AccessData }) {
  const members = useResource(() => fetchMembers(chosen, world), [subjectKey(chosen.subject)]);
  if (chosen.subject.kind === "service-account") {
    return (
      <p class="small">
        <a href={`/service-accounts/${chosen.subject.id}`}>Its secrets and its state</a>
      </p>
    );
  }
  if (chosen.subject.kind === "user" || chosen.subject.kind === "provider-group") return null;
  if (members.error)
    return <ErrorNotice error={members.error} retry={() => void members.reload()} />;
  if (members.data === undefined) return null;
  const count = members.data.length;
  return (
    <details class="members">
      <summary>{count === 1 ? "1 person" : `${count} people`}, as Gitea says</summary>
      <UserList people={members.data} count={count} />
    </details>
  );
}
