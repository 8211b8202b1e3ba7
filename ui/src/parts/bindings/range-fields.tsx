// Where a role binding holds and until when, as inputs and as a draft.
import type { ApiError } from "../../api/client";
import type { Range } from "../../api/schema";
import { Field } from "../form/field";
import type { AccessData } from "./access-data";
import type { RangeInput } from "./range-input";

interface Props {
  world: AccessData;
  input: RangeInput;
  onChange: (input: RangeInput) => void;
  error: ApiError | undefined;
}

const KINDS: readonly [Range["kind"], string][] = [
  ["everywhere", "Everywhere"],
  ["application", "In one application"],
  ["repositories", "In repositories of an organization"],
];

export function RangeFields({ world, input, onChange, error }: Props) {
  const set = (part: Partial<RangeInput>) => onChange({ ...input, ...part });
  return (
    <>
      <fieldset>
        <legend>Where</legend>
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
          hint={world.applications.length === 0 ? "There is no application yet." : undefined}
        >
          {(attributes) => (
            <select
              {...attributes}
              required
              value={input.application}
              onChange={(event) => set({ application: event.currentTarget.value })}
            >
              <option value="">Choose…</option>
              {world.applications.map((application) => (
                <option key={application.id} value={application.id}>
                  {application.name}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {input.kind === "repositories" && (
        <Repositories world={world} input={input} onChange={onChange} error={error} />
      )}
      <Field
        label="Until (optional)"
        hint="In your time zone. Empty: no end."
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

function Repositories({ world, input, onChange, error }: Props) {
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
            <option value="">Choose…</option>
            {world.organizations.map((organization) => (
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
        hint="By their present names; * and ? stand for any. Counts on routes that name a repository. A repository that gets such a name later is included."
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
