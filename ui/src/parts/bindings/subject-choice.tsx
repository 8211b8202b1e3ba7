// One subject in the list of the Access page, with its number of members and roles.
import type { AccessData, NamedSubject } from "./access-data";
import { subjectKey } from "./subject-key";

export interface SubjectListProps {
  access: AccessData;
  selected: string | null;
  onSelect: (one: NamedSubject) => void;
}

/** More organizations than this start folded. */
export const MAX_OPEN_GROUPS = 6;

interface ChoiceProps extends SubjectListProps {
  subject: NamedSubject;
  label: string;
  people?: number;
}

export function SubjectChoice({
  access: world,
  selected: chosen,
  onSelect: onChoose,
  subject: one,
  label,
  people,
}: ChoiceProps) {
  const key = subjectKey(one.subject);
  const given = world.bindings.filter((binding) => subjectKey(binding.subject) === key).length;
  return (
    <li>
      <button
        type="button"
        aria-current={chosen === key ? "true" : undefined}
        onClick={() => onChoose(one)}
      >
        <span>{label}</span>
        <span class="muted small">
          {people !== undefined && (people === 1 ? "1 person" : `${people} people`)}
          {given > 0 && <b class="count">{given === 1 ? "1 role" : `${given} roles`}</b>}
        </span>
      </button>
    </li>
  );
}
