// Where a role binding holds and until when, as inputs and as a draft.
import type { ApiError } from "../api/client";
import type { Range, RoleBinding, RoleBindingDraft, Subject } from "../api/schema";
import type { AccessWorld } from "../pages/access";
import { Field } from "./field";

/** What is typed; the parts of every kind are kept while one switches between them. */
export interface RangeInput {
  kind: Range["kind"];
  application: string;
  organization: string;
  repositories: string;
  /** As the browser's input has it: local time. */
  until: string;
}

export function inputOf(binding: RoleBinding | undefined): RangeInput {
  const range = binding?.range;
  return {
    kind: range?.kind ?? "everywhere",
    application: range?.kind === "application" ? range.id : "",
    organization: range?.kind === "repositories" ? String(range.organization) : "",
    repositories: range?.kind === "repositories" ? range.repositories : "*",
    until: binding?.until === undefined ? "" : localTime(new Date(binding.until)),
  };
}

/** The draft, when the input is whole. */
export function bindingDraft(
  role: string,
  subject: Subject,
  input: RangeInput,
): RoleBindingDraft | undefined {
  const range = rangeOf(input);
  if (range === undefined) return undefined;
  const draft = { role, subject, range };
  return input.until === "" ? draft : { ...draft, until: new Date(input.until).toISOString() };
}

function rangeOf(input: RangeInput): Range | undefined {
  switch (input.kind) {
    case "everywhere":
      return { kind: "everywhere" };
    case "application":
      return input.application === "" ? undefined : { kind: "application", id: input.application };
    case "repositories":
      return input.organization === "" || input.repositories === ""
        ? undefined
        : {
            kind: "repositories",
            organization: Number(input.organization),
            repositories: input.repositories,
          };
  }
}

function localTime(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

interface Props {
  world: AccessWorld;
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
          fault={error?.faultAt("/range")}
          hint={world.applications.length === 0 ? "There is no application yet." : undefined}
        >
          {(ties) => (
            <select
              {...ties}
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
        fault={error?.faultAt("/until")}
      >
        {(ties) => (
          <input
            {...ties}
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
        {(ties) => (
          <select
            {...ties}
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
        fault={error?.faultAt("/range")}
        hint="By their present names; * and ? stand for any. Counts on routes that name a repository. A repository that gets such a name later is included."
      >
        {(ties) => (
          <input
            {...ties}
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
