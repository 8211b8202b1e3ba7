// The proxy configuration that puts Samovar in front of an application, and its proxy secret where it needs one.
import { useState } from "preact/hooks";
import { type ApiError, api, take } from "../api/client";
import type { Application, Dialect, Snippet } from "../api/schema";
import { announce } from "../hooks/announce";
import { useResource } from "../hooks/use-resource";
import { CopyText } from "./copy";
import { ErrorBox, Loading } from "./notice";

/** Seconds for which the secret before a rotation stays valid. */
const DAY = 86_400;

const DIALECTS: readonly [Dialect, string][] = [
  ["nginx", "nginx"],
  ["caddy", "Caddy"],
];

interface Props {
  id: string;
  version: number;
  /** Given to those who may see and rotate the proxy secret. */
  secret: { onRotated: (application: Application) => void } | undefined;
}

export function Snippets({ id, version, secret }: Props) {
  const [dialect, setDialect] = useState<Dialect>("nginx");
  const [shown, setShown] = useState<Snippet>();
  const snippet = useResource(() => take(api.GET("/applications/{id}/snippets/{dialect}", { params: { path: { id, dialect } } })), [id, version, dialect]);
  const name = DIALECTS.find(([one]) => one === dialect)?.[1] ?? dialect;
  const current = shown?.dialect === dialect ? shown : snippet.data;
  const choose = (one: Dialect) => {
    setShown(undefined);
    setDialect(one);
  };
  return (
    <section>
      <h2>Proxy configuration</h2>
      <div class="segments" role="group" aria-label="Proxy">
        {DIALECTS.map(([one, label]) => (
          <button key={one} type="button" aria-pressed={one === dialect} onClick={() => choose(one)}>
            {label}
          </button>
        ))}
      </div>
      {snippet.error && <ErrorBox error={snippet.error} retry={() => void snippet.reload()} />}
      {current?.dialect === dialect ? <CopyText key={dialect} text={current.text} label={`${name} configuration`} /> : snippet.loading && <Loading what={`the ${name} configuration`} />}
      {current?.needs_secret && secret && <Secret id={id} dialect={dialect} onShown={setShown} onRotated={secret.onRotated} />}
      {current?.needs_secret && !secret && (
        <p class="hint">
          Proxies on other machines prove themselves with the application's proxy secret. To see it you need <code>samovar.applications:any</code>.
        </p>
      )}
    </section>
  );
}

interface SecretProps {
  id: string;
  dialect: Dialect;
  onShown: (snippet: Snippet | undefined) => void;
  onRotated: (application: Application) => void;
}

/** Shown where proxies on other machines may ask for checks: the configuration then carries a secret. */
function Secret({ id, dialect, onShown, onRotated }: SecretProps) {
  const [error, setError] = useState<ApiError>();
  const run = async (work: () => Promise<void>) => {
    setError(undefined);
    try {
      await work();
    } catch (fault) {
      setError(fault as ApiError);
    }
  };
  const show = async () => onShown(await take(api.POST("/applications/{id}/snippets/{dialect}", { params: { path: { id, dialect } } })));
  const rotate = async () => {
    const rotated = await take(api.POST("/applications/{id}/proxy-secret/rotate", { params: { path: { id } }, body: { overlap: DAY } }));
    onShown(undefined);
    onRotated(rotated);
    announce("Proxy secret rotated");
  };
  return (
    <>
      <p class="hint">The configuration contains the application's proxy secret. After a rotation the secret before stays valid for a day; paste the configuration again within that time.</p>
      <div class="actions">
        <button type="button" onClick={() => void run(show)}>
          Show with secret
        </button>
        <button type="button" onClick={() => void run(rotate)}>
          Rotate secret
        </button>
      </div>
      {error && <ErrorBox error={error} />}
    </>
  );
}
