// People: a short list of names, and an input that finds one by login.
import { useEffect, useId, useState } from "preact/hooks";
import { api, take } from "../api/client";
import type { User } from "../api/schema";
import type { Ties } from "./field";

/** Names, the first ones in sight. */
export function People({ people, count }: { people: readonly User[]; count: number }) {
  const rest = count - people.length;
  return (
    <ul class="people">
      {people.map((user) => (
        <li key={user.id} class={user.enabled ? undefined : "muted"}>
          <b>{user.login}</b> {user.full_name} {!user.enabled && "(disabled)"}
        </li>
      ))}
      {rest > 0 && <li>and {rest} more</li>}
    </ul>
  );
}

interface Props {
  ties: Ties;
  login: string;
  /** Called with what is typed, and the person when it is exactly one's login. */
  onChange: (login: string, user: User | undefined) => void;
  placeholder?: string;
}

/** Finds people as one types; the browser's own list offers them. */
export function PersonInput({ ties, login, onChange, placeholder }: Props) {
  const list = useId();
  const [found, setFound] = useState<User[]>([]);
  useEffect(() => {
    const soon = setTimeout(() => {
      const query = login === "" ? { limit: 20 } : { limit: 20, search: login };
      take(api.GET("/users", { params: { query } })).then(
        (answer) => {
          setFound(answer.items);
          onChange(login, answer.items.find((user) => user.login === login));
        },
        () => setFound([]),
      );
    }, 120);
    return () => clearTimeout(soon);
  }, [login]);
  return (
    <>
      <input
        {...ties}
        list={list}
        value={login}
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder ?? ""}
        onInput={(event) => onChange(event.currentTarget.value, found.find((user) => user.login === event.currentTarget.value))}
      />
      <datalist id={list}>
        {found.map((user) => (
          <option key={user.id} value={user.login}>
            {user.full_name}
          </option>
        ))}
      </datalist>
    </>
  );
}
