// One subject in the list of the Access page, with its number of members and roles.
import { count } from "../text/count";
import type { AccessData, NamedSubject } from "./access-data";
import { subjectKey } from "./subject-key";

export interface SubjectListProps {
  access: AccessData;
  selected: string | null;
  onSelect: (subject: NamedSubject) => void;
}

/** A list with more groups than this starts folded. */
export const MAX_OPEN_GROUPS = 6;

interface ChoiceProps extends SubjectListProps {
  subject: NamedSubject;
  label: string;
  members?: number;
}

export function SubjectChoice({
  access,
  selected,
  onSelect,
  subject,
  label,
  members,
}: ChoiceProps) {
  const key = subjectKey(subject.subject);
  const roles = access.bindings.filter((binding) => subjectKey(binding.subject) === key).length;
  return (
    <li>
      <button
        type="button"
        aria-current={selected === key ? "true" : undefined}
        onClick={() => onSelect(subject)}
      >
        <span>{label}</span>
        <span class="muted small">
          {members !== undefined && count(members, "member")}
          {roles > 0 && <b class="count">{count(roles, "role")}</b>}
        </span>
      </button>
    </li>
  );
}
