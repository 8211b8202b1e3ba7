// Checks one request with the decision engine and shows the decision. The URL contains the request and can be shared.
import { useEffect, useState } from "preact/hooks";
import { api, fetchAll, pageQuery, unwrap } from "../api/client";
import type { Decision } from "../api/schema";
import { announce } from "../hooks/announce";
import { useAction } from "../hooks/use-action";
import { useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { HostSelect } from "../parts/applications/host-select";
import { DecisionDetails } from "../parts/decisions/decision-details";
import {
  PrincipalFields,
  principalInputOf,
  principalQuestion,
  type PrincipalInput,
} from "../parts/decisions/principal-fields";
import { ErrorNotice } from "../parts/feedback/error-notice";
import { Field } from "../parts/form/field";
import { Page } from "../parts/layout/page";
import { useAccounts } from "../parts/service-accounts/account-select";
import { navigate, urlWithQuery } from "../router";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

interface AccessCheckInput {
  principal: PrincipalInput;
  host: string;
  method: string;
  path: string;
}

export function Explain({ query }: { query: URLSearchParams }) {
  const may = useMay();
  const applications = useResource(
    () => fetchAll((cursor) => api.GET("/applications", { params: { query: pageQuery(cursor) } })),
    [],
  );
  const accounts = useAccounts();
  const roles = useResource(
    async () =>
      may("samovar.roles:read")
        ? fetchAll((cursor) => api.GET("/roles", { params: { query: pageQuery(cursor) } }))
        : [],
    [],
  );
  const [input, setInput] = useState<AccessCheckInput>({
    principal: principalInputOf(query),
    host: query.get("host") ?? "",
    method: query.get("method") ?? "GET",
    path: query.get("path") ?? "/",
  });
  const [decision, setDecision] = useState<Decision>();
  const action = useAction();
  const { principal, method, path } = input;
  const host = input.host || applications.data?.flatMap((one) => one.hosts)[0] || "";
  const check = async () => {
    await action.run(async () => {
      const about = await principalQuestion(principal);
      const result = await unwrap(
        api.POST("/decisions/explain", { body: { method, host, path, ...about } }),
      );
      setDecision(result);
      announce(result.verdict === "allow" ? "Allowed" : "Denied");
      const person = principal.kind === "person" ? principal.login : undefined;
      navigate(
        urlWithQuery("/explain", {
          person,
          user: about.user,
          service_account: about.service_account,
          scope: about.scope?.join(" "),
          host,
          method,
          path,
        }),
        true,
      );
    });
  };
  useEffect(() => {
    if (query.has("path") && query.has("host")) void check();
  }, []);
  const submit = (event: Event) => {
    event.preventDefault();
    void check();
  };
  const set = (part: Partial<AccessCheckInput>) => {
    setDecision(undefined);
    setInput((old) => ({ ...old, ...part }));
  };
  const found = (user: string) =>
    setInput((old) => ({ ...old, principal: { ...old.principal, user } }));
  return (
    <Page
      title="Access check"
      lead="Checks whether a principal may make a request, and why. Uses the live decision engine. Nothing is executed."
    >
      <form class="question" onSubmit={submit}>
        <div>
          <PrincipalFields
            input={principal}
            accounts={accounts.data ?? []}
            error={action.error}
            onFound={found}
            onChange={(part) => set({ principal: { ...principal, ...part } })}
          />
        </div>
        <div>
          <Field label="Application">
            {(attributes) => (
              <HostSelect
                attributes={attributes}
                host={host}
                applications={applications.data ?? []}
                onChange={(chosen) => set({ host: chosen })}
              />
            )}
          </Field>
          <Field label="Method" error={action.error?.errorAt("/method")}>
            {(attributes) => (
              <select
                {...attributes}
                value={method}
                onChange={(event) => set({ method: event.currentTarget.value })}
              >
                {METHODS.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Path" error={action.error?.errorAt("/path")}>
            {(attributes) => (
              <input
                {...attributes}
                required
                class="mono"
                autocomplete="off"
                spellcheck={false}
                value={path}
                onInput={(event) => set({ path: event.currentTarget.value })}
              />
            )}
          </Field>
          <div class="actions">
            <button type="submit" class="primary" disabled={action.running || host === ""}>
              Check access
            </button>
          </div>
        </div>
      </form>
      {applications.error && (
        <ErrorNotice error={applications.error} retry={() => void applications.reload()} />
      )}
      {accounts.error && (
        <ErrorNotice error={accounts.error} retry={() => void accounts.reload()} />
      )}
      {applications.data?.length === 0 && (
        <p class="muted">
          There are no applications yet. <a href="/applications/new">Create an application</a>.
        </p>
      )}
      {action.error && <ErrorNotice error={action.error} />}
      {decision && <DecisionDetails decision={decision} roles={roles.data ?? []} />}
      {decision && principal.kind === "service-account" && may("samovar.service-accounts:read") && (
        <p class="after">
          <a href={`/service-accounts/${principal.account}`}>Open service account</a>
        </p>
      )}
    </Page>
  );
}
