// About whom a question to the policy is: a person, a service account, or nobody; and what their token is limited to.
import type { ApiError } from "../../api/client";
import type { Question, ServiceAccount } from "../../api/schema";
import { findUser, UserInput } from "../directory/user-input";
import { Field } from "../form/field";
import { splitLines } from "../form/lines";
import { Select } from "../form/select";
import { AccountSelect } from "../service-accounts/account-select";

const KINDS = [
  ["person", "a person"],
  ["service-account", "a service account"],
  ["nobody", "nobody signed in"],
] as const;

/** As typed. `user` is known once the login is exactly somebody's. */
export interface PrincipalInput {
  kind: (typeof KINDS)[number][0];
  login: string;
  user: string | undefined;
  /** Id of a service account. */
  account: string;
  /** Words of a scope; all that is held when empty. */
  scope: string;
}

/** Out of an address; one that names a question but nobody asks about nobody. */
export function principalInputOf(query: URLSearchParams): PrincipalInput {
  const account = query.get("service_account") ?? "";
  const [login, user] = [query.get("person") ?? "", query.get("user") ?? undefined];
  const nobody = query.has("path") && login === "" && account === "";
  return {
    kind: account !== "" ? "service-account" : nobody ? "nobody" : "person",
    login,
    user,
    account,
    scope: query.get("scope") ?? "",
  };
}

/** The members of a question that say about whom it is; asks who a typed login is when that is not known yet. */
export async function principalQuestion({
  kind,
  login,
  user,
  account,
  scope,
}: PrincipalInput): Promise<Pick<Question, "user" | "service_account" | "scope">> {
  if (kind === "nobody") return {};
  const words = splitLines(scope.replaceAll(/\s+/g, "\n"));
  const limited = words.length > 0 ? { scope: words } : {};
  if (kind === "service-account") return { service_account: account, ...limited };
  return { user: user ?? (await findUser(login)).id, ...limited };
}

interface Props {
  input: PrincipalInput;
  accounts: readonly ServiceAccount[];
  /** Something else is asked from now on. */
  onChange: (part: Partial<PrincipalInput>) => void;
  /** Who the login is, is known by now. */
  onFound: (user: string) => void;
  error: ApiError | undefined;
}

export function PrincipalFields({ input, accounts, onChange, onFound, error }: Props) {
  const { kind, login, account, scope } = input;
  const kinds = KINDS.filter(
    ([one]) => one !== "service-account" || accounts.length > 0 || account !== "",
  );
  const turn = (next: PrincipalInput["kind"]) =>
    onChange({
      kind: next,
      account: next === "service-account" && account === "" ? (accounts[0]?.id ?? "") : account,
    });
  return (
    <>
      <Field label="Who">
        {(attributes) => (
          <Select attributes={attributes} value={kind} options={kinds} onChange={turn} />
        )}
      </Field>
      {kind === "person" && (
        <Field label="Person" error={error?.errorAt("/user")}>
          {(attributes) => (
            <UserInput
              attributes={attributes}
              login={login}
              required
              onChange={(typed, found) => {
                if (typed !== login) onChange({ login: typed, user: found?.id });
                else if (found !== undefined) onFound(found.id);
              }}
            />
          )}
        </Field>
      )}
      {kind === "service-account" && (
        <Field label="Service account" error={error?.errorAt("/service_account")}>
          {(attributes) => (
            <AccountSelect
              attributes={attributes}
              id={account}
              accounts={accounts}
              onChange={(id) => onChange({ account: id })}
            />
          )}
        </Field>
      )}
      {kind !== "nobody" && (
        <Field label="Scope of the token" error={error?.errorAt("/scope")}>
          {(attributes) => (
            <input
              {...attributes}
              class="mono"
              autocomplete="off"
              spellcheck={false}
              placeholder="all that is held"
              value={scope}
              onInput={(event) => onChange({ scope: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}
