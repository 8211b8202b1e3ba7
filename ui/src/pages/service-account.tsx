// Creates, edits and deletes one service account; shows its secrets, its roles and how it gets a token.
import { useState } from "preact/hooks";
import { api, ifMatch, unwrap } from "../api/client";
import type { ServiceAccount as AccountData } from "../api/schema";
import { announce } from "../hooks/announce";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ConfirmDialog } from "../parts/feedback/confirm-dialog";
import { ErrorNotice } from "../parts/feedback/error-notice";
import { NewObjectPage } from "../parts/form/new-object-page";
import { ObjectEditor } from "../parts/form/object-editor";
import { LoadingPage } from "../parts/layout/loading-page";
import { Page } from "../parts/layout/page";
import { ACCOUNT_DELETE_NOTE, type SecretCalls } from "../parts/secrets/secret-calls";
import { Secrets } from "../parts/secrets/secrets";
import { AccountRoles, useAccountBindings } from "../parts/service-accounts/account-roles";
import { StateNotice } from "../parts/service-accounts/account-state";
import { ServiceAccountFields } from "../parts/service-accounts/service-account-fields";
import {
  asText,
  differences,
  draftOf,
  EMPTY,
  inputOf,
} from "../parts/service-accounts/service-account-input";
import { TokenExample } from "../parts/service-accounts/token-example";
import { navigate } from "../router";

export function ServiceAccount({ id }: { id: string }) {
  return id === "new" ? <NewAccount /> : <ExistingAccount id={id} />;
}

function NewAccount() {
  return (
    <NewObjectPage
      noun="service account"
      lead="A service account has no permissions until a role is assigned to it."
      listUrl="/service-accounts"
      empty={EMPTY}
      asText={asText}
      create={async (input) =>
        unwrap(api.POST("/service-accounts", { body: await draftOf(input) }))
      }
    >
      {(inputs) => <ServiceAccountFields {...inputs} />}
    </NewObjectPage>
  );
}

function ExistingAccount({ id }: { id: string }) {
  const may = useMay();
  const account = useResource(
    () => unwrap(api.GET("/service-accounts/{id}", { params: { path: { id } } })),
    [id],
  );
  const bindings = useAccountBindings(id);
  const [asking, setAsking] = useState<"delete" | "revoke">();
  const { data } = account;
  if (data === undefined) return <LoadingPage noun="service account" resource={account} />;
  const editable = may("samovar.service-accounts:write");
  const remove = async () => {
    await unwrap(
      api.DELETE("/service-accounts/{id}", {
        params: { path: { id }, header: ifMatch(data.version) },
      }),
    );
    announce(`Service account ${data.name} deleted`);
    navigate("/service-accounts", true);
  };
  const revoke = async () => {
    await unwrap(api.DELETE("/service-accounts/{id}/tokens", { params: { path: { id } } }));
    announce(`Tokens of ${data.name} revoked`);
  };
  const close = () => setAsking(undefined);
  const actions = editable && (
    <>
      <button type="button" class="danger" onClick={() => setAsking("revoke")}>
        Revoke tokens…
      </button>
      <button type="button" class="danger" onClick={() => setAsking("delete")}>
        Delete service account
      </button>
    </>
  );
  return (
    <Page
      title={data.name}
      lead={`Service account, ${data.owner_name === undefined ? "without an owner" : `owned by ${data.owner_name}`}.`}
      actions={actions}
    >
      {account.error && <ErrorNotice error={account.error} retry={() => void account.reload()} />}
      <StateNotice account={data} editable={editable} />
      <section>
        <h2>Secrets</h2>
        <Secrets
          of={data.name}
          secrets={data.secrets}
          calls={editable ? callsOf(id) : undefined}
          onChange={account.reload}
        />
      </section>
      <AccountRoles id={id} bindings={bindings} />
      <TokenExample account={data} bindings={bindings.data ?? (bindings.error && [])} />
      <section>
        <h2>Settings</h2>
        <EditAccount account={data} editable={editable} onSaved={account.reload} />
      </section>
      {asking === "revoke" && (
        <ConfirmDialog
          title={`Revoke the tokens of ${data.name}?`}
          verb="Revoke tokens"
          work={revoke}
          onClose={close}
        >
          <p>
            Samovar refuses all tokens that were issued to the account until now. A service that
            verifies tokens by itself accepts them until they expire, after 10 minutes at most.
          </p>
          <p>The account can get new tokens with its secrets. Delete leaked secrets first.</p>
        </ConfirmDialog>
      )}
      {asking === "delete" && (
        <ConfirmDialog
          title={`Delete the service account ${data.name}?`}
          verb="Delete service account"
          work={remove}
          onClose={close}
        >
          <p>
            Programs that use its secrets get no more tokens. Role bindings of the account must be
            removed first.
          </p>
        </ConfirmDialog>
      )}
    </Page>
  );
}

function callsOf(id: string): SecretCalls {
  return {
    create: (days) =>
      unwrap(
        api.POST("/service-accounts/{id}/secrets", {
          params: { path: { id } },
          body: { expires_in_days: days },
        }),
      ),
    deleteNote: ACCOUNT_DELETE_NOTE,
    delete: (secret) =>
      unwrap(
        api.DELETE("/service-accounts/{id}/secrets/{secret}", {
          params: { path: { id, secret: secret.id } },
        }),
      ),
  };
}

interface EditProps {
  account: AccountData;
  editable: boolean;
  onSaved: () => Promise<void>;
}

function EditAccount({ account, editable, onSaved }: EditProps) {
  const path = { id: account.id };
  return (
    <ObjectEditor
      noun="service account"
      object={account}
      editable={editable}
      inputOf={inputOf}
      asText={asText}
      put={async (input, version) =>
        unwrap(
          api.PUT("/service-accounts/{id}", {
            params: { path, header: ifMatch(version) },
            body: await draftOf(input),
          }),
        )
      }
      get={() => unwrap(api.GET("/service-accounts/{id}", { params: { path } }))}
      differences={differences}
      onSaved={() => void onSaved()}
    >
      {(inputs) => <ServiceAccountFields {...inputs} />}
    </ObjectEditor>
  );
}
