// The keys that sign tokens, their state, and their rotation.
import { useState } from "preact/hooks";
import { api, unwrap } from "../api/client";
import type { KeyState, SigningAlgorithm, SigningKey } from "../api/schema";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ResourceView } from "../parts/feedback/resource-view";
import { Page } from "../parts/layout/page";
import { RotateKeyDialog } from "../parts/signing-keys/rotate-key-dialog";
import { type Column, Table } from "../parts/table/table";
import { Time } from "../parts/text/time";

export function SigningKeys() {
  const may = useMay();
  const keys = useResource(() => unwrap(api.GET("/signing-keys")), []);
  const [rotating, setRotating] = useState<SigningAlgorithm>();
  const items = keys.data?.items ?? [];
  const nextPublished = (algorithm: SigningAlgorithm) =>
    items.some((key) => key.state === "next" && key.algorithm === algorithm);
  return (
    <Page
      title="Signing keys"
      lead={
        <>
          Keys that sign tokens, one per algorithm in use. Services verify tokens with the public
          keys at <a href="/oauth/jwks">/oauth/jwks</a>. Samovar rotates the keys automatically.
        </>
      }
    >
      <ResourceView what="signing keys" resource={keys}>
        {() => (
          <Table<SigningKey>
            rows={items}
            empty="There are no keys yet. The first key is created with the first token."
            heading={STATE}
            columns={COLUMNS}
            action={
              may("samovar.signing-keys:rotate")
                ? {
                    columnLabel: "Rotate",
                    verb: "Rotate…",
                    label: (key) => `Rotate ${key.algorithm}`,
                    enabled: (key) => key.state === "current",
                    run: (key) => setRotating(key.algorithm),
                  }
                : undefined
            }
          />
        )}
      </ResourceView>
      {rotating && (
        <RotateKeyDialog
          algorithm={rotating}
          nextPublished={nextPublished(rotating)}
          onRotated={keys.reload}
          onClose={() => setRotating(undefined)}
        />
      )}
    </Page>
  );
}

const STATE_DESCRIPTIONS: Readonly<Record<KeyState, string>> = {
  next: "published; signs tokens soon",
  current: "signs tokens",
  retired: "does not sign; its tokens are valid until they expire",
};

const STATE: Column<SigningKey> = {
  label: "State",
  show: ({ state }) => (
    <>
      <span class={`tag ${state === "current" ? "good" : ""}`}>{state}</span>
      <div class="muted small">{STATE_DESCRIPTIONS[state]}</div>
    </>
  ),
};

const COLUMNS: readonly Column<SigningKey>[] = [
  { label: "Algorithm", show: (key) => key.algorithm },
  { label: "Key id", show: (key) => <code>{key.id}</code> },
  { label: "Published", show: (key) => <Time at={key.created_at} /> },
  { label: "Active from", show: (key) => <Time at={key.signs_from} /> },
];
