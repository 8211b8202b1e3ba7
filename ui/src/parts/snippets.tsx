// The proxy configuration that puts Samovar in front of an application.
import { useState } from "preact/hooks";
import { api, take } from "../api/client";
import type { Dialect } from "../api/schema";
import { useResource } from "../hooks/use-resource";
import { CopyText } from "./copy";
import { ErrorBox, Loading } from "./notice";

const DIALECTS: readonly [Dialect, string][] = [
  ["nginx", "nginx"],
  ["caddy", "Caddy"],
];

export function Snippets({ id, version }: { id: string; version: number }) {
  const [dialect, setDialect] = useState<Dialect>("nginx");
  const snippet = useResource(() => take(api.GET("/applications/{id}/snippets/{dialect}", { params: { path: { id, dialect } } })), [id, version, dialect]);
  const name = DIALECTS.find(([one]) => one === dialect)?.[1] ?? dialect;
  return (
    <section>
      <h2>Proxy configuration</h2>
      <div class="segments" role="group" aria-label="Proxy">
        {DIALECTS.map(([one, label]) => (
          <button key={one} type="button" aria-pressed={one === dialect} onClick={() => setDialect(one)}>
            {label}
          </button>
        ))}
      </div>
      {snippet.error && <ErrorBox error={snippet.error} retry={() => void snippet.reload()} />}
      {snippet.data?.dialect === dialect ? <CopyText key={dialect} text={snippet.data.text} label={`${name} configuration`} /> : snippet.loading && <Loading what={`the ${name} configuration`} />}
    </section>
  );
}
