// The form state of a role, and its conversion from and to the API's types.
import type { Role, RoleDraft } from "../../api/schema";
import type { Difference } from "../form/conflict";
import { splitLines } from "../form/lines";

/** The form state of a role. */
export interface RoleInput {
  name: string;
  description: string;
  permissions: string;
}

export function inputOf(role: Role): RoleInput {
  return {
    name: role.name,
    description: role.description,
    permissions: role.permissions.join("\n"),
  };
}

export function draftOf(input: RoleInput): RoleDraft {
  return {
    name: input.name.trim(),
    description: input.description.trim(),
    permissions: splitLines(input.permissions),
  };
}

export const EMPTY: RoleInput = { name: "", description: "", permissions: "" };

export function differences(theirs: RoleInput, mine: RoleInput): Difference[] {
  const labels: [keyof RoleInput, string][] = [
    ["name", "Name"],
    ["description", "Description"],
    ["permissions", "Permissions"],
  ];
  return labels
    .filter(([key]) => theirs[key] !== mine[key])
    .map(([key, label]) => ({ label, theirs: theirs[key], mine: mine[key] }));
}
