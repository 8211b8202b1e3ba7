// The members of a selected organization or team.
import { api, fetchAll, pageQuery } from "../../api/client";
import type { User } from "../../api/schema";
import { useResource } from "../../hooks/use-resource";
import { UserList } from "../directory/user-list";
import { ErrorNotice } from "../feedback/error-notice";
import { count } from "../text/count";
import type { AccessData, NamedSubject } from "./access-data";
import { subjectKey } from "./subject-key";

async function fetchMembers({ subject }: NamedSubject, access: AccessData): Promise<User[]> {
  if (subject.kind === "organization") {
    const path = { id: subject.id };
    return fetchAll((cursor) =>
      api.GET("/organizations/{id}/members", { params: { path, query: pageQuery(cursor) } }),
    );
  }
  const team =
    subject.kind === "organization-owners"
      ? access.teams.find((one) => one.owners && one.organization.id === subject.id)?.id
      : subject.kind === "team"
        ? subject.id
        : undefined;
  if (team === undefined) return [];
  return fetchAll((cursor) =>
    api.GET("/teams/{id}/members", { params: { path: { id: team }, query: pageQuery(cursor) } }),
  );
}

export function Members({ selected, access }: { selected: NamedSubject; access: AccessData }) {
  const members = useResource(() => fetchMembers(selected, access), [subjectKey(selected.subject)]);
  if (selected.subject.kind === "service-account") {
    return (
      <p class="small">
        <a href={`/service-accounts/${selected.subject.id}`}>Open service account</a>
      </p>
    );
  }
  if (selected.subject.kind === "user" || selected.subject.kind === "provider-group") return null;
  if (members.error)
    return <ErrorNotice error={members.error} retry={() => void members.reload()} />;
  if (members.data === undefined) return null;
  return (
    <details class="members">
      <summary>{count(members.data.length, "member")} (from Gitea)</summary>
      <UserList people={members.data} count={members.data.length} />
    </details>
  );
}
