// The trusted tokens of CI systems that a service account accepts instead of a secret.
import type { ApiError } from "../../api/client";
import { Field } from "../form/field";
import { newTrust, type TrustInput } from "./service-account-input";

interface Props {
  trusts: TrustInput[];
  onChange: (trusts: TrustInput[]) => void;
  error: ApiError | undefined;
}

export function TrustsEditor({ trusts, onChange, error }: Props) {
  const replace = (at: number, part: Partial<TrustInput>) =>
    onChange(trusts.map((old, n) => (n === at ? { ...old, ...part } : old)));
  return (
    <>
      <p class="hint">
        A CI job exchanges its OpenID Connect token for a token of this account and needs no secret.
        The issuer, the audience and all claims must match. Two service accounts that trust one
        issuer must differ in the audience or in the value of a claim that both name.
      </p>
      {trusts.map((trust, n) => (
        <fieldset key={trust.key}>
          <legend>Trusted tokens {trusts.length > 1 && n + 1}</legend>
          <Field
            label="Issuer"
            hint={
              <>
                The <code>iss</code> claim of the tokens, such as
                https://git.example.com/api/actions. It must be listed in{" "}
                <code>token.workload_issuers</code> of Samovar's configuration.
              </>
            }
            error={error?.errorAt(`/trusts/${n}/issuer`)}
          >
            {(attributes) => (
              <input
                {...attributes}
                required
                type="url"
                spellcheck={false}
                autocomplete="off"
                value={trust.issuer}
                onInput={(event) => replace(n, { issuer: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field
            label="Audience"
            hint={
              <>
                The <code>aud</code> claim that the job requests.
              </>
            }
            error={error?.errorAt(`/trusts/${n}/audience`)}
          >
            {(attributes) => (
              <input
                {...attributes}
                required
                spellcheck={false}
                autocomplete="off"
                value={trust.audience}
                onInput={(event) => replace(n, { audience: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field
            label="Claims"
            hint="One claim per line, as name = value. Values must match exactly."
            error={error?.errorAt(`/trusts/${n}/claims`)}
          >
            {(attributes) => (
              <textarea
                {...attributes}
                required
                rows={Math.max(2, trust.claims.split("\n").length + 1)}
                class="mono"
                spellcheck={false}
                placeholder={"repository = acme/site\nref = refs/heads/main"}
                value={trust.claims}
                onInput={(event) => replace(n, { claims: event.currentTarget.value })}
              />
            )}
          </Field>
          <button type="button" onClick={() => onChange(trusts.filter((_, at) => at !== n))}>
            Remove
          </button>
        </fieldset>
      ))}
      <button type="button" onClick={() => onChange([...trusts, newTrust()])}>
        Add trusted tokens
      </button>
    </>
  );
}
