// Who has which role: organizations, teams, people and service accounts on one side, roles on the other.
import { useMemo } from "preact/hooks";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { type NamedSubject, fetchAccessData, findSubject } from "../parts/bindings/access-data";
import { OrphanedBindings } from "../parts/bindings/orphaned-bindings";
import { subjectKey } from "../parts/bindings/subject-key";
import { SubjectList } from "../parts/bindings/subject-list";
import { SubjectRoles } from "../parts/bindings/subject-roles";
import { ResourceView } from "../parts/feedback/resource-view";
import { Page } from "../parts/layout/page";
import { navigate, urlWithQuery } from "../router";

export function Access({ query }: { query: URLSearchParams }) {
  const may = useMay();
  const world = useResource(() => fetchAccessData(may), []);
  const key = query.get("subject");
  const chosen = useMemo(() => findSubject(key, world.data), [key, world.data]);
  const choose = (one: NamedSubject) =>
    navigate(
      urlWithQuery("/access", {
        subject: subjectKey(one.subject),
        name: one.subject.kind === "user" ? one.name : undefined,
      }),
      true,
    );
  const named =
    chosen?.subject.kind === "user" && chosen.name === ""
      ? { ...chosen, name: query.get("name") ?? chosen.name }
      : chosen;
  return (
    <Page
      title="Access"
      lead="Choose a team, an organization, a person or a service account; then give a role or take it away."
    >
      <ResourceView what="teams and roles" resource={world}>
        {(all) => (
          <>
            <OrphanedBindings bindings={all.bindings} onChange={world.reload} />
            <div class="two-sides">
              <SubjectList access={all} selected={key} onSelect={choose} />
              {named ? (
                <SubjectRoles key={key} world={all} chosen={named} onChange={world.reload} />
              ) : (
                <section class="side empty">
                  <p>Nobody is chosen yet.</p>
                </section>
              )}
            </div>
          </>
        )}
      </ResourceView>
    </Page>
  );
}
