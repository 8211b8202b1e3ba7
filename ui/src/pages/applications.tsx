// The list of applications.
import { api, fetchAll, pageQuery } from "../api/client";
import type { Application } from "../api/schema";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ResourceView } from "../parts/feedback/resource-view";
import { Page } from "../parts/layout/page";
import { type Column, Table } from "../parts/table/table";

export function Applications() {
  const may = useMay();
  const applications = useResource(
    () => fetchAll((cursor) => api.GET("/applications", { params: { query: pageQuery(cursor) } })),
    [],
  );
  const make = may("samovar.applications:write") && may("samovar.applications:any") && (
    <a class="button primary" href="/applications/new">
      New application
    </a>
  );
  return (
    <Page
      title="Applications"
      lead="The applications that Samovar protects, with their hosts and routes."
      actions={make}
    >
      <ResourceView what="applications" resource={applications}>
        {(all) => (
          <Table
            what="applications"
            textOf={(one) => [one.name, ...one.hosts].join(" ")}
            rows={all}
            empty="There are no applications yet."
            heading={APPLICATION}
            columns={COLUMNS}
          />
        )}
      </ResourceView>
    </Page>
  );
}

const APPLICATION: Column<Application> = {
  label: "Application",
  show: (application) => <a href={`/applications/${application.id}`}>{application.name}</a>,
};

const COLUMNS: readonly Column<Application>[] = [
  {
    label: "Hosts",
    show: (application) =>
      application.hosts.map((host) => (
        <div key={host}>
          <code>{host}</code>
        </div>
      )),
  },
  {
    label: "Routes",
    show: ({ routes }) => (routes.length === 0 ? "none (all requests are denied)" : routes.length),
  },
];
