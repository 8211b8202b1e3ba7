// The proxy configuration that puts Samovar in front of an application, and its proxy secret where it needs one.
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

/** Seconds for which the present secret stays valid after a rotation. */
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
  /** Given to those who may see and rotate the proxy secret. */
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
  const whole = shown?.dialect === dialect;
  const current = whole ? shown : snippet.data;
  // What was shown is of an earlier version of the application.
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
          complete={whole}
          onShown={setShown}
          onRotated={secret.onRotated}
        />
      )}
      {current?.needs_secret && !secret && (
        <p class="hint">
          The configuration has a placeholder for the application's proxy secret. To see the secret
          you need <code>samovar.applications:any</code>.
        </p>
      )}
      {current?.dialect === dialect ? (
        <CopyBlock
          key={`${dialect} ${whole}`}
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
  /** Is the configuration shown with the secret in it? */
  complete: boolean;
  onShown: (snippet: Snippet) => void;
  onRotated: (application: Application) => void;
}

/** Where proxies on other machines may ask for checks, each check carries the application's proxy secret. */
function ProxySecret({
  id,
  application,
  dialect,
  complete: whole,
  onShown,
  onRotated,
}: SecretProps) {
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
      {whole ? (
        <Notice kind="good">
          <p>
            The configuration below contains the proxy secret. Copy it into the proxy, where only
            the proxy can read it.
          </p>
        </Notice>
      ) : (
        <p class="hint">
          The configuration below has a placeholder for the application's proxy secret. Show the
          secret before you copy it.
        </p>
      )}
      <div class="actions">
        {!whole && (
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
            The present secret stays valid for a day. Copy the new configuration into the proxy
            within that time: afterwards checks with the present secret are refused. A secret before
            the present one ends at once.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
