// The inputs of an application.
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
          hint="Small letters, digits and hyphens."
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
          hint="One a line, as browsers see them, with a port if it is not the scheme's own."
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
        <summary>More: identity headers, Authorization, origins, audit</summary>
        <MoreFields input={input} onChange={onChange} error={error} />
      </details>
      <details class="more" open={error?.errorAt("/tokens") !== undefined}>
        <summary>Tokens: signature, life, exchange, assertion</summary>
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
  ["samovar", "Samovar: it looks for its own tokens there"],
  ["application", "the application alone"],
];

const AUDIT_MODES: readonly [AuditMode, string][] = [
  ["every", "every decision"],
  ["first-in-window", "the first of its kind in a window, repeats counted"],
  ["refusals", "refusals and unsafe requests only"],
];

function MoreFields({ input, onChange, error }: Props) {
  const set = (part: Partial<ApplicationInput>) => onChange({ ...input, ...part });
  return (
    <div class="narrow">
      <fieldset>
        <legend>Identity headers that the application wants</legend>
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
      <Field label="Who reads Authorization">
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
        hint="Whose scripts may call it with credentials; one a line, https."
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
      <Field label="The audit log keeps">
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
