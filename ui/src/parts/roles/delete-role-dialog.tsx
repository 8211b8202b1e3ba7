// Deletes a role, unless it is still assigned.
import { api, ifMatch, unwrap } from "../../api/client";
import type { Role, RoleBinding } from "../../api/schema";
import { announce } from "../../hooks/announce";
import { navigate } from "../../router";
import { describeSubject } from "../bindings/describe";
import { ConfirmDialog } from "../feedback/confirm-dialog";
import { count } from "../text/count";

/** More subjects than this are counted and not named. */
const MAX_NAMES = 5;

interface Props {
  role: Role;
  /** Undefined if the caller may not read them, or while they are loading. */
  bindings: readonly RoleBinding[] | undefined;
  onClose: () => void;
}

export function DeleteRoleDialog({ role, bindings, onClose }: Props) {
  const work = async () => {
    const path = { id: role.id };
    await unwrap(api.DELETE("/roles/{id}", { params: { path, header: ifMatch(role.version) } }));
    announce(`Role ${role.name} deleted`);
    navigate("/roles", true);
  };
  const assigned = bindings?.length ?? role.bindings;
  return (
    <ConfirmDialog
      title={`Delete the role ${role.name}?`}
      verb="Delete role"
      disabled={assigned > 0}
      work={work}
      onClose={onClose}
    >
      <p>
        {assigned === 0
          ? "It is not assigned."
          : `Still assigned to ${subjectsOf(role, bindings)}. Remove those first; you'll see who loses access.`}
      </p>
    </ConfirmDialog>
  );
}

function subjectsOf(role: Role, bindings: readonly RoleBinding[] | undefined): string {
  if (bindings === undefined) return count(role.bindings, "subject");
  const names = [...new Set(bindings.map((one) => describeSubject(one.subject, one.subject_name)))];
  const rest = names.length - MAX_NAMES;
  const shown = rest > 0 ? [...names.slice(0, MAX_NAMES), `${rest} more`] : names;
  return new Intl.ListFormat("en").format(shown);
}
