// The form fields of an application.
import type { ApiError } from "../../api/client";
import type { AuditMode, AuthorizationOwner } from "../../api/schema";
import { Field } from "../form/field";
import { Select } from "../form/select";
import { IDENTITY_HEADERS, type ApplicationInput, type ApplicationName } from "./application-input";
import { RoutesEditor } from "./routes-editor";
import { TokenFields } from "./token-fields";

interface Props {
  input: ApplicationInput;
  onChange: (input: ApplicationInput) => void;
  error: ApiError | undefined;
}

interface AllProps extends Props {
  /** The other applications. */
  others: readonly ApplicationName[];
}

export function ApplicationFields({ input, onChange, error, others }: AllProps) {
  const set = (part: Partial<ApplicationInput>) => onChange({ ...input, ...part });
  return (
    <>
      <div class="narrow">
        <Field
          label="Name"
          hint="Lower-case letters, digits and hyphens."
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
        <Field
          label="Hosts"
          hint="One host per line, as in the browser's address bar, with the port unless it is the default."
          error={error?.errorAt("/hosts")}
        >
          {(attributes) => (
            <textarea
              {...attributes}
              required
              rows={2}
              class="mono"
              spellcheck={false}
              value={input.hosts}
              placeholder="deploy.example.org"
              onInput={(event) => set({ hosts: event.currentTarget.value })}
            />
          )}
        </Field>
      </div>
      <RoutesEditor routes={input.routes} onChange={(routes) => set({ routes })} error={error} />
      <details class="more" open={error?.errorAt("/origins") !== undefined}>
        <summary>Identity headers, Authorization header, origins, audit</summary>
        <MoreFields input={input} onChange={onChange} error={error} />
      </details>
      <details class="more" open={error?.errorAt("/tokens") !== undefined}>
        <summary>Tokens: signing, lifetime, exchange, assertion</summary>
        <TokenFields
          input={input.tokens}
          onChange={(tokens) => set({ tokens })}
          others={others}
          error={error}
        />
      </details>
    </>
  );
}

const AUTHORIZATION_OWNERS: readonly [AuthorizationOwner, string][] = [
  ["samovar", "Samovar, for its own tokens"],
  ["application", "only the application"],
];

const AUDIT_MODES: readonly [AuditMode, string][] = [
  ["every", "every decision"],
  ["first-in-window", "first of its kind, repeats counted"],
  ["refusals", "only denied and unsafe requests"],
];

function MoreFields({ input, onChange, error }: Props) {
  const set = (part: Partial<ApplicationInput>) => onChange({ ...input, ...part });
  return (
    <div class="narrow">
      <fieldset>
        <legend>Identity headers that the application gets</legend>
        {IDENTITY_HEADERS.map((header) => (
          <label key={header} class="choice">
            <input
              type="checkbox"
              checked={input.identityHeaders.includes(header)}
              onChange={(event) => {
                const { checked } = event.currentTarget;
                set({
                  identityHeaders: IDENTITY_HEADERS.filter((one) =>
                    one === header ? checked : input.identityHeaders.includes(one),
                  ),
                });
              }}
            />{" "}
            <code>{header}</code>
          </label>
        ))}
      </fieldset>
      <Field label="Who uses the Authorization header">
        {(attributes) => (
          <Select
            attributes={attributes}
            value={input.authorization}
            options={AUTHORIZATION_OWNERS}
            onChange={(authorization) => set({ authorization })}
          />
        )}
      </Field>
      <Field
        label="Origins"
        hint="One per line, such as https://app.example.org. Scripts of these origins may send credentials."
        error={error?.errorAt("/origins")}
      >
        {(attributes) => (
          <textarea
            {...attributes}
            rows={2}
            class="mono"
            spellcheck={false}
            value={input.origins}
            onInput={(event) => set({ origins: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label="Decisions in the audit log">
        {(attributes) => (
          <Select
            attributes={attributes}
            value={input.audit}
            options={AUDIT_MODES}
            onChange={(audit) => set({ audit })}
          />
        )}
      </Field>
    </div>
  );
}
