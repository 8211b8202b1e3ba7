// All applications.
import { api, everything, page } from "../api/client";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ErrorBox, Loading } from "../parts/notice";
import { Page } from "../parts/page";

export function Applications() {
  const may = useMay();
  const applications = useResource(() => everything((cursor) => api.GET("/applications", { params: { query: page(cursor) } })), []);
  const make = may("samovar.applications:write") && (
    <a class="button primary" href="/applications/new">
      New application
    </a>
  );
  return (
    <Page title="Applications" lead="An application is something protected: its hosts, and what each of its routes asks of the caller." actions={make}>
      {applications.error && <ErrorBox error={applications.error} retry={() => void applications.reload()} />}
      {applications.data === undefined && applications.loading && <Loading what="applications" />}
      {applications.data?.length === 0 && <p class="muted">Nothing is protected yet.</p>}
      {applications.data && applications.data.length > 0 && (
        <table class="stack">
          <thead>
            <tr>
              <th scope="col">Application</th>
              <th scope="col">Hosts</th>
              <th scope="col">Routes</th>
            </tr>
          </thead>
          <tbody>
            {applications.data.map((application) => (
              <tr key={application.id}>
                <th scope="row">
                  <a href={`/applications/${application.id}`}>{application.name}</a>
                </th>
                <td data-label="Hosts">
                  {application.hosts.map((host) => (
                    <div key={host}>
                      <code>{host}</code>
                    </div>
                  ))}
                </td>
                <td data-label="Routes">{application.routes.length === 0 ? "none: everything is denied" : application.routes.length}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Page>
  );
}
