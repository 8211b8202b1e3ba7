// The form state of a client, and its conversion from and to the API's types.
import type {
  OAuthClient as Client,
  OAuthClientDraft as ClientDraft,
  ClientKind,
} from "../../api/schema";
import type { Difference } from "../form/conflict";
import { splitLines } from "../form/lines";

/** The form state of a client. */
export interface ClientInput {
  name: string;
  kind: ClientKind;
  redirectUris: string;
  firstParty: boolean;
  refreshTokens: boolean;
}

export const EMPTY: ClientInput = {
  name: "",
  kind: "public",
  redirectUris: "",
  firstParty: false,
  refreshTokens: false,
};

export function inputOf(client: Client): ClientInput {
  return {
    name: client.name,
    kind: client.kind,
    redirectUris: client.redirect_uris.join("\n"),
    firstParty: client.first_party,
    refreshTokens: client.refresh_tokens,
  };
}

export function draftOf(input: ClientInput, application: string): ClientDraft {
  return {
    name: input.name.trim(),
    application_id: application,
    kind: input.kind,
    redirect_uris: splitLines(input.redirectUris),
    first_party: input.firstParty,
    refresh_tokens: input.refreshTokens,
  };
}

export function differences(theirs: ClientInput, mine: ClientInput): Difference[] {
  const yes = (value: boolean) => (value ? "yes" : "no");
  const rows: [string, (input: ClientInput) => string][] = [
    ["Name", (input) => input.name],
    ["Kind", (input) => input.kind],
    ["Redirect URIs", (input) => splitLines(input.redirectUris).join("\n")],
    ["First-party", (input) => yes(input.firstParty)],
    ["Refresh tokens", (input) => yes(input.refreshTokens)],
  ];
  return rows
    .filter(([, show]) => show(theirs) !== show(mine))
    .map(([label, show]) => ({ label, theirs: show(theirs), mine: show(mine) }));
}
