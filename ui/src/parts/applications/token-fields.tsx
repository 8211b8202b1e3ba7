// What an application's tokens are like, and what may be exchanged for one.
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
  ["RS256", "RS256: for libraries that know nothing else"],
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
      <Field label="Signed by">
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
        label="Life of a token in seconds"
        hint="60 to 600. A service that verifies tokens by itself learns of a lost team, a disabled account or a revoked token when the token ends."
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
        Personal tokens of Gitea may be exchanged for one
      </label>
      <p class="hint">
        Those with <code>read:user</code>. A person who has nothing else gets a short token with the
        scope that was asked for, and the application never sees Gitea's.
      </p>
      <Field
        label="OAuth applications of Gitea whose tokens may be exchanged for one"
        hint="Client ids, one in each line. Whoever runs such an application can act here as everybody who signed in there. Gitea 1.27 and later tells Samovar only of tokens that its own OAuth application got; others are refused then."
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
        Requests that pass the proxy carry <code>Samovar-Assertion</code>
      </label>
      <p class="hint">
        Signed for this application and a minute long: what an application behind the proxy should
        believe, rather than bare headers.
      </p>
      {others.length > 0 && (
        <fieldset>
          <legend>Tokens of these applications may be exchanged for one</legend>
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
            Their confidential clients call this application on behalf of whoever called them.
          </p>
        </fieldset>
      )}
    </div>
  );
}
