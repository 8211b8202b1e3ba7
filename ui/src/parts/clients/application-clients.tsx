// The OAuth clients of an application.
import { api, fetchAll, pageQuery } from "../../api/client";
import type { Application, OAuthClient as Client } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { useResource } from "../../hooks/use-resource";
import { urlWithQuery } from "../../router";
import { ResourceView } from "../feedback/resource-view";
import { AttentionTags } from "../secrets/attention-tags";
import { type Column, Table } from "../table/table";

export function ApplicationClients({ application }: { application: Application }) {
  const may = useMay();
  const clients = useResource(async () => {
    const all = await fetchAll((cursor) =>
      api.GET("/clients", { params: { query: pageQuery(cursor) } }),
    );
    return all.filter((client) => client.application?.id === application.id);
  }, [application.id]);
  return (
    <section>
      <h2>Clients</h2>
      <p class="muted">
        A client gets tokens for this application on behalf of people: a web page, FastAPI's docs
        page or a program on a person's machine. A machine that acts on its own behalf needs a
        service account instead.
      </p>
      <ResourceView what="clients" resource={clients}>
        {(all) => (
          <Table
            what="clients"
            textOf={(one) => one.name}
            rows={all}
            empty="There are no clients yet."
            heading={CLIENT}
            columns={COLUMNS}
          />
        )}
      </ResourceView>
      {may("samovar.clients:write") && (
        <p class="after">
          <a class="button" href={urlWithQuery("/clients/new", { application: application.id })}>
            Register client
          </a>
        </p>
      )}
    </section>
  );
}

const CLIENT: Column<Client> = {
  label: "Client",
  show: (client) => (
    <>
      <a href={`/clients/${client.id}`}>{client.name}</a>{" "}
      <AttentionTags of={[...new Set(client.secrets.flatMap((secret) => secret.attention))]} />
    </>
  ),
};

const COLUMNS: readonly Column<Client>[] = [
  { label: "Kind", show: (client) => `${client.kind}${client.first_party ? ", first-party" : ""}` },
  { label: "client_id", show: (client) => <code>{client.id}</code> },
  {
    label: "Redirect URIs",
    show: ({ redirect_uris: uris }) =>
      uris.length === 0 ? (
        <span class="muted">none</span>
      ) : (
        uris.map((uri) => (
          <div key={uri}>
            <code>{uri}</code>
          </div>
        ))
      ),
  },
];
