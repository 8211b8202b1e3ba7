// Which foreign tokens stand for a service account, so that a CI job needs no secret at all.
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
        A job exchanges the token that its CI gave it for one of this account, and needs no secret.
        Name the issuer, and by its claims whose jobs are meant. Trusts of two service accounts with
        one issuer must differ in the audience or in the value of a claim that both name; otherwise
        the later is not saved.
      </p>
      {trusts.map((trust, n) => (
        <fieldset key={trust.key}>
          <legend>Trusted tokens {trusts.length > 1 && n + 1}</legend>
          <Field
            label="Issuer"
            hint="As the tokens write it, such as https://git.example.com/api/actions. One that token.workload_issuers of Samovar's configuration lists."
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
                What the job asks its CI to put into <code>aud</code>.
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
            hint="One a line, as name = value; each must be exactly so."
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
