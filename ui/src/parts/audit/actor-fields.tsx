// Whose events the audit log shows: a person, a service account, or one of the other actors.
import { useState } from "preact/hooks";
import type { ServiceAccount } from "../../api/schema";
import { PersonInput } from "../directory/user-input";
import { Field } from "../form/field";
import { AccountSelect } from "../service-accounts/account-select";
import type { Filters } from "./filters";

const OTHERS: readonly [string, string][] = [
  ["anonymous", "nobody signed in"],
  ["local-operator", "local operator"],
  ["system:server", "Samovar itself"],
  ["system:mirror", "Samovar's mirror"],
  ["system:housekeeping", "Samovar's housekeeping"],
];

/** Before the id of a service account. */
const MACHINE = "service-account:";

interface WhoProps {
  input: Filters;
  accounts: readonly ServiceAccount[];
  set: (part: Partial<Filters>) => void;
}

export function Who({ input, accounts, set }: WhoProps) {
  const [picked, setPicked] = useState<string>();
  const machine = input.actor.startsWith(MACHINE);
  const kind =
    (picked === "service-account" && input.actor === "" ? "person" : picked) ??
    (OTHERS.some(([actor]) => actor === input.actor)
      ? input.actor
      : machine
        ? "service-account"
        : "person");
  const change = (next: string) => {
    setPicked(next);
    const other = OTHERS.some(([actor]) => actor === next);
    set({
      actor: other ? next : next === "service-account" ? MACHINE + (accounts[0]?.id ?? "") : "",
      login: "",
    });
  };
  return (
    <>
      <Field label="Who">
        {(ties) => (
          <select {...ties} value={kind} onChange={(event) => change(event.currentTarget.value)}>
            <option value="person">a person</option>
            {(accounts.length > 0 || machine) && (
              <option value="service-account">a service account</option>
            )}
            {OTHERS.map(([actor, label]) => (
              <option key={actor} value={actor}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      {kind === "service-account" && (
        <Field label="Service account">
          {(ties) => (
            <AccountSelect
              ties={ties}
              id={input.actor.slice(MACHINE.length)}
              accounts={accounts}
              onChange={(id) => set({ actor: MACHINE + id })}
            />
          )}
        </Field>
      )}
      {kind === "person" && (
        <Field label="Login">
          {(ties) => (
            <PersonInput
              ties={ties}
              login={input.login}
              placeholder="anybody"
              onChange={(login, user) => {
                // Nothing typed is no news: the actor may be one whose name is still being read.
                if (login !== "" || input.login !== "") set({ login, actor: user?.id ?? "" });
              }}
            />
          )}
        </Field>
      )}
    </>
  );
}
