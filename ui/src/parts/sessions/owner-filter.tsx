// A list that is one's own, everybody's, or one person's: which of them, and the list page by page.
import { useState } from "preact/hooks";
import { page } from "../../api/client";
import { PersonInput } from "../directory/user-input";
import { Field } from "../form/field";

/** Whose are wanted. */
export interface Whose {
  mine: boolean;
  login: string;
  /** Known once the login is exactly somebody's. */
  user: string | undefined;
}

/** One's own at first. */
export function useWhose(): [Whose, (part: Partial<Whose>) => void] {
  const [whose, setWhose] = useState<Whose>({ mine: true, login: "", user: undefined });
  return [whose, (part) => setWhose((old) => ({ ...old, ...part }))];
}

/** The query of one page of everybody's, or of that person's. */
export function queryOf({ user }: Whose, cursor: string | undefined) {
  return user === undefined ? page(cursor, 50) : { ...page(cursor, 50), user };
}

interface Props {
  /** What is listed. */
  what: string;
  whose: Whose;
  onChange: (part: Partial<Whose>) => void;
}

/** For those who may see everybody's. */
export function WhoseFields({ what, whose, onChange }: Props) {
  const unknown = whose.login !== "" && whose.user === undefined;
  return (
    <>
      <div class="segments" role="group" aria-label="Whose">
        {[true, false].map((mine) => (
          <button
            key={String(mine)}
            type="button"
            aria-pressed={whose.mine === mine}
            onClick={() => onChange({ mine })}
          >
            {mine ? "Mine" : "Everybody's"}
          </button>
        ))}
      </div>
      {!whose.mine && (
        <form class="filters" onSubmit={(event) => event.preventDefault()}>
          <Field
            label="Person"
            hint={unknown ? `Nobody has this login; ${what} of everybody are shown.` : undefined}
          >
            {(ties) => (
              <PersonInput
                ties={ties}
                login={whose.login}
                placeholder="anybody"
                onChange={(login, found) => onChange({ login, user: found?.id })}
              />
            )}
          </Field>
        </form>
      )}
    </>
  );
}
