// Role bindings: subjects on the left, the roles of the selected subject on the right.
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
  const access = useResource(() => fetchAccessData(may), []);
  const key = query.get("subject");
  const selected = useMemo(() => findSubject(key, access.data), [key, access.data]);
  const select = ({ subject, name }: NamedSubject) =>
    navigate(
      urlWithQuery("/access", {
        subject: subjectKey(subject),
        name: subject.kind === "user" ? name : undefined,
      }),
      true,
    );
  const named =
    selected?.subject.kind === "user" && selected.name === ""
      ? { ...selected, name: query.get("name") ?? selected.name }
      : selected;
  return (
    <Page
      title="Access"
      lead="Select a team, an organization, a person or a service account to assign or remove roles."
    >
      <ResourceView what="teams and roles" resource={access}>
        {(data) => (
          <>
            <OrphanedBindings bindings={data.bindings} onChange={access.reload} />
            <div class="two-sides">
              <SubjectList access={data} selected={key} onSelect={select} />
              {named ? (
                <SubjectRoles key={key} access={data} selected={named} onChange={access.reload} />
              ) : (
                <section class="side empty">
                  <p>No subject is selected.</p>
                </section>
              )}
            </div>
          </>
        )}
      </ResourceView>
    </Page>
  );
}
