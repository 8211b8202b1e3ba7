// The generated proxy configuration of an application, and the proxy secret if checks need one.
import { useEffect, useState } from "preact/hooks";
import { api, unwrap } from "../../api/client";
import type { Application, Dialect, Snippet } from "../../api/schema";
import { announce } from "../../hooks/announce";
import { useAction } from "../../hooks/use-action";
import { useResource } from "../../hooks/use-resource";
import { ConfirmDialog } from "../feedback/confirm-dialog";
import { ErrorNotice } from "../feedback/error-notice";
import { Loading } from "../feedback/loading";
import { Notice } from "../feedback/notice";
import { CopyBlock } from "../text/copy";

/** How long the old secret stays valid after a rotation. */
const SECRET_OVERLAP_SECONDS = 86_400;

const DIALECTS: readonly [Dialect, string][] = [
  ["nginx", "nginx"],
  ["caddy", "Caddy"],
];

interface Props {
  id: string;
  /** The application's name. */
  application: string;
  version: number;
  /** Set if the caller may read and rotate the proxy secret. */
  secret: { onRotated: (application: Application) => void } | undefined;
}

export function ProxyConfiguration({ id, application, version, secret }: Props) {
  const [dialect, setDialect] = useState<Dialect>("nginx");
  const [shown, setShown] = useState<Snippet>();
  const snippet = useResource(
    () =>
      unwrap(
        api.GET("/applications/{id}/snippets/{dialect}", { params: { path: { id, dialect } } }),
      ),
    [id, version, dialect],
  );
  const name = DIALECTS.find(([one]) => one === dialect)?.[1] ?? dialect;
  const complete = shown?.dialect === dialect;
  const current = complete ? shown : snippet.data;
  // A loaded configuration belongs to an earlier version of the application.
  useEffect(() => setShown(undefined), [version]);
  const choose = (one: Dialect) => {
    setShown(undefined);
    setDialect(one);
  };
  return (
    <section>
      <h2>Proxy configuration</h2>
      <div class="segments" role="group" aria-label="Proxy">
        {DIALECTS.map(([one, label]) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === dialect}
            onClick={() => choose(one)}
          >
            {label}
          </button>
        ))}
      </div>
      {snippet.error && <ErrorNotice error={snippet.error} retry={() => void snippet.reload()} />}
      {current?.needs_secret && secret && (
        <ProxySecret
          id={id}
          application={application}
          dialect={dialect}
          complete={complete}
          onShown={setShown}
          onRotated={secret.onRotated}
        />
      )}
      {current?.needs_secret && !secret && (
        <p class="hint">
          The configuration contains a placeholder for the application's proxy secret. You need{" "}
          <code>samovar.applications:any</code> to see the secret.
        </p>
      )}
      {current?.dialect === dialect ? (
        <CopyBlock
          key={`${dialect} ${complete}`}
          text={current.text}
          label={`${name} configuration`}
        />
      ) : (
        snippet.loading && <Loading what={`the ${name} configuration`} />
      )}
    </section>
  );
}

interface SecretProps {
  id: string;
  application: string;
  dialect: Dialect;
  /** Whether the shown configuration contains the secret. */
  complete: boolean;
  onShown: (snippet: Snippet) => void;
  onRotated: (application: Application) => void;
}

/** Each check carries the proxy secret if the listener for checks is reachable from other machines. */
function ProxySecret({ id, application, dialect, complete, onShown, onRotated }: SecretProps) {
  const showing = useAction();
  const [rotating, setRotating] = useState(false);
  const show = async () =>
    onShown(
      await unwrap(
        api.POST("/applications/{id}/snippets/{dialect}", { params: { path: { id, dialect } } }),
      ),
    );
  const rotate = async () => {
    onRotated(
      await unwrap(
        api.POST("/applications/{id}/proxy-secret/rotate", {
          params: { path: { id } },
          body: { overlap: SECRET_OVERLAP_SECONDS },
        }),
      ),
    );
    announce("Proxy secret rotated");
    void showing.run(show);
  };
  return (
    <>
      {complete ? (
        <Notice kind="good">
          <p>
            The configuration below contains the proxy secret. Make sure that only the proxy can
            read its configuration file.
          </p>
        </Notice>
      ) : (
        <p class="hint">
          The configuration below contains a placeholder for the application's proxy secret. Show
          the secret before you copy the configuration.
        </p>
      )}
      <div class="actions">
        {!complete && (
          <button type="button" disabled={showing.running} onClick={() => void showing.run(show)}>
            Show secret
          </button>
        )}
        <button type="button" onClick={() => setRotating(true)}>
          Rotate secret
        </button>
      </div>
      {showing.error && <ErrorNotice error={showing.error} />}
      {rotating && (
        <ConfirmDialog
          title={`Rotate the proxy secret of ${application}?`}
          verb="Rotate secret"
          harmless
          work={rotate}
          onClose={() => setRotating(false)}
        >
          <p>
            The current secret stays valid for a day; older secrets end at once. Copy the new
            configuration into the proxy within that time. Afterwards checks with the current secret
            are refused.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
