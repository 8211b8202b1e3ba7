// The token settings of an application, and which tokens the token exchange (RFC 8693) accepts for it.
import type { ApiError } from "../../api/client";
import type { SigningAlgorithm } from "../../api/schema";
import { Field } from "../form/field";
import { Select } from "../form/select";
import type { ApplicationName, TokenInput } from "./application-input";

interface Props {
  input: TokenInput;
  onChange: (input: TokenInput) => void;
  /** The other applications. */
  others: readonly ApplicationName[];
  error: ApiError | undefined;
}

const ALGORITHMS: readonly [SigningAlgorithm, string][] = [
  ["EdDSA", "EdDSA: small and fast"],
  ["ES256", "ES256"],
  ["RS256", "RS256: for libraries without support for the others"],
];

export function TokenFields({ input, onChange, others, error }: Props) {
  const set = (part: Partial<TokenInput>) => onChange({ ...input, ...part });
  const exchange = (id: string, checked: boolean) =>
    set({
      exchangeFrom: checked
        ? [...input.exchangeFrom, id]
        : input.exchangeFrom.filter((one) => one !== id),
    });
  return (
    <div class="narrow">
      <Field label="Signing algorithm">
        {(attributes) => (
          <Select
            attributes={attributes}
            value={input.signing}
            options={ALGORITHMS}
            onChange={(signing) => set({ signing })}
          />
        )}
      </Field>
      <Field
        label="Token lifetime in seconds"
        hint={
          <>
            60 to 600. A service that verifies tokens by itself accepts a token until it expires,
            even if the person has left the team, the account is disabled or the token is revoked.
          </>
        }
        error={error?.errorAt("/tokens/lifetime")}
      >
        {(attributes) => (
          <input
            {...attributes}
            type="number"
            required
            min={60}
            max={600}
            value={input.lifetime}
            onInput={(event) => set({ lifetime: event.currentTarget.value })}
          />
        )}
      </Field>
      <label class="choice">
        <input
          type="checkbox"
          checked={input.giteaPersonal}
          onChange={(event) => set({ giteaPersonal: event.currentTarget.checked })}
        />{" "}
        Accept personal access tokens of Gitea
      </label>
      <p class="hint">
        The token needs the scope <code>read:user</code>. It is exchanged for a Samovar token, so
        the application never sees the Gitea token.
      </p>
      <Field
        label="Accept tokens from these Gitea OAuth apps"
        hint={
          <>
            Client ids, one per line. The operator of such an app can act here as every person who
            signed in to it. Gitea 1.27 and later reports only tokens of Samovar's own OAuth app;
            tokens of other apps are then refused.
          </>
        }
        error={error?.errorAt("/tokens/gitea_tokens/oauth_clients")}
      >
        {(attributes) => (
          <textarea
            {...attributes}
            rows={3}
            value={input.giteaClients}
            onInput={(event) => set({ giteaClients: event.currentTarget.value })}
          />
        )}
      </Field>
      <label class="choice">
        <input
          type="checkbox"
          checked={input.assertion}
          onChange={(event) => set({ assertion: event.currentTarget.checked })}
        />{" "}
        Send <code>Samovar-Assertion</code> with every request to the application
      </label>
      <p class="hint">
        A token for this application, valid for a minute. An application behind the proxy can verify
        it, which it cannot do with plain headers.
      </p>
      {others.length > 0 && (
        <fieldset>
          <legend>Accept tokens of these applications</legend>
          {others.map(({ id, name }) => (
            <label key={id} class="choice">
              <input
                type="checkbox"
                checked={input.exchangeFrom.includes(id)}
                onChange={(event) => exchange(id, event.currentTarget.checked)}
              />{" "}
              {name}
            </label>
          ))}
          <p class="hint">
            Their confidential clients can call this application on behalf of their callers.
          </p>
        </fieldset>
      )}
    </div>
  );
}
