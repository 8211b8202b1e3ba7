// Secrets that expire soon, are expired or unused. Shows the accounts that the caller may read or owns.
import { api, fetchAll, pageQuery } from "../../api/client";
import type { Secret } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { useResource } from "../../hooks/use-resource";
import { ErrorNotice } from "../feedback/error-notice";
import { Notice } from "../feedback/notice";
import { Time } from "../text/time";
import { AttentionTags } from "./attention-tags";

/** More secrets than this are folded. */
const VISIBLE_COUNT = 5;

/** A secret and its account or client. */
interface SecretEntry {
  secret: Secret;
  name: string;
  /** The kind of account, and its owner. */
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
      title={all.length === 1 ? "1 secret needs attention" : `${all.length} secrets need attention`}
    >
      <p>
        A machine gets no tokens after its secret has expired. Create a new secret, install it on
        the machine, then delete the old one. Delete secrets that are not used.
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
      {of.map(({ secret, name, description, href }) => (
        <li key={secret.id}>
          <a href={href}>{name}</a> ({description}): <code>{secret.hint}…</code>{" "}
          {secret.attention.includes("expired") ? "expired" : "expires"}{" "}
          <Time at={secret.expires_at} /> <AttentionTags of={secret.attention} />
        </li>
      ))}
    </ul>
  );
}

/** Secrets of all service accounts, or of those that the caller owns. */
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
    const description =
      account.owner_name === undefined
        ? "service account without an owner"
        : `service account of ${account.owner_name}`;
    return entriesOf(account.secrets, {
      name: account.name,
      description,
      href: all ? `/service-accounts/${account.id}` : "/tokens",
    });
  });
}

async function fetchClientEntries(): Promise<SecretEntry[]> {
  const found = await fetchAll((cursor) =>
    api.GET("/clients", { params: { query: { attention: true, ...pageQuery(cursor) } } }),
  );
  return found.flatMap((client) =>
    entriesOf(client.secrets, {
      name: client.name,
      description: `client of ${client.application?.name ?? "a deleted application"}`,
      href: `/clients/${client.id}`,
    }),
  );
}

function entriesOf(secrets: readonly Secret[], owner: Omit<SecretEntry, "secret">): SecretEntry[] {
  return secrets
    .filter((secret) => secret.attention.length > 0)
    .map((secret) => ({ secret, ...owner }));
}
