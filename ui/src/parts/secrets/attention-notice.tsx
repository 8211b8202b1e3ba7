// Secrets at which somebody should look, of those whose machines one may see or answers for; nothing when all is well.
import { api, fetchAll, pageQuery } from "../../api/client";
import type { Secret } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { useResource } from "../../hooks/use-resource";
import { ErrorNotice } from "../feedback/error-notice";
import { Notice } from "../feedback/notice";
import { Time } from "../text/time";
import { AttentionTags } from "./attention-tags";

/** More than this are folded. */
const VISIBLE_COUNT = 5;

/** A secret, and whose it is. */
interface SecretEntry {
  secret: Secret;
  name: string;
  /** What kind of machine, and who answers for it. */
  description: string;
  href: string;
}

export function SecretsNotice() {
  const may = useMay();
  const entriesOf = useResource(async () => {
    const both = await Promise.all([
      fetchAccountEntries(may("samovar.service-accounts:read")),
      may("samovar.clients:read") ? fetchClientEntries() : [],
    ]);
    return both
      .flat()
      .sort((one, other) => one.secret.expires_at.localeCompare(other.secret.expires_at));
  }, []);
  if (entriesOf.error)
    return <ErrorNotice error={entriesOf.error} retry={() => void entriesOf.reload()} />;
  const all = entriesOf.data ?? [];
  if (all.length === 0) return null;
  return (
    <Notice
      kind="warn"
      title={
        all.length === 1
          ? "One secret needs your attention"
          : `${all.length} secrets need your attention`
      }
    >
      <p>
        A machine whose secret expires gets no more tokens: make another one, give it to the
        machine, and delete the old one. Delete what nothing uses.
      </p>
      <List of={all.slice(0, VISIBLE_COUNT)} />
      {all.length > VISIBLE_COUNT && (
        <details>
          <summary>{all.length - VISIBLE_COUNT} more</summary>
          <List of={all.slice(VISIBLE_COUNT)} />
        </details>
      )}
    </Notice>
  );
}

function List({ of }: { of: readonly SecretEntry[] }) {
  return (
    <ul class="rows">
      {of.map(({ secret, name, description: words, href }) => (
        <li key={secret.id}>
          <a href={href}>{name}</a> ({words}): <code>{secret.hint}…</code>{" "}
          {secret.attention.includes("expired") ? "expired" : "expires"}{" "}
          <Time at={secret.expires_at} /> <AttentionTags of={secret.attention} />
        </li>
      ))}
    </ul>
  );
}

/** Of all service accounts, or of those that one answers for. */
async function fetchAccountEntries(all: boolean): Promise<SecretEntry[]> {
  const query = { attention: true };
  const found = await (all
    ? fetchAll((cursor) =>
        api.GET("/service-accounts", { params: { query: { ...query, ...pageQuery(cursor) } } }),
      )
    : fetchAll((cursor) =>
        api.GET("/me/service-accounts", { params: { query: { ...query, ...pageQuery(cursor) } } }),
      ));
  return found.flatMap((account) => {
    const words =
      account.owner_name === undefined
        ? "service account for which nobody answers"
        : `service account of ${account.owner_name}`;
    return due(account.secrets, {
      name: account.name,
      description: words,
      href: all ? `/service-accounts/${account.id}` : "/tokens",
    });
  });
}

async function fetchClientEntries(): Promise<SecretEntry[]> {
  const found = await fetchAll((cursor) =>
    api.GET("/clients", { params: { query: { attention: true, ...pageQuery(cursor) } } }),
  );
  return found.flatMap((client) =>
    due(client.secrets, {
      name: client.name,
      description: `client of ${client.application?.name ?? "an application that is gone"}`,
      href: `/clients/${client.id}`,
    }),
  );
}

function due(secrets: readonly Secret[], whose: Omit<SecretEntry, "secret">): SecretEntry[] {
  return secrets
    .filter((secret) => secret.attention.length > 0)
    .map((secret) => ({ secret, ...whose }));
}
