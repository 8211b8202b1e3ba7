// The list of service accounts.
import { api, fetchAll, pageQuery } from "../api/client";
import type { ServiceAccount } from "../api/schema";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ResourceView } from "../parts/feedback/resource-view";
import { Page } from "../parts/layout/page";
import { AttentionTags } from "../parts/secrets/attention-tags";
import { lastUse, StateTag } from "../parts/service-accounts/account-state";
import { type Column, Table } from "../parts/table/table";
import { Time } from "../parts/text/time";

export function ServiceAccounts() {
  const may = useMay();
  const accounts = useResource(
    () =>
      fetchAll((cursor) => api.GET("/service-accounts", { params: { query: pageQuery(cursor) } })),
    [],
  );
  const make = may("samovar.service-accounts:write") && (
    <a class="button primary" href="/service-accounts/new">
      New service account
    </a>
  );
  return (
    <Page
      title="Service accounts"
      lead="Accounts of machines, such as CI jobs and scripts. Their tokens have the permissions of their roles."
      actions={make}
    >
      <ResourceView what="service accounts" resource={accounts}>
        {(all) => (
          <Table
            what="service accounts"
            textOf={(one) => `${one.name} ${one.description} ${one.owner_name ?? ""}`}
            rows={all}
            empty="There are no service accounts yet."
            heading={ACCOUNT}
            columns={COLUMNS}
          />
        )}
      </ResourceView>
    </Page>
  );
}

const ACCOUNT: Column<ServiceAccount> = {
  label: "Service account",
  show: (account) => (
    <>
      <a href={`/service-accounts/${account.id}`}>{account.name}</a>
      <div class="muted small">{account.description}</div>
    </>
  ),
};

const COLUMNS: readonly Column<ServiceAccount>[] = [
  { label: "State", show: (account) => <StateTag state={account.state} /> },
  {
    label: "Owner",
    show: (account) => account.owner_name ?? <span class="muted">deleted</span>,
  },
  { label: "Secrets", show: (account) => <SecretSummary account={account} /> },
  { label: "Last used", show: (account) => <LastUse account={account} /> },
];

/** The number of live secrets, and when the last of them expires: from then on the machine gets no token. */
function SecretSummary({ account }: { account: ServiceAccount }) {
  const live = account.secrets.filter((secret) => new Date(secret.expires_at) > new Date());
  const last = live
    .map((secret) => secret.expires_at)
    .sort()
    .at(-1);
  const none =
    account.secrets.length > 0 ? "expired" : account.trusts.length > 0 ? "none needed" : "none";
  return (
    <>
      {last === undefined ? (
        none
      ) : (
        <>
          {live.length}, last expires <Time at={last} />
        </>
      )}{" "}
      <AttentionTags of={[...new Set(account.secrets.flatMap((secret) => secret.attention))]} />
    </>
  );
}

function LastUse({ account }: { account: ServiceAccount }) {
  const at = lastUse(account);
  if (at !== undefined) return <Time at={at} />;
  if (account.trusts.length === 0) return <>never</>;
  return <span class="muted">not recorded for CI tokens</span>;
}
