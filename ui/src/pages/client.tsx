// One client of an application: registered, changed, deleted; its secrets, and examples.
import { useState } from "preact/hooks";
import { api, ifMatch, take } from "../api/client";
import type { Application, OAuthClient as ClientData } from "../api/schema";
import { announce } from "../hooks/announce";
import { useAction } from "../hooks/use-action";
import { useDirty } from "../hooks/use-dirty";
import { useEditing } from "../hooks/use-editing";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ClientExamples } from "../parts/client-examples";
import { ASKS_NOBODY, ClientFields, differences, draftOf, EMPTY, inputOf } from "../parts/client-fields";
import { Confirm } from "../parts/confirm";
import { Conflict } from "../parts/conflict";
import { CopyLine } from "../parts/copy";
import { ErrorBox, Loading } from "../parts/notice";
import { Page } from "../parts/page";
import { type SecretCalls, Secrets } from "../parts/secrets";
import { go } from "../router";

export function Client({ id, query }: { id: string; query: URLSearchParams }) {
  return id === "new" ? <NewClient of={query.get("application") ?? ""} /> : <ExistingClient id={id} />;
}

/** The application, for those who may see it. */
function useApplication(id: string | undefined) {
  const may = useMay();
  return useResource(async () => (id !== undefined && may("samovar.applications:read") ? take(api.GET("/applications/{id}", { params: { path: { id } } })) : undefined), [id]);
}

function NewClient({ of }: { of: string }) {
  const application = useApplication(of);
  const may = useMay();
  const [empty] = useState({ ...EMPTY, firstParty: may(ASKS_NOBODY) });
  const [input, setInput] = useState(empty);
  const action = useAction();
  useDirty(!action.running && input !== empty);
  const save = async (event: Event) => {
    event.preventDefault();
    await action.run(async () => {
      const client = await take(api.POST("/clients", { body: draftOf(input, of) }));
      announce(`Client ${client.name} registered`);
      go(`/clients/${client.id}`, true);
    });
  };
  return (
    <Page title="New client" lead={application.data && `Its tokens are for ${application.data.name}.`}>
      {application.error && <ErrorBox error={application.error} retry={() => void application.reload()} />}
      <form class="narrow" onSubmit={(event) => void save(event)}>
        <ClientFields input={input} onChange={setInput} application={application.data} secrets={false} error={action.error} />
        {action.error && <ErrorBox error={action.error} />}
        <div class="actions">
          <button type="submit" class="primary" disabled={action.running}>
            Register client
          </button>
          <a class="button" href={`/applications/${of}`}>
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}

function ExistingClient({ id }: { id: string }) {
  const may = useMay();
  const client = useResource(() => take(api.GET("/clients/{id}", { params: { path: { id } } })), [id]);
  const application = useApplication(client.data?.application?.id);
  const [deleting, setDeleting] = useState(false);
  const { data } = client;
  if (data === undefined) return <Page title="Client">{client.error ? <ErrorBox error={client.error} retry={() => void client.reload()} /> : <Loading what="the client" />}</Page>;
  const changeable = may("samovar.clients:write") && data.application !== undefined;
  const back = data.application === undefined ? "/applications" : `/applications/${data.application.id}`;
  const remove = async () => {
    await take(api.DELETE("/clients/{id}", { params: { path: { id }, header: ifMatch(data.version) } }));
    announce(`Client ${data.name} deleted`);
    go(back, true);
  };
  const actions = changeable && (
    <button type="button" class="danger" onClick={() => setDeleting(true)}>
      Delete client
    </button>
  );
  const lead = (
    <>
      {data.kind === "public" ? "Public" : "Confidential"} client of <a href={back}>{data.application?.name ?? "Samovar itself"}</a>.
    </>
  );
  return (
    <Page title={data.name} lead={lead} actions={actions}>
      {client.error && <ErrorBox error={client.error} retry={() => void client.reload()} />}
      <p>
        Its <code>client_id</code>: <CopyLine text={data.id} label="client_id" />
      </p>
      {data.kind === "confidential" && (
        <section>
          <h2>Secrets</h2>
          <Secrets of={data.name} secrets={data.secrets} calls={changeable ? callsOf(id) : undefined} onChange={client.reload} />
        </section>
      )}
      <section>
        <h2>About it</h2>
        <EditClient client={data} application={application.data} changeable={changeable} onSaved={client.reload} />
      </section>
      {data.application !== undefined && <ClientExamples client={data} application={application.data} />}
      {deleting && (
        <Confirm title={`Delete the client ${data.name}?`} verb="Delete client" work={remove} onClose={() => setDeleting(false)}>
          <p>It gets no more tokens, and what people allowed it ends.</p>
        </Confirm>
      )}
    </Page>
  );
}

function callsOf(id: string): SecretCalls {
  return {
    make: (days) => take(api.POST("/clients/{id}/secrets", { params: { path: { id } }, body: { expires_in_days: days } })),
    remove: (secret) => take(api.DELETE("/clients/{id}/secrets/{secret}", { params: { path: { id, secret: secret.id } } })),
  };
}

interface EditProps {
  client: ClientData;
  application: Application | undefined;
  changeable: boolean;
  onSaved: () => Promise<void>;
}

function EditClient({ client, application, changeable, onSaved }: EditProps) {
  const [saved, setSaved] = useState(() => inputOf(client));
  const [input, setInput] = useState(saved);
  const path = { id: client.id };
  const editing = useEditing<ClientData>(
    client,
    (version) => take(api.PUT("/clients/{id}", { params: { path, header: ifMatch(version) }, body: draftOf(input, client.application?.id ?? "") })),
    () => take(api.GET("/clients/{id}", { params: { path } })),
  );
  const dirty = JSON.stringify(input) !== JSON.stringify(saved);
  useDirty(dirty);
  const start = (from: ClientData) => {
    editing.startFrom(from);
    setSaved(inputOf(from));
    setInput(inputOf(from));
    void onSaved();
  };
  const save = async () => {
    const stored = await editing.save();
    if (stored === undefined) return;
    start(stored);
    announce("Client saved");
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void save();
  };
  const { present } = editing;
  return (
    <form class="narrow" onSubmit={submit}>
      <fieldset class="bare" disabled={!changeable}>
        <ClientFields input={input} onChange={setInput} application={application} secrets={client.secrets.length > 0} error={editing.error} />
      </fieldset>
      {editing.error && <ErrorBox error={editing.error} />}
      {present && <Conflict what="client" differences={differences(inputOf(present), input)} onKeepMine={() => void save()} onTakeTheirs={() => start(present)} />}
      {changeable && (
        <div class="actions">
          <button type="submit" class="primary" disabled={!dirty || editing.running || present !== undefined}>
            Save changes
          </button>
        </div>
      )}
    </form>
  );
}
