// Secrets at which somebody should look, of those whose machines one may see or answers for; nothing when all is well.
import { api, everything, page } from "../../api/client";
import type { Secret } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { useResource } from "../../hooks/use-resource";
import { ErrorBox } from "../feedback/error-notice";
import { Notice } from "../feedback/notice";
import { Time } from "../text/time";
import { AttentionTags } from "./attention-tags";

/** More than this are folded. */
const SHOWN = 5;

/** A secret, and whose it is. */
interface Due {
  secret: Secret;
  name: string;
  /** What kind of machine, and who answers for it. */
  words: string;
  href: string;
}

export function SecretsAttention() {
  const may = useMay();
  const due = useResource(async () => {
    const both = await Promise.all([
      accounts(may("samovar.service-accounts:read")),
      may("samovar.clients:read") ? clients() : [],
    ]);
    return both
      .flat()
      .sort((one, other) => one.secret.expires_at.localeCompare(other.secret.expires_at));
  }, []);
  if (due.error) return <ErrorBox error={due.error} retry={() => void due.reload()} />;
  const all = due.data ?? [];
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
      <List of={all.slice(0, SHOWN)} />
      {all.length > SHOWN && (
        <details>
          <summary>{all.length - SHOWN} more</summary>
          <List of={all.slice(SHOWN)} />
        </details>
      )}
    </Notice>
  );
}

function List({ of }: { of: readonly Due[] }) {
  return (
    <ul class="rows">
      {of.map(({ secret, name, words, href }) => (
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
async function accounts(all: boolean): Promise<Due[]> {
  const query = { attention: true };
  const found = await (all
    ? everything((cursor) =>
        api.GET("/service-accounts", { params: { query: { ...query, ...page(cursor) } } }),
      )
    : everything((cursor) =>
        api.GET("/me/service-accounts", { params: { query: { ...query, ...page(cursor) } } }),
      ));
  return found.flatMap((account) => {
    const words =
      account.owner_name === undefined
        ? "service account for which nobody answers"
        : `service account of ${account.owner_name}`;
    return due(account.secrets, {
      name: account.name,
      words,
      href: all ? `/service-accounts/${account.id}` : "/tokens",
    });
  });
}

async function clients(): Promise<Due[]> {
  const found = await everything((cursor) =>
    api.GET("/clients", { params: { query: { attention: true, ...page(cursor) } } }),
  );
  return found.flatMap((client) =>
    due(client.secrets, {
      name: client.name,
      words: `client of ${client.application?.name ?? "an application that is gone"}`,
      href: `/clients/${client.id}`,
    }),
  );
}

function due(secrets: readonly Secret[], whose: Omit<Due, "secret">): Due[] {
  return secrets
    .filter((secret) => secret.attention.length > 0)
    .map((secret) => ({ secret, ...whose }));
}
