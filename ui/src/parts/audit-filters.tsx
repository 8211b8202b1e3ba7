// What to look for in the audit log.
import { useState } from "preact/hooks";
import type { Application, ServiceAccount } from "../api/schema";
import { useAction } from "../hooks/use-action";
import { AccountSelect } from "./account-select";
import { Field } from "./field";
import { ErrorBox } from "./notice";
import { personNamed, PersonInput } from "./people";

/** Empty means no matter. `actor` is an id or one of the API's words; `login` only shows whose it is. */
export interface Filters {
  actor: string;
  login: string;
  action: string;
  object: string;
  application: string;
  outcome: string;
  from: string;
  to: string;
}

const KEYS = [
  "actor",
  "login",
  "action",
  "object",
  "application",
  "outcome",
  "from",
  "to",
] as const;

export function filtersOf(query: URLSearchParams): Filters {
  return Object.fromEntries(KEYS.map((key) => [key, query.get(key) ?? ""])) as unknown as Filters;
}

export function queryOf(filters: Filters): Record<string, string> {
  return { ...filters };
}

const OTHERS: readonly [string, string][] = [
  ["anonymous", "nobody signed in"],
  ["local-operator", "local operator"],
  ["system:server", "Samovar itself"],
  ["system:mirror", "Samovar's mirror"],
  ["system:housekeeping", "Samovar's housekeeping"],
];

/** Before the id of a service account. */
const MACHINE = "service-account:";

interface Props {
  filters: Filters;
  applications: readonly Application[];
  accounts: readonly ServiceAccount[];
  onApply: (filters: Filters) => void;
}

export function AuditFilters({ filters, applications, accounts, onApply }: Props) {
  const [input, setInput] = useState(filters);
  const action = useAction();
  const set = (part: Partial<Filters>) => setInput((old) => ({ ...old, ...part }));
  const submit = async (event: Event) => {
    event.preventDefault();
    await action.run(async () => {
      // Typed faster than looked up; without this the log of everybody would show under one name.
      const actor =
        input.login === "" || input.actor !== ""
          ? input.actor
          : (await personNamed(input.login)).id;
      onApply({ ...input, actor });
    });
  };
  const clear = () => {
    const none = filtersOf(new URLSearchParams());
    setInput(none);
    onApply(none);
  };
  return (
    <details class="fold" open={!matchMedia("(max-width: 45rem)").matches}>
      <summary>Filters</summary>
      <form class="filters" onSubmit={(event) => void submit(event)} aria-label="Filters">
        <Who input={input} accounts={accounts} set={set} />
        <Field label="What">
          {(ties) => (
            <input
              {...ties}
              value={input.action}
              placeholder="role-binding.create"
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => set({ action: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="To which (id)">
          {(ties) => (
            <input
              {...ties}
              value={input.object}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => set({ object: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="Application">
          {(ties) => (
            <select
              {...ties}
              value={input.application}
              onChange={(event) => set({ application: event.currentTarget.value })}
            >
              <option value="">any</option>
              {applications.map((application) => (
                <option key={application.id} value={application.id}>
                  {application.name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Outcome">
          {(ties) => (
            <select
              {...ties}
              value={input.outcome}
              onChange={(event) => set({ outcome: event.currentTarget.value })}
            >
              <option value="">any</option>
              <option value="allowed">allowed</option>
              <option value="denied">denied</option>
              <option value="failed">failed</option>
            </select>
          )}
        </Field>
        <Field label="From">
          {(ties) => (
            <input
              {...ties}
              type="datetime-local"
              value={input.from}
              onInput={(event) => set({ from: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="Before">
          {(ties) => (
            <input
              {...ties}
              type="datetime-local"
              value={input.to}
              onInput={(event) => set({ to: event.currentTarget.value })}
            />
          )}
        </Field>
        <div class="actions">
          <button type="submit" class="primary">
            Find
          </button>
          <button type="button" onClick={clear}>
            Clear
          </button>
        </div>
      </form>
      {action.error && <ErrorBox error={action.error} />}
    </details>
  );
}

interface WhoProps {
  input: Filters;
  accounts: readonly ServiceAccount[];
  set: (part: Partial<Filters>) => void;
}

function Who({ input, accounts, set }: WhoProps) {
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
