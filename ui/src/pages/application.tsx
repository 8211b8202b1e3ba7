// Creates, edits and deletes one application; shows its clients and its proxy configuration.
import { useState } from "preact/hooks";
import { api, fetchAll, ifMatch, pageQuery, unwrap } from "../api/client";
import type { Application as ApplicationData } from "../api/schema";
import { announce } from "../hooks/announce";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { differences } from "../parts/applications/application-differences";
import { ApplicationFields } from "../parts/applications/application-fields";
import {
  draftOf,
  EMPTY,
  inputOf,
  type ApplicationName,
} from "../parts/applications/application-input";
import { ApplicationWarnings } from "../parts/applications/application-warnings";
import { ProxyConfiguration } from "../parts/applications/proxy-configuration";
import { ApplicationClients } from "../parts/clients/application-clients";
import { ConfirmDialog } from "../parts/feedback/confirm-dialog";
import { NewObjectPage } from "../parts/form/new-object-page";
import { ObjectEditor } from "../parts/form/object-editor";
import { LoadingPage } from "../parts/layout/loading-page";
import { Page } from "../parts/layout/page";
import { navigate, urlWithQuery } from "../router";

export function Application({ id }: { id: string }) {
  const all = useResource(
    () => fetchAll((cursor) => api.GET("/applications", { params: { query: pageQuery(cursor) } })),
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
  others: readonly ApplicationName[];
}

function NewApplication({ others }: Others) {
  return (
    <NewObjectPage
      noun="application"
      listUrl="/applications"
      empty={EMPTY}
      wide
      create={(input) => unwrap(api.POST("/applications", { body: draftOf(input) }))}
    >
      {(inputs) => <ApplicationFields {...inputs} others={others} />}
    </NewObjectPage>
  );
}

function ExistingApplication({ id, others }: Others & { id: string }) {
  const may = useMay();
  const application = useResource(
    () => unwrap(api.GET("/applications/{id}", { params: { path: { id } } })),
    [id],
  );
  const [saved, setSaved] = useState<ApplicationData>();
  const [deleting, setDeleting] = useState(false);
  const data = saved ?? application.data;
  if (data === undefined) return <LoadingPage noun="application" resource={application} />;
  const remove = async () => {
    await unwrap(
      api.DELETE("/applications/{id}", { params: { path: { id }, header: ifMatch(data.version) } }),
    );
    announce(`Application ${data.name} deleted`);
    navigate("/applications", true);
  };
  const editable = may("samovar.applications:write");
  const unrestricted = may("samovar.applications:any");
  const actions = (
    <>
      <a class="button" href={urlWithQuery("/explain", { host: data.hosts[0] })}>
        Check access
      </a>
      {editable && unrestricted && (
        <button type="button" class="danger" onClick={() => setDeleting(true)}>
          Delete application
        </button>
      )}
    </>
  );
  return (
    <Page title={data.name} actions={actions}>
      <ApplicationWarnings application={data} />
      {editable && !unrestricted && (
        <p class="hint">
          You can change routes that require sign-in or permissions that you hold in {data.name}.
          Every other change needs <code>samovar.applications:any</code>.
        </p>
      )}
      <EditApplication application={data} editable={editable} onSaved={setSaved} others={others} />
      {may("samovar.clients:read") && <ApplicationClients application={data} />}
      <ProxyConfiguration
        id={id}
        application={data.name}
        version={data.version}
        secret={unrestricted ? { onRotated: setSaved } : undefined}
      />
      {deleting && (
        <ConfirmDialog
          title={`Delete the application ${data.name}?`}
          verb="Delete application"
          work={remove}
          onClose={() => setDeleting(false)}
        >
          <p>
            Checks for its hosts are refused from then on. Role bindings in this application must be
            removed first.
          </p>
        </ConfirmDialog>
      )}
    </Page>
  );
}

interface EditProps extends Others {
  application: ApplicationData;
  editable: boolean;
  onSaved: (application: ApplicationData) => void;
}

function EditApplication({ application, editable, onSaved, others }: EditProps) {
  const path = { id: application.id };
  return (
    <ObjectEditor
      noun="application"
      wide
      object={application}
      editable={editable}
      inputOf={inputOf}
      asText={(input) => JSON.stringify(draftOf(input))}
      put={(input, version) =>
        unwrap(
          api.PUT("/applications/{id}", {
            params: { path, header: ifMatch(version) },
            body: draftOf(input),
          }),
        )
      }
      get={() => unwrap(api.GET("/applications/{id}", { params: { path } }))}
      differences={(theirs, mine) => differences(theirs, mine, others)}
      onSaved={onSaved}
    >
      {(inputs) => <ApplicationFields {...inputs} others={others} />}
    </ObjectEditor>
  );
}
