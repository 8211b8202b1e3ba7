// How a machine gets a token, by its secret or by the token of its CI, and sends it.
import { useState } from "preact/hooks";
import { api, fetchAll, pageQuery } from "../../api/client";
import type { Application, RoleBinding, ServiceAccount } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { useResource } from "../../hooks/use-resource";
import { ResourceView } from "../feedback/resource-view";
import { Field } from "../form/field";
import { CopyBlock, CopyLine } from "../text/copy";

/** The audience of Samovar's own API. */
const API_AUDIENCE = "samovar";

interface Props {
  account: ServiceAccount;
  /** What it holds; undefined while that is read. */
  bindings: readonly RoleBinding[] | undefined;
}

export function TokenExample({ account, bindings }: Props) {
  const may = useMay();
  const applications = useResource(
    async () =>
      may("samovar.applications:read")
        ? fetchAll((cursor) => api.GET("/applications", { params: { query: pageQuery(cursor) } }))
        : [],
    [],
  );
  return (
    <section>
      <h2>How it gets a token</h2>
      <p>
        Its <code>client_id</code>: <CopyLine text={account.id} label="client_id" />
      </p>
      <ResourceView what="applications" resource={applications}>
        {(all) =>
          bindings !== undefined && (
            <Examples account={account} bindings={bindings} applications={all} />
          )
        }
      </ResourceView>
    </section>
  );
}

interface ExamplesProps {
  account: ServiceAccount;
  bindings: readonly RoleBinding[];
  applications: readonly Application[];
}

/** For the application that is chosen, at first one in which it holds a role. */
function Examples({ account, bindings, applications }: ExamplesProps) {
  const [chosen, setChosen] = useState<string>();
  const bound = applications.find(({ id }) =>
    bindings.some(({ range }) => range.kind === "application" && range.id === id),
  );
  const audience = chosen ?? (bound ?? applications[0])?.name ?? API_AUDIENCE;
  const application = applications.find((one) => one.name === audience);
  return (
    <>
      <div class="narrow">
        <Field label="For">
          {(attributes) => (
            <select
              {...attributes}
              value={audience}
              onChange={(event) => setChosen(event.currentTarget.value)}
            >
              {applications.map(({ id, name }) => (
                <option key={id} value={name}>
                  {name}
                </option>
              ))}
              <option value={API_AUDIENCE}>Samovar's own API</option>
            </select>
          )}
        </Field>
      </div>
      <CopyBlock
        key={audience}
        text={secretExample(account.id, audience) + requestExample(application)}
        label="Example for curl"
      />
      {account.trusts.length > 0 && (
        <>
          <p>
            Or by the token of its CI, in <code>CI_TOKEN</code>, and without a secret:
          </p>
          <CopyBlock
            key={`${audience} CI`}
            text={workloadTokenExample(audience) + requestExample(application)}
            label="Example for a CI job"
          />
        </>
      )}
    </>
  );
}

function secretExample(id: string, audience: string): string {
  return `# a token for a few minutes; SAMOVAR_SECRET holds the secret
curl -sS -u "${id}:$SAMOVAR_SECRET" \\
  -d grant_type=client_credentials -d audience=${audience} \\
  ${location.origin}/oauth/token
`;
}

function workloadTokenExample(audience: string): string {
  return `# a token for a few minutes
curl -sS -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \\
  -d subject_token_type=urn:ietf:params:oauth:token-type:jwt \\
  -d "subject_token=$CI_TOKEN" -d audience=${audience} \\
  ${location.origin}/oauth/token
`;
}

function requestExample(application: Application | undefined): string {
  const address =
    application === undefined
      ? `${location.origin}/api/v1/me`
      : `${location.protocol}//${application.hosts[0] ?? application.name}/`;
  const header =
    application?.authorization === "application"
      ? "Samovar-Token: $TOKEN"
      : "Authorization: Bearer $TOKEN";
  return `
# then, with its access_token in TOKEN
curl -sS -H "${header}" ${address}`;
}
