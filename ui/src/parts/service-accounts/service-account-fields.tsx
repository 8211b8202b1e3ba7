// The inputs of a service account.
import type { ApiError } from "../../api/client";
import type { Owner } from "../../api/schema";
import { TeamInput } from "../directory/team-input";
import { UserInput } from "../directory/user-input";
import { Field } from "../form/field";
import type { OwnerInput, ServiceAccountInput } from "./service-account-input";
import { TrustsEditor } from "./trusts-editor";

interface Props {
  input: ServiceAccountInput;
  onChange: (change: (input: ServiceAccountInput) => ServiceAccountInput) => void;
  error: ApiError | undefined;
}

export function ServiceAccountFields({ input, onChange, error }: Props) {
  const set = (part: Partial<ServiceAccountInput>) => onChange((old) => ({ ...old, ...part }));
  return (
    <>
      <Field
        label="Name"
        hint="Small letters, digits and hyphens, such as deploy-bot."
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
      <Field label="What it is for" error={error?.errorAt("/description")}>
        {(attributes) => (
          <input
            {...attributes}
            autocomplete="off"
            value={input.description}
            onInput={(event) => set({ description: event.currentTarget.value })}
          />
        )}
      </Field>
      <OwnerFields
        owner={input.owner}
        onChange={(change) => onChange((old) => ({ ...old, owner: change(old.owner) }))}
        fault={error?.errorAt("/owner")}
      />
      <label class="choice spaced">
        <input
          type="checkbox"
          checked={input.enabled}
          onChange={(event) => set({ enabled: event.currentTarget.checked })}
        />{" "}
        Switched on
      </label>
      <details class="more" open={input.trusts.length > 0}>
        <summary>Tokens of a CI that stand for it</summary>
        <TrustsEditor trusts={input.trusts} onChange={(trusts) => set({ trusts })} error={error} />
      </details>
    </>
  );
}

const KINDS: readonly [Owner["kind"], string][] = [
  ["team", "A team"],
  ["user", "A person"],
];

interface OwnerProps {
  owner: OwnerInput;
  onChange: (change: (owner: OwnerInput) => OwnerInput) => void;
  fault: string | undefined;
}

function OwnerFields({ owner, onChange, fault }: OwnerProps) {
  /** What is found for the text that was typed before is no news; an owner that is gone stays until another is typed. */
  const found = (name: string, id: string | number | undefined) =>
    onChange((old) =>
      name === old.name && id === undefined
        ? old
        : { ...old, name, id: id === undefined ? "" : String(id) },
    );
  return (
    <fieldset>
      <legend>Who answers for it</legend>
      {KINDS.map(([kind, label]) => (
        <label key={kind} class="choice">
          <input
            type="radio"
            name="owner"
            checked={owner.kind === kind}
            onChange={() => onChange(() => ({ kind, name: "", id: "" }))}
          />{" "}
          {label}
        </label>
      ))}
      {owner.kind === "team" ? (
        <Field
          label="Team"
          error={fault}
          hint="Its members see the account and rotate its secrets. When the team is gone or empty, the account can do nothing."
        >
          {(attributes) => (
            <TeamInput
              key="team"
              attributes={attributes}
              required={owner.id === ""}
              name={owner.name}
              onChange={(name, team) => found(name, team?.id)}
            />
          )}
        </Field>
      ) : (
        <Field
          label="Person"
          error={fault}
          hint="Sees the account and rotates its secrets. When the person is gone or disabled, the account can do nothing."
        >
          {(attributes) => (
            <UserInput
              key="person"
              attributes={attributes}
              required={owner.id === ""}
              login={owner.name}
              onChange={(name, user) => found(name, user?.id)}
            />
          )}
        </Field>
      )}
    </fieldset>
  );
}
