// Examples for a client: an application in FastAPI, and the authorization code flow with curl.
import { useState } from "preact/hooks";
import type { Application, OAuthClient as Client } from "../../api/schema";
import { CopyBlock } from "../text/copy";

type Kind = "FastAPI" | "curl";

/** This server serves the package of its own version. */
const INSTALL = `pip install ${location.origin}/downloads/${import.meta.env.VITE_FASTAPI_WHEEL}`;

interface Props {
  client: Client;
  /** Undefined if the caller may not read it. */
  application: Application | undefined;
}

export function ClientExamples({ client, application }: Props) {
  const [chosen, setChosen] = useState<Kind>("FastAPI");
  // Without a redirect URI there is no authorization code flow.
  const redirect = client.redirect_uris[0];
  const kinds: readonly Kind[] = redirect === undefined ? ["FastAPI"] : ["FastAPI", "curl"];
  const kind = redirect === undefined ? "FastAPI" : chosen;
  return (
    <section>
      <h2>Example</h2>
      {kinds.length > 1 && (
        <div class="segments" role="group" aria-label="Example">
          {kinds.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === kind}
              onClick={() => setChosen(one)}
            >
              {one}
            </button>
          ))}
        </div>
      )}
      {kind === "FastAPI" && <CopyBlock text={INSTALL} label="Command that installs the package" />}
      <CopyBlock
        key={kind}
        text={
          kind === "curl" && redirect !== undefined
            ? curl(client, application, redirect)
            : fastapi(client, application)
        }
        label={`Example for ${kind}`}
      />
    </section>
  );
}

/** A permission that one of the application's routes requires. */
function permissionOf(application: Application | undefined): string {
  const required = application?.routes.flatMap(({ requirement }) =>
    requirement.kind === "permissions" ? requirement.permissions : [],
  );
  return required?.[0] ?? "deployments:write";
}

function fastapi(client: Client, application: Application | undefined): string {
  const confidential = client.kind === "confidential";
  const usesAuthorization = application?.authorization !== "application";
  const options = [
    ...(confidential
      ? [
          `client_id="${client.id}",`,
          `client_secret=os.environ["SAMOVAR_CLIENT_SECRET"],  # for require(…, live=…)`,
        ]
      : []),
    // FastAPI's docs page sends tokens in `Authorization` only.
    ...(!confidential && usesAuthorization
      ? [`docs_client_id="${client.id}",  # sign-in on the docs page`]
      : []),
    ...(usesAuthorization
      ? []
      : [`token_header="Samovar-Token",  # Authorization belongs to the application`]),
  ];
  return `${confidential ? "import os\n" : ""}from typing import Annotated

from fastapi import Depends, FastAPI
from samovar_fastapi import Principal, Samovar

samovar = Samovar(
    "${location.origin}",
    audience="${application?.name ?? client.application?.name ?? ""}",
${options.map((option) => `    ${option}`).join("\n")}
)
app = FastAPI(lifespan=samovar.lifespan)
samovar.install(app)


@app.post("/deployments")
async def deploy(caller: Annotated[Principal, Depends(samovar.require("${permissionOf(application)}"))]) -> str:
    return f"deployed by {caller.name}"`;
}

function curl(client: Client, application: Application | undefined, redirect: string): string {
  const authentication =
    client.kind === "confidential"
      ? `-u "${client.id}:$SAMOVAR_CLIENT_SECRET"`
      : `-d client_id=${client.id}`;
  const header =
    application?.authorization === "application"
      ? "Samovar-Token: $TOKEN"
      : "Authorization: Bearer $TOKEN";
  const query = [
    "response_type=code",
    `client_id=${client.id}`,
    `redirect_uri=${encodeURIComponent(redirect)}`,
    "code_challenge=$challenge",
    "code_challenge_method=S256",
  ].join("&");
  return `# open this URL and sign in; the browser is redirected to the redirect URI with a code
verifier=$(openssl rand -hex 32)
challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | basenc --base64url | tr -d =)
echo "${location.origin}/oauth/authorize?${query}"

# exchange the code for a token within a minute
curl -sS ${authentication} \\
  -d grant_type=authorization_code -d "code=$code" -d "code_verifier=$verifier" \\
  --data-urlencode redirect_uri=${redirect} \\
  ${location.origin}/oauth/token

# call the application; TOKEN is the access_token of the response
curl -sS -H "${header}" ${location.protocol}//${application?.hosts[0] ?? "deploy.example.org"}/`;
}
