// People: a short list of them, and an input that finds one by what they are called.
import { api, ApiError, unwrap } from "../../api/client";
import type { User } from "../../api/schema";
import { qualifiedLogin } from "../../hooks/use-names";
import { Combobox, exactMatch } from "../form/combobox";
import type { FieldAttributes } from "../form/field";

interface Props {
  attributes: FieldAttributes;
  login: string;
  /** Called with what is typed, and the person when exactly one is called that. */
  onChange: (login: string, user: User | undefined) => void;
  placeholder?: string;
  required?: boolean;
}

/** Finds people as one types. */
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
  const wanted = login.trim();
  const query = wanted === "" ? { limit: 20 } : { limit: 20, search: wanted };
  const { items } = await unwrap(api.GET("/users", { params: { query } }));
  // Whose account is gone gives way to whoever has the login now, in whatever case.
  const lower = (user: User) => qualifiedLogin(user).toLowerCase();
  return items.filter(
    (user) => user.enabled || !items.some((other) => other.enabled && lower(other) === lower(user)),
  );
}

/** The person who is called exactly this. */
export async function findUser(login: string): Promise<User> {
  const user = exactMatch(login, await search(login), qualifiedLogin);
  if (user === undefined)
    throw new ApiError(404, {
      title: "No one person has this login",
      detail: `Nobody, or more than one, is called \`${login}\`; somebody of another provider is written as \`provider:login\`.`,
    });
  return user;
}
