// The form fields of a role.
import type { ApiError } from "../../api/client";
import { Field } from "../form/field";
import type { RoleInput } from "./role-input";

interface Props {
  input: RoleInput;
  onChange: (input: RoleInput) => void;
  error: ApiError | undefined;
}

export function RoleFields({ input, onChange, error }: Props) {
  const set = (part: Partial<RoleInput>) => onChange({ ...input, ...part });
  return (
    <>
      <Field
        label="Name"
        hint="Lower-case letters, digits and hyphens, such as deployer."
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
      <Field
        label="Permissions"
        hint={
          <>
            One <code>resource:action</code> per line, such as <code>deployments:write</code>;{" "}
            <code>deployments:*</code> means every action.
          </>
        }
        error={error?.errorAt("/permissions")}
      >
        {(attributes) => (
          <textarea
            {...attributes}
            required
            rows={Math.max(4, input.permissions.split("\n").length + 1)}
            spellcheck={false}
            class="mono"
            value={input.permissions}
            onInput={(event) => set({ permissions: event.currentTarget.value })}
          />
        )}
      </Field>
    </>
  );
}
