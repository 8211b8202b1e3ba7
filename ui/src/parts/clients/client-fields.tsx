// The form fields of a client.
import type { ApiError } from "../../api/client";
import type { Application, ClientKind } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { Field } from "../form/field";
import type { ClientInput } from "./client-input";

/** Needed to register a first-party client, because people are not asked for consent. */
const FIRST_PARTY_PERMISSION = "samovar.role-bindings:any";

interface Props {
  input: ClientInput;
  onChange: (input: ClientInput) => void;
  application: Application | undefined;
  /** Whether the stored client has secrets; a public client cannot keep them. */
  secrets: boolean;
  error: ApiError | undefined;
}

const KINDS: readonly [ClientKind, string, string][] = [
  [
    "public",
    "Public",
    "A page in a browser, such as FastAPI's docs page, or a program on a person's machine. It cannot keep a secret.",
  ],
  ["confidential", "Confidential", "A server that authenticates with a secret."],
];

export function ClientFields({ input, onChange, application, secrets, error }: Props) {
  const set = (part: Partial<ClientInput>) => onChange({ ...input, ...part });
  const may = useMay();
  // FastAPI's docs page sends tokens in `Authorization` only.
  const host = application?.authorization === "samovar" ? application.hosts[0] : undefined;
  return (
    <>
      <Field
        label="Name"
        hint="Lower-case letters, digits and hyphens. People see the name when they are asked for consent."
        error={error?.errorAt("/name")}
      >
        {(attributes) => (
          <input
            {...attributes}
            required
            pattern="[a-z0-9\-]+"
            maxLength={64}
            autocomplete="off"
            spellcheck={false}
            value={input.name}
            onInput={(event) => set({ name: event.currentTarget.value })}
          />
        )}
      </Field>
      <fieldset>
        <legend>Kind</legend>
        {KINDS.map(([kind, label, hint]) => (
          <label key={kind} class="choice">
            <input
              type="radio"
              name="kind"
              checked={input.kind === kind}
              onChange={() => set({ kind })}
            />{" "}
            {label}
            <span class="hint">{hint}</span>
          </label>
        ))}
        {secrets && input.kind === "public" && (
          <p class="field-error">Saving a public client deletes its secrets.</p>
        )}
      </fieldset>
      <Field
        label="Redirect URIs"
        hint={
          <>
            One URI per line, exactly as the client sends it.
            {host !== undefined && (
              <>
                {" "}
                For FastAPI's docs page:{" "}
                <code>{`${location.protocol}//${host}/docs/oauth2-redirect`}</code>
              </>
            )}
          </>
        }
        error={error?.errorAt("/redirect_uris")}
      >
        {(attributes) => (
          <textarea
            {...attributes}
            required={input.kind === "public"}
            rows={Math.max(2, input.redirectUris.split("\n").length + 1)}
            class="mono"
            spellcheck={false}
            value={input.redirectUris}
            onInput={(event) => set({ redirectUris: event.currentTarget.value })}
          />
        )}
      </Field>
      <label class="choice">
        <input
          type="checkbox"
          disabled={!may(FIRST_PARTY_PERMISSION)}
          checked={input.firstParty}
          onChange={(event) => set({ firstParty: event.currentTarget.checked })}
        />{" "}
        First-party
        <span class="hint">
          People are not asked for consent, except if the client is public and its redirect URI is a
          loopback address. Only administrators can change this.
        </span>
      </label>
      <label class="choice">
        <input
          type="checkbox"
          checked={input.refreshTokens}
          onChange={(event) => set({ refreshTokens: event.currentTarget.checked })}
        />{" "}
        Refresh tokens
        <span class="hint">
          The client can get new tokens without the person until the grant ends.
        </span>
      </label>
    </>
  );
}
