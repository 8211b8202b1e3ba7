// Registers, edits and deletes one client of an application; shows its secrets and examples.
import { useState } from "preact/hooks";
import { api, ifMatch, unwrap } from "../api/client";
import type { Application, OAuthClient as ClientData } from "../api/schema";
import { announce } from "../hooks/announce";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ClientExamples } from "../parts/clients/client-examples";
import { ClientFields } from "../parts/clients/client-fields";
import { differences, draftOf, EMPTY, inputOf } from "../parts/clients/client-input";
import { ConfirmDialog } from "../parts/feedback/confirm-dialog";
import { ErrorNotice } from "../parts/feedback/error-notice";
import { NewObjectPage } from "../parts/form/new-object-page";
import { ObjectEditor } from "../parts/form/object-editor";
import { LoadingPage } from "../parts/layout/loading-page";
import { Page } from "../parts/layout/page";
import { CLIENT_DELETE_NOTE, type SecretCalls } from "../parts/secrets/secret-calls";
import { Secrets } from "../parts/secrets/secrets";
import { CopyLine } from "../parts/text/copy";
import { navigate } from "../router";

export function Client({ id, query }: { id: string; query: URLSearchParams }) {
  return id === "new" ? (
    <NewClient of={query.get("application") ?? ""} />
  ) : (
    <ExistingClient id={id} />
  );
}

/** The application; `undefined` if the caller may not read it. */
function useApplication(id: string | undefined) {
  const may = useMay();
  return useResource(
    async () =>
      id !== undefined && may("samovar.applications:read")
        ? unwrap(api.GET("/applications/{id}", { params: { path: { id } } }))
        : undefined,
    [id],
  );
}

function NewClient({ of }: { of: string }) {
  const application = useApplication(of);
  return (
    <NewObjectPage
      noun="client"
      lead={application.data && `Client of ${application.data.name}.`}
      listUrl="/clients"
      cancelUrl={of === "" ? "/applications" : `/applications/${of}`}
      verb={["Register", "registered"]}
      empty={EMPTY}
      create={(input) => unwrap(api.POST("/clients", { body: draftOf(input, of) }))}
    >
      {(inputs) => (
        <>
          {application.error && (
            <ErrorNotice error={application.error} retry={() => void application.reload()} />
          )}
          <ClientFields {...inputs} application={application.data} secrets={false} />
        </>
      )}
    </NewObjectPage>
  );
}

function ExistingClient({ id }: { id: string }) {
  const may = useMay();
  const client = useResource(
    () => unwrap(api.GET("/clients/{id}", { params: { path: { id } } })),
    [id],
  );
  const application = useApplication(client.data?.application?.id);
  const [deleting, setDeleting] = useState(false);
  const { data } = client;
  if (data === undefined) return <LoadingPage noun="client" resource={client} />;
  // Without the application's data an example would show wrong values.
  const seen = application.data !== undefined || !may("samovar.applications:read");
  const editable = may("samovar.clients:write") && data.application !== undefined;
  const back =
    data.application === undefined ? "/applications" : `/applications/${data.application.id}`;
  const remove = async () => {
    await unwrap(
      api.DELETE("/clients/{id}", { params: { path: { id }, header: ifMatch(data.version) } }),
    );
    announce(`Client ${data.name} deleted`);
    navigate(back, true);
  };
  const actions = editable && (
    <button type="button" class="danger" onClick={() => setDeleting(true)}>
      Delete client
    </button>
  );
  const lead = (
    <>
      {data.kind === "public" ? "Public" : "Confidential"} client of{" "}
      <a href={back}>{data.application?.name ?? "Samovar"}</a>.
    </>
  );
  return (
    <Page title={data.name} lead={lead} actions={actions}>
      {client.error && <ErrorNotice error={client.error} retry={() => void client.reload()} />}
      {application.error && (
        <ErrorNotice error={application.error} retry={() => void application.reload()} />
      )}
      <p>
        <code>client_id</code>: <CopyLine text={data.id} label="client_id" />
      </p>
      {data.kind === "confidential" && (
        <section>
          <h2>Secrets</h2>
          <Secrets
            of={data.name}
            secrets={data.secrets}
            calls={editable ? callsOf(id) : undefined}
            onChange={client.reload}
          />
        </section>
      )}
      <section>
        <h2>Settings</h2>
        <EditClient
          client={data}
          application={application.data}
          editable={editable}
          onSaved={client.reload}
        />
      </section>
      {data.application !== undefined && seen && (
        <ClientExamples client={data} application={application.data} />
      )}
      {deleting && (
        <ConfirmDialog
          title={`Delete the client ${data.name}?`}
          verb="Delete client"
          work={remove}
          onClose={() => setDeleting(false)}
        >
          <p>The client gets no more tokens, and all its grants end.</p>
        </ConfirmDialog>
      )}
    </Page>
  );
}

function callsOf(id: string): SecretCalls {
  return {
    create: (days) =>
      unwrap(
        api.POST("/clients/{id}/secrets", {
          params: { path: { id } },
          body: { expires_in_days: days },
        }),
      ),
    deleteNote: CLIENT_DELETE_NOTE,
    delete: (secret) =>
      unwrap(
        api.DELETE("/clients/{id}/secrets/{secret}", {
          params: { path: { id, secret: secret.id } },
        }),
      ),
  };
}

interface EditProps {
  client: ClientData;
  application: Application | undefined;
  editable: boolean;
  onSaved: () => Promise<void>;
}

function EditClient({ client, application, editable, onSaved }: EditProps) {
  const path = { id: client.id };
  return (
    <ObjectEditor
      noun="client"
      object={client}
      editable={editable}
      inputOf={inputOf}
      put={(input, version) =>
        unwrap(
          api.PUT("/clients/{id}", {
            params: { path, header: ifMatch(version) },
            body: draftOf(input, client.application?.id ?? ""),
          }),
        )
      }
      get={() => unwrap(api.GET("/clients/{id}", { params: { path } }))}
      differences={differences}
      onSaved={() => void onSaved()}
    >
      {(inputs) => (
        <ClientFields {...inputs} application={application} secrets={client.secrets.length > 0} />
      )}
    </ObjectEditor>
  );
}
