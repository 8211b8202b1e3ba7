// The keys that sign tokens: what each does now, and having another one take over.
import { useState } from "preact/hooks";
import { api, take } from "../api/client";
import type { KeyState, SigningAlgorithm, SigningKey } from "../api/schema";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ErrorBox, Loading } from "../parts/notice";
import { Page } from "../parts/page";
import { RotateKey } from "../parts/rotate-key";
import { Time } from "../parts/time";

export function SigningKeys() {
  const may = useMay();
  const keys = useResource(() => take(api.GET("/signing-keys")), []);
  const [rotating, setRotating] = useState<SigningAlgorithm>();
  const items = keys.data?.items ?? [];
  const coming = (algorithm: SigningAlgorithm) => items.some((key) => key.state === "next" && key.algorithm === algorithm);
  return (
    <Page
      title="Signing keys"
      lead={
        <>
          They sign the tokens. Services verify tokens by the public halves at <a href="/oauth/jwks">/oauth/jwks</a>. Samovar rotates keys by itself; by hand it is done sooner.
        </>
      }
    >
      {keys.error && <ErrorBox error={keys.error} retry={() => void keys.reload()} />}
      {keys.data === undefined && keys.loading && <Loading what="signing keys" />}
      {keys.data && <KeyTable keys={items} onRotate={may("samovar.signing-keys:rotate") ? setRotating : undefined} />}
      {rotating && <RotateKey algorithm={rotating} coming={coming(rotating)} onRotated={keys.reload} onClose={() => setRotating(undefined)} />}
    </Page>
  );
}

const DOES: Readonly<Record<KeyState, string>> = {
  next: "published, signs soon",
  current: "signs",
  retired: "signs no more; what it signed is still valid until it ends",
};

interface Props {
  keys: readonly SigningKey[];
  onRotate: ((algorithm: SigningAlgorithm) => void) | undefined;
}

function KeyTable({ keys, onRotate }: Props) {
  if (keys.length === 0) return <p class="muted">There is none yet. The first is made when the first token is signed.</p>;
  return (
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Algorithm</th>
          <th scope="col">Key id</th>
          <th scope="col">Published</th>
          <th scope="col">Signs from</th>
          {onRotate && (
            <th scope="col">
              <span class="hidden">Rotate</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <th scope="row">
              <span class={`tag ${key.state === "current" ? "good" : ""}`}>{key.state}</span>
              <div class="muted small">{DOES[key.state]}</div>
            </th>
            <td data-label="Algorithm">{key.algorithm}</td>
            <td data-label="Key id">
              <code>{key.id}</code>
            </td>
            <td data-label="Published">
              <Time at={key.created_at} />
            </td>
            <td data-label="Signs from">
              <Time at={key.signs_from} />
            </td>
            {onRotate && (
              <td>
                {key.state === "current" && (
                  <button type="button" class="link" aria-label={`Rotate ${key.algorithm}`} onClick={() => onRotate(key.algorithm)}>
                    Rotate…
                  </button>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
