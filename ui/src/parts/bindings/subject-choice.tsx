// One subject in the list of the Access page, with its number of members and roles.
import type { AccessWorld, Chosen } from "./access-data";
import { subjectKey } from "./subject-key";

export interface SubjectListProps {
  world: AccessWorld;
  chosen: string | null;
  onChoose: (one: Chosen) => void;
}

/** More organizations than this start folded. */
export const OPEN_AT_MOST = 6;

interface ChoiceProps extends SubjectListProps {
  one: Chosen;
  label: string;
  people?: number;
}

export function Choice({ world, chosen, onChoose, one, label, people }: ChoiceProps) {
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
