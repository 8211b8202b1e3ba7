// Service accounts that the caller or one of the caller's teams owns, with their secrets.
import { api, fetchAll, pageQuery, unwrap } from "../../api/client";
import type { ServiceAccount } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { useResource } from "../../hooks/use-resource";
import { ResourceView } from "../feedback/resource-view";
import { ACCOUNT_DELETE_NOTE, type SecretCalls } from "../secrets/secret-calls";
import { Secrets } from "../secrets/secrets";
import { CopyLine } from "../text/copy";
import { Sentence } from "../text/sentence";
import { StateNotice, StateTag } from "./account-state";

export function MyServiceAccounts() {
  const accounts = useResource(
    () =>
      fetchAll((cursor) =>
        api.GET("/me/service-accounts", { params: { query: pageQuery(cursor) } }),
      ),
    [],
  );
  return (
    <section>
      <h2>Your service accounts</h2>
      <ResourceView what="service accounts" resource={accounts} />
      {accounts.data?.length === 0 && (
        <p class="muted">You and your teams own no service accounts.</p>
      )}
      {accounts.data?.map((account) => (
        <Account key={account.id} account={account} onChange={accounts.reload} />
      ))}
    </section>
  );
}

function Account({
  account,
  onChange,
}: {
  account: ServiceAccount;
  onChange: () => Promise<void>;
}) {
  const may = useMay();
  return (
    <section class="card" aria-label={account.name}>
      <h3>
        {may("samovar.service-accounts:read") ? (
          <a href={`/service-accounts/${account.id}`}>{account.name}</a>
        ) : (
          account.name
        )}{" "}
        <StateTag state={account.state} />
      </h3>
      <p class="small">
        {account.description && <Sentence text={account.description} />}{" "}
        {account.owner_name !== undefined && `Owned by ${account.owner_name}. `}
        <code>client_id</code>: <CopyLine text={account.id} label="client_id" />
      </p>
      <StateNotice account={account} editable={false} />
      <Secrets
        of={account.name}
        secrets={account.secrets}
        calls={callsOf(account.id)}
        onChange={onChange}
      />
    </section>
  );
}

function callsOf(id: string): SecretCalls {
  return {
    create: (days) =>
      unwrap(
        api.POST("/me/service-accounts/{id}/secrets", {
          params: { path: { id } },
          body: { expires_in_days: days },
        }),
      ),
    deleteNote: ACCOUNT_DELETE_NOTE,
    delete: (secret) =>
      unwrap(
        api.DELETE("/me/service-accounts/{id}/secrets/{secret}", {
          params: { path: { id, secret: secret.id } },
        }),
      ),
  };
}
