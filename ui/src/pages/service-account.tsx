// One service account: made, changed, deleted; its secrets, its roles, and how it gets a token.
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
import { type SecretCalls, Secrets } from "../parts/secrets/secrets";
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
      lead="It can do nothing until a role is given to it."
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
  if (data === undefined) return <LoadingPage what="service account" resource={account} />;
  const changeable = may("samovar.service-accounts:write");
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
  const actions = changeable && (
    <>
      <button type="button" class="danger" onClick={() => setAsking("revoke")}>
        Revoke its tokens
      </button>
      <button type="button" class="danger" onClick={() => setAsking("delete")}>
        Delete service account
      </button>
    </>
  );
  return (
    <Page
      title={data.name}
      lead={`Service account. ${data.owner_name === undefined ? "Nobody answers for it." : `${data.owner_name} answers for it.`}`}
      actions={actions}
    >
      {account.error && <ErrorNotice error={account.error} retry={() => void account.reload()} />}
      <StateNotice account={data} changeable={changeable} />
      <section>
        <h2>Secrets</h2>
        <Secrets
          of={data.name}
          secrets={data.secrets}
          calls={changeable ? callsOf(id) : undefined}
          onChange={account.reload}
        />
      </section>
      <AccountRoles id={id} bindings={bindings} />
      <TokenExample account={data} bindings={bindings.data ?? (bindings.error && [])} />
      <section>
        <h2>About it</h2>
        <EditAccount account={data} changeable={changeable} onSaved={account.reload} />
      </section>
      {asking === "revoke" && (
        <ConfirmDialog
          title={`Revoke the tokens of ${data.name}?`}
          verb="Revoke tokens"
          work={revoke}
          onClose={close}
        >
          <p>
            Samovar refuses every token that it was issued up to now. A service that verifies tokens
            by itself learns of it when the token ends, after ten minutes at most.
          </p>
          <p>Its secrets get it new tokens; delete those that leaked first.</p>
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
            Its secrets open nothing any more, and what runs by them stops. Roles that were given to
            it must be taken away first.
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
  changeable: boolean;
  onSaved: () => Promise<void>;
}

function EditAccount({ account, changeable, onSaved }: EditProps) {
  const path = { id: account.id };
  return (
    <ObjectEditor
      noun="service account"
      object={account}
      changeable={changeable}
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
