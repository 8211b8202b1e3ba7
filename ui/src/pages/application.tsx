// One application: made, changed, deleted; its clients, and its proxy configuration.
import { useState } from "preact/hooks";
import { api, everything, ifMatch, page, take } from "../api/client";
import type { Application as ApplicationData } from "../api/schema";
import { announce } from "../hooks/announce";
import { useAction } from "../hooks/use-action";
import { useDirty } from "../hooks/use-dirty";
import { useEditing } from "../hooks/use-editing";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ApplicationFields } from "../parts/application-fields";
import { type ApplicationInput, differences, draftOf, EMPTY, inputOf, type Known } from "../parts/application-input";
import { Clients } from "../parts/clients";
import { Confirm } from "../parts/confirm";
import { Conflict } from "../parts/conflict";
import { ErrorBox, Loading } from "../parts/notice";
import { Page } from "../parts/page";
import { Snippets } from "../parts/snippets";
import { address, go } from "../router";

export function Application({ id }: { id: string }) {
  const all = useResource(() => everything((cursor) => api.GET("/applications", { params: { query: page(cursor) } })), []);
  const others = (all.data ?? []).filter((one) => one.id !== id);
  return id === "new" ? <NewApplication others={others} /> : <ExistingApplication id={id} others={others} />;
}

interface Others {
  /** The other applications. */
  others: readonly Known[];
}

function NewApplication({ others }: Others) {
  const [input, setInput] = useState<ApplicationInput>(EMPTY);
  const action = useAction();
  useDirty(!action.running && input !== EMPTY);
  const save = async (event: Event) => {
    event.preventDefault();
    await action.run(async () => {
      const application = await take(api.POST("/applications", { body: draftOf(input) }));
      announce(`Application ${application.name} made`);
      go(`/applications/${application.id}`, true);
    });
  };
  return (
    <Page title="New application">
      <form onSubmit={(event) => void save(event)}>
        <ApplicationFields input={input} onChange={setInput} error={action.error} others={others} />
        {action.error && <ErrorBox error={action.error} />}
        <div class="actions">
          <button type="submit" class="primary" disabled={action.running}>
            Make application
          </button>
          <a class="button" href="/applications">
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}

function ExistingApplication({ id, others }: Others & { id: string }) {
  const may = useMay();
  const application = useResource(() => take(api.GET("/applications/{id}", { params: { path: { id } } })), [id]);
  const [saved, setSaved] = useState<ApplicationData>();
  const [deleting, setDeleting] = useState(false);
  const data = saved ?? application.data;
  if (data === undefined) {
    return <Page title="Application">{application.error ? <ErrorBox error={application.error} retry={() => void application.reload()} /> : <Loading what="the application" />}</Page>;
  }
  const remove = async () => {
    await take(api.DELETE("/applications/{id}", { params: { path: { id }, header: ifMatch(data.version) } }));
    announce(`Application ${data.name} deleted`);
    go("/applications", true);
  };
  const changeable = may("samovar.applications:write");
  const actions = (
    <>
      <a class="button" href={address("/explain", { host: data.hosts[0] })}>
        Ask who may do what
      </a>
      {changeable && (
        <button type="button" class="danger" onClick={() => setDeleting(true)}>
          Delete application
        </button>
      )}
    </>
  );
  return (
    <Page title={data.name} actions={actions}>
      <EditApplication application={data} changeable={changeable} onSaved={setSaved} others={others} />
      {may("samovar.clients:read") && <Clients application={data} />}
      <Snippets id={id} version={data.version} />
      {deleting && (
        <Confirm title={`Delete the application ${data.name}?`} verb="Delete application" work={remove} onClose={() => setDeleting(false)}>
          <p>Its hosts are not served any more, so a proxy that asks about them is refused. Role bindings that hold in it alone must be taken away first.</p>
        </Confirm>
      )}
    </Page>
  );
}

interface EditProps extends Others {
  application: ApplicationData;
  changeable: boolean;
  onSaved: (application: ApplicationData) => void;
}

function EditApplication({ application, changeable, onSaved, others }: EditProps) {
  const [saved, setSaved] = useState(() => inputOf(application));
  const [input, setInput] = useState(saved);
  const path = { id: application.id };
  const editing = useEditing<ApplicationData>(
    application,
    (version) => take(api.PUT("/applications/{id}", { params: { path, header: ifMatch(version) }, body: draftOf(input) })),
    () => take(api.GET("/applications/{id}", { params: { path } })),
  );
  const dirty = JSON.stringify(draftOf(input)) !== JSON.stringify(draftOf(saved));
  useDirty(dirty);
  const start = (from: ApplicationData) => {
    editing.startFrom(from);
    setSaved(inputOf(from));
    setInput(inputOf(from));
    onSaved(from);
  };
  const save = async () => {
    const stored = await editing.save();
    if (stored === undefined) return;
    start(stored);
    announce("Application saved");
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void save();
  };
  const { present } = editing;
  return (
    <form onSubmit={submit}>
      <fieldset class="bare" disabled={!changeable}>
        <ApplicationFields input={input} onChange={setInput} error={editing.error} others={others} />
      </fieldset>
      {editing.error && <ErrorBox error={editing.error} />}
      {present && <Conflict what="application" differences={differences(inputOf(present), input, others)} onKeepMine={() => void save()} onTakeTheirs={() => start(present)} />}
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
