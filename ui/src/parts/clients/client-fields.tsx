// The inputs of a client.
import type { ApiError } from "../../api/client";
import type { Application, ClientKind } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { Field } from "../form/field";
import type { ClientInput } from "./client-input";

/** Held by administrators, who alone say that people are not asked. */
const FIRST_PARTY_PERMISSION = "samovar.role-bindings:any";

interface Props {
  input: ClientInput;
  onChange: (input: ClientInput) => void;
  application: Application | undefined;
  /** It has secrets, which a public client does not keep. */
  secrets: boolean;
  error: ApiError | undefined;
}

const KINDS: readonly [ClientKind, string, string][] = [
  [
    "public",
    "Public",
    "A page in a browser, such as FastAPI's docs, or a program on people's machines. Keeps no secret.",
  ],
  ["confidential", "Confidential", "A server, which proves itself with a secret."],
];

export function ClientFields({ input, onChange, application, secrets, error }: Props) {
  const set = (part: Partial<ClientInput>) => onChange({ ...input, ...part });
  const may = useMay();
  // The docs page sends Authorization alone.
  const host = application?.authorization === "samovar" ? application.hosts[0] : undefined;
  return (
    <>
      <Field
        label="Name"
        hint="Small letters, digits and hyphens. People see it when they are asked to allow it."
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
          <p class="fault">Its secrets are deleted when this is saved.</p>
        )}
      </fieldset>
      <Field
        label="Redirect URIs"
        hint={
          <>
            One a line, exactly as the client sends it.
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
          Of the team's own making: people are not asked whether they allow it, unless its answers
          go to a loopback address and it keeps no secret. For administrators to say.
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
          It goes on getting tokens without the person, until the grant ends.
        </span>
      </label>
    </>
  );
}
