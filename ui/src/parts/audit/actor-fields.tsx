// The actor filter of the audit log: a person, a service account, or a fixed actor such as Samovar itself.
import { useState } from "preact/hooks";
import type { ServiceAccount } from "../../api/schema";
import { UserInput } from "../directory/user-input";
import { Field } from "../form/field";
import { AccountSelect } from "../service-accounts/account-select";
import type { Filters } from "./filters";

const FIXED_ACTORS: readonly [string, string][] = [
  ["anonymous", "Anonymous"],
  ["local-operator", "Local operator"],
  ["system:server", "Samovar (server)"],
  ["system:mirror", "Samovar (mirror)"],
  ["system:housekeeping", "Samovar (housekeeping)"],
];

/** Prefix of a service account's id in the filter. */
const SERVICE_ACCOUNT_PREFIX = "service-account:";

interface WhoProps {
  input: Filters;
  accounts: readonly ServiceAccount[];
  set: (part: Partial<Filters>) => void;
}

export function ActorFields({ input, accounts, set }: WhoProps) {
  const [picked, setPicked] = useState<string>();
  const machine = input.actor.startsWith(SERVICE_ACCOUNT_PREFIX);
  const kind =
    (picked === "service-account" && input.actor === "" ? "person" : picked) ??
    (FIXED_ACTORS.some(([actor]) => actor === input.actor)
      ? input.actor
      : machine
        ? "service-account"
        : "person");
  const change = (next: string) => {
    setPicked(next);
    const other = FIXED_ACTORS.some(([actor]) => actor === next);
    set({
      actor: other
        ? next
        : next === "service-account"
          ? SERVICE_ACCOUNT_PREFIX + (accounts[0]?.id ?? "")
          : "",
      login: "",
    });
  };
  return (
    <>
      <Field label="Actor">
        {(attributes) => (
          <select
            {...attributes}
            value={kind}
            onChange={(event) => change(event.currentTarget.value)}
          >
            <option value="person">Person</option>
            {(accounts.length > 0 || machine) && (
              <option value="service-account">Service account</option>
            )}
            {FIXED_ACTORS.map(([actor, label]) => (
              <option key={actor} value={actor}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      {kind === "service-account" && (
        <Field label="Service account">
          {(attributes) => (
            <AccountSelect
              attributes={attributes}
              id={input.actor.slice(SERVICE_ACCOUNT_PREFIX.length)}
              accounts={accounts}
              onChange={(id) => set({ actor: SERVICE_ACCOUNT_PREFIX + id })}
            />
          )}
        </Field>
      )}
      {kind === "person" && (
        <Field label="Login">
          {(attributes) => (
            <UserInput
              attributes={attributes}
              login={input.login}
              placeholder="any"
              onChange={(login, user) => {
                // An empty input does not clear the actor: its name may still be loading.
                if (login !== "" || input.login !== "") set({ login, actor: user?.id ?? "" });
              }}
            />
          )}
        </Field>
      )}
    </>
  );
}
