// The form fields for the range and the end of a role binding.
import type { ApiError } from "../../api/client";
import type { Range } from "../../api/schema";
import { Field } from "../form/field";
import type { AccessData } from "./access-data";
import type { RangeInput } from "./range-input";

interface Props {
  access: AccessData;
  input: RangeInput;
  onChange: (input: RangeInput) => void;
  error: ApiError | undefined;
}

const KINDS: readonly [Range["kind"], string][] = [
  ["everywhere", "Everywhere (global)"],
  ["application", "In one application"],
  ["repositories", "In repositories of an organization"],
];

export function RangeFields({ access, input, onChange, error }: Props) {
  const set = (part: Partial<RangeInput>) => onChange({ ...input, ...part });
  return (
    <>
      <fieldset>
        <legend>Range</legend>
        {KINDS.map(([kind, label]) => (
          <label key={kind} class="choice">
            <input
              type="radio"
              name="range"
              checked={input.kind === kind}
              onChange={() => set({ kind })}
            />{" "}
            {label}
          </label>
        ))}
      </fieldset>
      {input.kind === "application" && (
        <Field
          label="Application"
          error={error?.errorAt("/range")}
          hint={access.applications.length === 0 ? "There is no application yet." : undefined}
        >
          {(attributes) => (
            <select
              {...attributes}
              required
              value={input.application}
              onChange={(event) => set({ application: event.currentTarget.value })}
            >
              <option value="">Select…</option>
              {access.applications.map((application) => (
                <option key={application.id} value={application.id}>
                  {application.name}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {input.kind === "repositories" && (
        <Repositories access={access} input={input} onChange={onChange} error={error} />
      )}
      <Field
        label="Until (optional)"
        hint="In your time zone. Leave it empty for no end date."
        error={error?.errorAt("/until")}
      >
        {(attributes) => (
          <input
            {...attributes}
            type="datetime-local"
            value={input.until}
            onInput={(event) => set({ until: event.currentTarget.value })}
          />
        )}
      </Field>
    </>
  );
}

function Repositories({ access, input, onChange, error }: Props) {
  const set = (part: Partial<RangeInput>) => onChange({ ...input, ...part });
  return (
    <>
      <Field label="Organization">
        {(attributes) => (
          <select
            {...attributes}
            required
            value={input.organization}
            onChange={(event) => set({ organization: event.currentTarget.value })}
          >
            <option value="">Select…</option>
            {access.organizations.map((organization) => (
              <option key={organization.id} value={String(organization.id)}>
                {organization.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label="Repositories"
        error={error?.errorAt("/range")}
        hint={
          <>
            A name pattern; <code>*</code> and <code>?</code> are wildcards. It applies to routes
            that name a repository, and to repositories that are created or renamed later.
          </>
        }
      >
        {(attributes) => (
          <input
            {...attributes}
            required
            spellcheck={false}
            class="mono"
            value={input.repositories}
            onInput={(event) => set({ repositories: event.currentTarget.value })}
          />
        )}
      </Field>
    </>
  );
}
