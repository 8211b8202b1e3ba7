// The principal of an access check: a person, a service account or an anonymous caller, and the scope of the token.
import type { ApiError } from "../../api/client";
import type { Question, ServiceAccount } from "../../api/schema";
import { findUser, UserInput } from "../directory/user-input";
import { Field } from "../form/field";
import { splitLines } from "../form/lines";
import { Select } from "../form/select";
import { AccountSelect } from "../service-accounts/account-select";

const KINDS = [
  ["person", "Person"],
  ["service-account", "Service account"],
  ["anonymous", "Anonymous caller"],
] as const;

/** The form state. `user` is set once the login matches exactly one person. */
export interface PrincipalInput {
  kind: (typeof KINDS)[number][0];
  login: string;
  user: string | undefined;
  /** The service account's id. */
  account: string;
  /** Permissions, separated by spaces; no limit when empty. */
  scope: string;
}

/** Reads the principal from the URL. A request without a principal is about an anonymous caller. */
export function principalInputOf(query: URLSearchParams): PrincipalInput {
  const account = query.get("service_account") ?? "";
  const [login, user] = [query.get("person") ?? "", query.get("user") ?? undefined];
  const anonymous = query.has("path") && login === "" && account === "";
  return {
    kind: account !== "" ? "service-account" : anonymous ? "anonymous" : "person",
    login,
    user,
    account,
    scope: query.get("scope") ?? "",
  };
}

/** The principal as members of the API's question; looks the login up if its id is not known yet. */
export async function principalQuestion({
  kind,
  login,
  user,
  account,
  scope,
}: PrincipalInput): Promise<Pick<Question, "user" | "service_account" | "scope">> {
  if (kind === "anonymous") return {};
  const permissions = splitLines(scope.replaceAll(/\s+/g, "\n"));
  const limit = permissions.length > 0 ? { scope: permissions } : {};
  if (kind === "service-account") return { service_account: account, ...limit };
  return { user: user ?? (await findUser(login)).id, ...limit };
}

interface Props {
  input: PrincipalInput;
  accounts: readonly ServiceAccount[];
  /** Called when the principal changes. */
  onChange: (part: Partial<PrincipalInput>) => void;
  /** Called when the id for the unchanged login is found. */
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
      <Field label="Principal">
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
      {kind !== "anonymous" && (
        <Field label="Scope of the token" error={error?.errorAt("/scope")}>
          {(attributes) => (
            <input
              {...attributes}
              class="mono"
              autocomplete="off"
              spellcheck={false}
              placeholder="no limit"
              value={scope}
              onInput={(event) => onChange({ scope: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}
