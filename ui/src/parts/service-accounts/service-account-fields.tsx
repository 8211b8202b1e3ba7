// The form fields of a service account.
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
        hint="Lower-case letters, digits and hyphens, such as deploy-bot."
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
      <Field label="Description" error={error?.errorAt("/description")}>
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
        error={error?.errorAt("/owner")}
      />
      <label class="choice spaced">
        <input
          type="checkbox"
          checked={input.enabled}
          onChange={(event) => set({ enabled: event.currentTarget.checked })}
        />{" "}
        Enabled
      </label>
      <details class="more" open={input.trusts.length > 0}>
        <summary>Trusted CI tokens (GitHub, Forgejo)</summary>
        <TrustsEditor trusts={input.trusts} onChange={(trusts) => set({ trusts })} error={error} />
      </details>
    </>
  );
}

const TEAM_HINT =
  "Its members can see the account and rotate its secrets. " +
  "If the team is deleted or empty, the account gets no tokens.";

const PERSON_HINT =
  "The person can see the account and rotate its secrets. " +
  "If the person is deleted or disabled, the account gets no tokens.";

const KINDS: readonly [Owner["kind"], string][] = [
  ["team", "Team"],
  ["user", "Person"],
];

interface OwnerProps {
  owner: OwnerInput;
  onChange: (change: (owner: OwnerInput) => OwnerInput) => void;
  error: string | undefined;
}

function OwnerFields({ owner, onChange, error }: OwnerProps) {
  /** A search without a match keeps the id of an unchanged name: a deleted owner stays until it is changed. */
  const found = (name: string, id: string | number | undefined) =>
    onChange((old) =>
      name === old.name && id === undefined
        ? old
        : { ...old, name, id: id === undefined ? "" : String(id) },
    );
  return (
    <fieldset>
      <legend>Owner</legend>
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
        <Field label="Team name" error={error} hint={TEAM_HINT}>
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
        <Field label="Login" error={error} hint={PERSON_HINT}>
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
