// All service accounts.
import { api, everything, page } from "../api/client";
import type { ServiceAccount } from "../api/schema";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { lastUse, StateTag } from "../parts/account-state";
import { ErrorBox, Loading } from "../parts/notice";
import { Page } from "../parts/page";
import { Time } from "../parts/time";

export function ServiceAccounts() {
  const may = useMay();
  const accounts = useResource(() => everything((cursor) => api.GET("/service-accounts", { params: { query: page(cursor) } })), []);
  const make = may("samovar.service-accounts:write") && (
    <a class="button primary" href="/service-accounts/new">
      New service account
    </a>
  );
  return (
    <Page title="Service accounts" lead="The accounts of machines: CI jobs, scripts, services. Each gets tokens of a few minutes for its secret, and may do what its roles give." actions={make}>
      {accounts.error && <ErrorBox error={accounts.error} retry={() => void accounts.reload()} />}
      {accounts.data === undefined && accounts.loading && <Loading what="service accounts" />}
      {accounts.data?.length === 0 && <p class="muted">There is none yet.</p>}
      {accounts.data && accounts.data.length > 0 && <Table accounts={accounts.data} />}
    </Page>
  );
}

function Table({ accounts }: { accounts: readonly ServiceAccount[] }) {
  return (
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Service account</th>
          <th scope="col">State</th>
          <th scope="col">Owner</th>
          <th scope="col">Secrets</th>
          <th scope="col">Last used</th>
        </tr>
      </thead>
      <tbody>
        {accounts.map((account) => (
          <tr key={account.id}>
            <th scope="row">
              <a href={`/service-accounts/${account.id}`}>{account.name}</a>
              <div class="muted small">{account.description}</div>
            </th>
            <td data-label="State">
              <StateTag state={account.state} />
            </td>
            <td data-label="Owner">{account.owner_name ?? <span class="muted">gone from Gitea</span>}</td>
            <td data-label="Secrets">
              <SecretWords account={account} />
            </td>
            <td data-label="Last used">
              <LastUse account={account} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** When the last of its live secrets expires, which is when the machine stops. */
function SecretWords({ account }: { account: ServiceAccount }) {
  const live = account.secrets.filter((secret) => new Date(secret.expires_at) > new Date());
  const last = live.map((secret) => secret.expires_at).sort().at(-1);
  if (last === undefined) return <>{account.secrets.length > 0 ? "expired" : account.trusts.length > 0 ? "none needed" : "none"}</>;
  return (
    <>
      {live.length}, until <Time at={last} />
    </>
  );
}

function LastUse({ account }: { account: ServiceAccount }) {
  const at = lastUse(account);
  return at === undefined ? <>never</> : <Time at={at} />;
}
