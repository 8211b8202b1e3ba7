// A question to the policy, and the decision with its reasons. The address holds the question, so that it can be sent to somebody.
import { useEffect, useState } from "preact/hooks";
import { api, everything, page, take } from "../api/client";
import type { Application, Decision, Question } from "../api/schema";
import { announce } from "../hooks/announce";
import { useAction } from "../hooks/use-action";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { DecisionBox } from "../parts/decision";
import { Field } from "../parts/field";
import { ErrorBox } from "../parts/notice";
import { Page } from "../parts/page";
import { personNamed, PersonInput } from "../parts/people";
import { address, go } from "../router";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

interface Input {
  login: string;
  user: string | undefined;
  host: string;
  method: string;
  path: string;
}

export function Explain({ query }: { query: URLSearchParams }) {
  const may = useMay();
  const applications = useResource(() => everything((cursor) => api.GET("/applications", { params: { query: page(cursor) } })), []);
  const roles = useResource(async () => (may("samovar.roles:read") ? everything((cursor) => api.GET("/roles", { params: { query: page(cursor) } })) : []), []);
  const [input, setInput] = useState<Input>({ login: query.get("person") ?? "", user: query.get("user") ?? undefined, host: query.get("host") ?? "", method: query.get("method") ?? "GET", path: query.get("path") ?? "/" });
  const [decision, setDecision] = useState<Decision>();
  const action = useAction();
  const host = input.host || applications.data?.flatMap((one) => one.hosts)[0] || "";
  const ask = async () => {
    await action.run(async () => {
      const asked: Question = { method: input.method, host, path: input.path };
      const user = input.login === "" ? undefined : (input.user ?? (await personNamed(input.login)).id);
      const answer = await take(api.POST("/decisions/explain", { body: user === undefined ? asked : { ...asked, user } }));
      setDecision(answer);
      announce(answer.verdict === "allow" ? "Allowed" : "Denied");
      go(address("/explain", { person: input.login, user, host, method: input.method, path: input.path }), true);
    });
  };
  useEffect(() => {
    if (query.has("path") && query.has("host")) void ask();
  }, []);
  const submit = (event: Event) => {
    event.preventDefault();
    void ask();
  };
  const set = (part: Partial<Input>) => {
    setDecision(undefined);
    setInput((old) => ({ ...old, ...part }));
  };
  return (
    <Page title="Explain" lead="May this person make this request, and why? The very code answers that guards the applications; nothing is done.">
      <form class="question" onSubmit={submit}>
        <Field label="Person">
          {(ties) => (
            <PersonInput
              ties={ties}
              login={input.login}
              placeholder="not signed in"
              onChange={(login, user) => {
                if (login !== input.login) set({ login, user: user?.id });
                else if (user !== undefined) setInput((old) => ({ ...old, user: user.id }));
              }}
            />
          )}
        </Field>
        <Field label="Application">{(ties) => <HostSelect ties={ties} host={host} applications={applications.data ?? []} onChange={(chosen) => set({ host: chosen })} />}</Field>
        <Field label="Method" fault={action.error?.faultAt("/method")}>
          {(ties) => (
            <select {...ties} value={input.method} onChange={(event) => set({ method: event.currentTarget.value })}>
              {METHODS.map((method) => (
                <option key={method}>{method}</option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Path" fault={action.error?.faultAt("/path")}>
          {(ties) => <input {...ties} required class="mono" autocomplete="off" spellcheck={false} value={input.path} onInput={(event) => set({ path: event.currentTarget.value })} />}
        </Field>
        <div class="actions">
          <button type="submit" class="primary" disabled={action.running || host === ""}>
            Ask
          </button>
        </div>
      </form>
      {applications.error && <ErrorBox error={applications.error} retry={() => void applications.reload()} />}
      {applications.data?.length === 0 && (
        <p class="muted">
          There is no application to ask about yet. <a href="/applications/new">Name one</a>.
        </p>
      )}
      {action.error && <ErrorBox error={action.error} />}
      {decision && <DecisionBox decision={decision} roles={roles.data ?? []} />}
    </Page>
  );
}

interface HostProps {
  ties: object;
  host: string;
  applications: readonly Application[];
  onChange: (host: string) => void;
}

function HostSelect({ ties, host, applications, onChange }: HostProps) {
  const known = applications.some((application) => application.hosts.includes(host));
  return (
    <select {...ties} required value={host} onChange={(event) => onChange(event.currentTarget.value)}>
      {!known && <option value={host}>{host}</option>}
      {applications.flatMap((application) =>
        application.hosts.map((one) => (
          <option key={one} value={one}>
            {application.name} ({one})
          </option>
        )),
      )}
    </select>
  );
}
