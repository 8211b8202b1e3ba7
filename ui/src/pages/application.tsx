// One application: made, changed, deleted; its clients, and its proxy configuration.
import { useState } from "preact/hooks";
import { api, everything, ifMatch, page, take } from "../api/client";
import type { Application as ApplicationData } from "../api/schema";
import { announce } from "../hooks/announce";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { differences } from "../parts/applications/application-differences";
import { ApplicationFields } from "../parts/applications/application-fields";
import { draftOf, EMPTY, inputOf, type Known } from "../parts/applications/application-input";
import { ApplicationWarnings } from "../parts/applications/application-warnings";
import { Snippets } from "../parts/applications/proxy-configuration";
import { Clients } from "../parts/clients/application-clients";
import { Confirm } from "../parts/feedback/confirm-dialog";
import { NewObject } from "../parts/form/new-object-page";
import { Editor } from "../parts/form/object-editor";
import { Unread } from "../parts/layout/loading-page";
import { Page } from "../parts/layout/page";
import { address, go } from "../router";

export function Application({ id }: { id: string }) {
  const all = useResource(
    () => everything((cursor) => api.GET("/applications", { params: { query: page(cursor) } })),
    [],
  );
  const others = (all.data ?? []).filter((one) => one.id !== id);
  return id === "new" ? (
    <NewApplication others={others} />
  ) : (
    <ExistingApplication id={id} others={others} />
  );
}

interface Others {
  /** The other applications. */
  others: readonly Known[];
}

function NewApplication({ others }: Others) {
  return (
    <NewObject
      what="application"
      at="/applications"
      empty={EMPTY}
      wide
      make={(input) => take(api.POST("/applications", { body: draftOf(input) }))}
    >
      {(inputs) => <ApplicationFields {...inputs} others={others} />}
    </NewObject>
  );
}

function ExistingApplication({ id, others }: Others & { id: string }) {
  const may = useMay();
  const application = useResource(
    () => take(api.GET("/applications/{id}", { params: { path: { id } } })),
    [id],
  );
  const [saved, setSaved] = useState<ApplicationData>();
  const [deleting, setDeleting] = useState(false);
  const data = saved ?? application.data;
  if (data === undefined) return <Unread what="application" resource={application} />;
  const remove = async () => {
    await take(
      api.DELETE("/applications/{id}", { params: { path: { id }, header: ifMatch(data.version) } }),
    );
    announce(`Application ${data.name} deleted`);
    go("/applications", true);
  };
  const changeable = may("samovar.applications:write");
  const any = may("samovar.applications:any");
  const actions = (
    <>
      <a class="button" href={address("/explain", { host: data.hosts[0] })}>
        Ask who may do what
      </a>
      {changeable && any && (
        <button type="button" class="danger" onClick={() => setDeleting(true)}>
          Delete application
        </button>
      )}
    </>
  );
  return (
    <Page title={data.name} actions={actions}>
      <ApplicationWarnings application={data} />
      {changeable && !any && (
        <p class="hint">
          You can change which requests need which of the permissions that you hold in {data.name},
          or a sign-in alone. Every other change needs <code>samovar.applications:any</code>.
        </p>
      )}
      <EditApplication
        application={data}
        changeable={changeable}
        onSaved={setSaved}
        others={others}
      />
      {may("samovar.clients:read") && <Clients application={data} />}
      <Snippets
        id={id}
        application={data.name}
        version={data.version}
        secret={any ? { onRotated: setSaved } : undefined}
      />
      {deleting && (
        <Confirm
          title={`Delete the application ${data.name}?`}
          verb="Delete application"
          work={remove}
          onClose={() => setDeleting(false)}
        >
          <p>
            Its hosts are not served any more, so a proxy that asks about them is refused. Role
            bindings that hold in it alone must be taken away first.
          </p>
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
  const path = { id: application.id };
  return (
    <Editor
      what="application"
      wide
      object={application}
      changeable={changeable}
      inputOf={inputOf}
      asText={(input) => JSON.stringify(draftOf(input))}
      put={(input, version) =>
        take(
          api.PUT("/applications/{id}", {
            params: { path, header: ifMatch(version) },
            body: draftOf(input),
          }),
        )
      }
      get={() => take(api.GET("/applications/{id}", { params: { path } }))}
      differences={(theirs, mine) => differences(theirs, mine, others)}
      onSaved={onSaved}
    >
      {(inputs) => <ApplicationFields {...inputs} others={others} />}
    </Editor>
  );
}
