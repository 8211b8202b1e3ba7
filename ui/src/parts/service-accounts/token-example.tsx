// Example commands: get a token with a secret or with a CI token, and send it.
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
  /** The account's role bindings; undefined while they are loading. */
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
      <h2>Get a token</h2>
      <p>
        <code>client_id</code>: <CopyLine text={account.id} label="client_id" />
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

/** Starts with an application in which the account holds a role. */
function Examples({ account, bindings, applications }: ExamplesProps) {
  const [selected, setSelected] = useState<string>();
  const bound = applications.find(({ id }) =>
    bindings.some(({ range }) => range.kind === "application" && range.id === id),
  );
  const audience = selected ?? (bound ?? applications[0])?.name ?? API_AUDIENCE;
  const application = applications.find((one) => one.name === audience);
  return (
    <>
      <div class="narrow">
        <Field label="Application">
          {(attributes) => (
            <select
              {...attributes}
              value={audience}
              onChange={(event) => setSelected(event.currentTarget.value)}
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
            In a CI job without a secret, with the job's token in <code>CI_TOKEN</code>:
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
  return `# get a token; SAMOVAR_SECRET is the secret
curl -sS -u "${id}:$SAMOVAR_SECRET" \\
  -d grant_type=client_credentials -d audience=${audience} \\
  ${location.origin}/oauth/token
`;
}

function workloadTokenExample(audience: string): string {
  return `# get a token; CI_TOKEN is the token of the job
curl -sS -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \\
  -d subject_token_type=urn:ietf:params:oauth:token-type:jwt \\
  -d "subject_token=$CI_TOKEN" -d audience=${audience} \\
  ${location.origin}/oauth/token
`;
}

function requestExample(application: Application | undefined): string {
  const url =
    application === undefined
      ? `${location.origin}/api/v1/me`
      : `${location.protocol}//${application.hosts[0] ?? application.name}/`;
  const header =
    application?.authorization === "application"
      ? "Samovar-Token: $TOKEN"
      : "Authorization: Bearer $TOKEN";
  return `
# call the application; TOKEN is the access_token of the response
curl -sS -H "${header}" ${url}`;
}
