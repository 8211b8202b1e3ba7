// The clients of an application: what gets tokens for it in people's names.
import { api, everything, page } from "../api/client";
import type { Application, OAuthClient as Client } from "../api/schema";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { address } from "../router";
import { ErrorBox, Loading } from "./notice";

export function Clients({ application }: { application: Application }) {
  const may = useMay();
  const clients = useResource(async () => {
    const all = await everything((cursor) => api.GET("/clients", { params: { query: page(cursor) } }));
    return all.filter((client) => client.application?.id === application.id);
  }, [application.id]);
  return (
    <section>
      <h2>Clients</h2>
      <p class="muted">A client gets tokens for this application in people's names: its web page, FastAPI's docs page, a program on people's machines. A machine that acts for itself is a service account instead.</p>
      {clients.error && <ErrorBox error={clients.error} retry={() => void clients.reload()} />}
      {clients.data === undefined && clients.loading && <Loading what="clients" />}
      {clients.data && clients.data.length > 0 && <ClientTable clients={clients.data} />}
      {may("samovar.clients:write") && (
        <p class="after">
          <a class="button" href={address("/clients/new", { application: application.id })}>
            Register a client
          </a>
        </p>
      )}
    </section>
  );
}

function ClientTable({ clients }: { clients: readonly Client[] }) {
  return (
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Client</th>
          <th scope="col">Kind</th>
          <th scope="col">client_id</th>
          <th scope="col">Redirect URIs</th>
        </tr>
      </thead>
      <tbody>
        {clients.map((client) => (
          <tr key={client.id}>
            <th scope="row">
              <a href={`/clients/${client.id}`}>{client.name}</a>
            </th>
            <td data-label="Kind">
              {client.kind}
              {client.first_party && ", first-party"}
            </td>
            <td data-label="client_id">
              <code>{client.id}</code>
            </td>
            <td data-label="Redirects">
              {client.redirect_uris.length === 0 && <span class="muted">none</span>}
              {client.redirect_uris.map((uri) => (
                <div key={uri}>
                  <code>{uri}</code>
                </div>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
