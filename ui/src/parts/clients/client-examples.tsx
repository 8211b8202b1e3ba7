// What a client's program looks like: an application in FastAPI, and the steps by hand.
import { useState } from "preact/hooks";
import type { Application, OAuthClient as Client } from "../../api/schema";
import { CopyBlock } from "../text/copy";

type Kind = "FastAPI" | "curl";

interface Props {
  client: Client;
  /** Undefined for those who may not see it. */
  application: Application | undefined;
}

export function ClientExamples({ client, application }: Props) {
  const [chosen, setChosen] = useState<Kind>("FastAPI");
  // Nobody can be sent back to a client that has no address.
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

/** A permission that the application's routes ask for. */
function permissionOf(application: Application | undefined): string {
  const asked = application?.routes.flatMap(({ requirement }) =>
    requirement.kind === "permissions" ? requirement.permissions : [],
  );
  return asked?.[0] ?? "deployments:write";
}

function fastapi(client: Client, application: Application | undefined): string {
  const secret = client.kind === "confidential";
  const ours = application?.authorization !== "application";
  const options = [
    ...(secret
      ? [
          `client_id="${client.id}",`,
          `client_secret=os.environ["SAMOVAR_CLIENT_SECRET"],  # for require(…, live=…)`,
        ]
      : []),
    // The docs page sends Authorization alone.
    ...(!secret && ours
      ? [`docs_client_id="${client.id}",  # signs people in on the docs page`]
      : []),
    ...(ours ? [] : [`token_header="Samovar-Token",  # Authorization is the application's own`]),
  ];
  return `# needs samovar.py, one file, beside it${secret ? "\nimport os" : ""}
from typing import Annotated

from fastapi import Depends, FastAPI
from samovar import Principal, Samovar

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
  const proof =
    client.kind === "confidential"
      ? `-u "${client.id}:$SAMOVAR_CLIENT_SECRET"`
      : `-d client_id=${client.id}`;
  const header =
    application?.authorization === "application"
      ? "Samovar-Token: $TOKEN"
      : "Authorization: Bearer $TOKEN";
  return `# the person opens this address, signs in, and is sent to the redirect URI with a code
verifier=$(openssl rand -hex 32)
challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | basenc --base64url | tr -d =)
echo "${location.origin}/oauth/authorize?response_type=code&client_id=${client.id}&redirect_uri=${encodeURIComponent(redirect)}&code_challenge=$challenge&code_challenge_method=S256"

# within a minute, the code is exchanged for a token
curl -sS ${proof} \\
  -d grant_type=authorization_code -d "code=$code" -d "code_verifier=$verifier" \\
  --data-urlencode redirect_uri=${redirect} \\
  ${location.origin}/oauth/token

# then, with its access_token in TOKEN
curl -sS -H "${header}" ${location.protocol}//${application?.hosts[0] ?? "deploy.example.org"}/`;
}
