// Filters a list by owner: the caller, all people, or one person.
import { useState } from "preact/hooks";
import { pageQuery } from "../../api/client";
import { UserInput } from "../directory/user-input";
import { Field } from "../form/field";

/** The form state of the filter. */
export interface OwnerFilter {
  mine: boolean;
  login: string;
  /** The id; set once the login matches exactly one person. */
  user: string | undefined;
}

/** Starts with the caller's own objects. */
export function useOwnerFilter(): [OwnerFilter, (part: Partial<OwnerFilter>) => void] {
  const [filter, setFilter] = useState<OwnerFilter>({ mine: true, login: "", user: undefined });
  return [filter, (part) => setFilter((old) => ({ ...old, ...part }))];
}

/** The API query of one page, for all people or one person. */
export function ownerQuery({ user }: OwnerFilter, cursor: string | undefined) {
  return user === undefined ? pageQuery(cursor, 50) : { ...pageQuery(cursor, 50), user };
}

interface Props {
  /** What is listed. */
  what: string;
  filter: OwnerFilter;
  onChange: (part: Partial<OwnerFilter>) => void;
}

/** Only for callers who may read the objects of other people. */
export function OwnerFilterFields({ what, filter, onChange }: Props) {
  const unknown = filter.login !== "" && filter.user === undefined;
  return (
    <>
      <div class="segments" role="group" aria-label="Owner">
        {[true, false].map((mine) => (
          <button
            key={String(mine)}
            type="button"
            aria-pressed={filter.mine === mine}
            onClick={() => onChange({ mine })}
          >
            {mine ? "Mine" : "All"}
          </button>
        ))}
      </div>
      {!filter.mine && (
        <form class="filters" onSubmit={(event) => event.preventDefault()}>
          <Field
            label="Login"
            hint={
              unknown ? `No person has this login. The ${what} of all people are shown.` : undefined
            }
          >
            {(attributes) => (
              <UserInput
                attributes={attributes}
                login={filter.login}
                placeholder="any"
                onChange={(login, found) => onChange({ login, user: found?.id })}
              />
            )}
          </Field>
        </form>
      )}
    </>
  );
}
