// A list of people, disabled accounts marked.
import type { User } from "../../api/schema";
import { qualifiedLogin } from "../../hooks/use-names";

/** `count` is the number of all people; the list may contain only the first of them. */
export function UserList({ people, count }: { people: readonly User[]; count: number }) {
  const rest = count - people.length;
  return (
    <ul class="people">
      {people.map((user) => (
        <li key={user.id} class={user.enabled ? undefined : "muted"}>
          <b>{qualifiedLogin(user)}</b> {user.full_name} {!user.enabled && "(disabled)"}
        </li>
      ))}
      {rest > 0 && <li>and {rest} more</li>}
    </ul>
  );
}
