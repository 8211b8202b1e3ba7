// An input that finds a person by login.
import { api, ApiError, unwrap } from "../../api/client";
import type { User } from "../../api/schema";
import { qualifiedLogin } from "../../hooks/use-names";
import { Combobox, exactMatch } from "../form/combobox";
import type { FieldAttributes } from "../form/field";

interface Props {
  attributes: FieldAttributes;
  login: string;
  /** Called with the text, and with the person if the text is the exact login of one person. */
  onChange: (login: string, user: User | undefined) => void;
  placeholder?: string;
  required?: boolean;
}

/** Suggests people while the person types. */
export function UserInput({ login, ...rest }: Props) {
  return (
    <Combobox
      text={login}
      search={search}
      nameOf={qualifiedLogin}
      noteOf={(user) => user.full_name}
      {...rest}
    />
  );
}

async function search(login: string): Promise<User[]> {
  const text = login.trim();
  const query = text === "" ? { limit: 20 } : { limit: 20, search: text };
  const { items } = await unwrap(api.GET("/users", { params: { query } }));
  // A login can be used again after an account is disabled; the enabled account wins, logins are case-insensitive.
  const key = (user: User) => qualifiedLogin(user).toLowerCase();
  return items.filter(
    (user) => user.enabled || !items.some((other) => other.enabled && key(other) === key(user)),
  );
}

/** Finds the person with this exact login. */
export async function findUser(login: string): Promise<User> {
  const user = exactMatch(login, await search(login), qualifiedLogin);
  if (user === undefined)
    throw new ApiError(404, {
      title: "Person not found",
      detail:
        `No person, or more than one, has the login \`${login}\`. ` +
        "Write a login of another provider as `provider:login`.",
    });
  return user;
}
