// People: a short list of names, and an input that finds one by login.
import { ApiError, api, take } from "../api/client";
import type { User } from "../api/schema";
import type { Ties } from "./field";
import { named, Suggest } from "./suggest";

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
  required?: boolean;
}

/** Finds people as one types. */
export function PersonInput({ login, ...rest }: Props) {
  return <Suggest text={login} search={search} nameOf={loginOf} noteOf={(user) => user.full_name} {...rest} />;
}

async function search(login: string): Promise<User[]> {
  const query = login === "" ? { limit: 20 } : { limit: 20, search: login };
  return (await take(api.GET("/users", { params: { query } }))).items;
}

function loginOf(user: User): string {
  return user.login;
}

/** The person with exactly this login. */
export async function personNamed(login: string): Promise<User> {
  const user = named(login, await search(login.trim()), loginOf);
  if (user === undefined) throw new ApiError(404, { title: "Nobody has this login", detail: `Gitea has nobody called \`${login}\`.` });
  return user;
}
