// A list that is one's own, everybody's, or one person's: which of them, and the list page by page.
import { useState } from "preact/hooks";
import { pageQuery } from "../../api/client";
import { UserInput } from "../directory/user-input";
import { Field } from "../form/field";

/** Whose are wanted. */
export interface OwnerFilter {
  mine: boolean;
  login: string;
  /** Known once the login is exactly somebody's. */
  user: string | undefined;
}

/** One's own at first. */
export function useOwnerFilter(): [OwnerFilter, (part: Partial<OwnerFilter>) => void] {
  const [whose, setWhose] = useState<OwnerFilter>({ mine: true, login: "", user: undefined });
  return [whose, (part) => setWhose((old) => ({ ...old, ...part }))];
}

/** The query of one page of everybody's, or of that person's. */
export function ownerQuery({ user }: OwnerFilter, cursor: string | undefined) {
  return user === undefined ? pageQuery(cursor, 50) : { ...pageQuery(cursor, 50), user };
}

interface Props {
  /** What is listed. */
  what: string;
  whose: OwnerFilter;
  onChange: (part: Partial<OwnerFilter>) => void;
}

/** For those who may see everybody's. */
export function OwnerFilterFields({ what, whose, onChange }: Props) {
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
            {(attributes) => (
              <UserInput
                attributes={attributes}
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
