// The filter form of the audit log.
import { useState } from "preact/hooks";
import type { Application, ServiceAccount } from "../../api/schema";
import { useAction } from "../../hooks/use-action";
import { findUser } from "../directory/user-input";
import { ErrorNotice } from "../feedback/error-notice";
import { Field } from "../form/field";
import { ActorFields } from "./actor-fields";
import { type Filters, filtersOf } from "./filters";

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
      // The login may have been typed faster than it was looked up; without its id all actors would be shown.
      const actor =
        input.login === "" || input.actor !== "" ? input.actor : (await findUser(input.login)).id;
      onApply({ ...input, actor });
    });
  };
  const clear = () => {
    const none = filtersOf(new URLSearchParams());
    setInput(none);
    onApply(none);
  };
  return (
    <details class="filter-panel" open={!matchMedia("(max-width: 45rem)").matches}>
      <summary>Filters</summary>
      <form class="filters" onSubmit={(event) => void submit(event)} aria-label="Filters">
        <ActorFields input={input} accounts={accounts} set={set} />
        <Field label="Action">
          {(attributes) => (
            <input
              {...attributes}
              value={input.action}
              placeholder="role-binding.create"
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => set({ action: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="Object">
          {(attributes) => (
            <input
              {...attributes}
              value={input.object}
              placeholder="id"
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => set({ object: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="Application">
          {(attributes) => (
            <select
              {...attributes}
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
          {(attributes) => (
            <select
              {...attributes}
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
          {(attributes) => (
            <input
              {...attributes}
              type="datetime-local"
              value={input.from}
              onInput={(event) => set({ from: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="Before">
          {(attributes) => (
            <input
              {...attributes}
              type="datetime-local"
              value={input.to}
              onInput={(event) => set({ to: event.currentTarget.value })}
            />
          )}
        </Field>
        <div class="actions">
          <button type="submit" class="primary">
            Search
          </button>
          <button type="button" onClick={clear}>
            Clear
          </button>
        </div>
      </form>
      {action.error && <ErrorNotice error={action.error} />}
    </details>
  );
}
