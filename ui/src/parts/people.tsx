// People: a short list of names, and an input that finds one by login.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ApiError, api, take } from "../api/client";
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
  const told = useRef(onChange);
  told.current = onChange;
  useEffect(() => {
    let live = true;
    const tell = (users: User[]) => {
      if (!live) return;
      setFound(users);
      told.current(login, named(login, users));
    };
    const soon = setTimeout(() => search(login).then(tell, () => tell([])), 120);
    return () => {
      live = false;
      clearTimeout(soon);
    };
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
        onInput={(event) => onChange(event.currentTarget.value, named(event.currentTarget.value, found))}
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

async function search(login: string): Promise<User[]> {
  const query = login === "" ? { limit: 20 } : { limit: 20, search: login };
  return (await take(api.GET("/users", { params: { query } }))).items;
}

/** Logins differ by more than case. */
function named(login: string, users: readonly User[]): User | undefined {
  return users.find((user) => user.login.toLowerCase() === login.trim().toLowerCase());
}

/** The person with exactly this login. */
export async function personNamed(login: string): Promise<User> {
  const user = named(login, await search(login.trim()));
  if (user === undefined) throw new ApiError(404, { title: "Nobody has this login", detail: `Gitea has nobody called \`${login}\`.` });
  return user;
}
