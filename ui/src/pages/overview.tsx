// Where one arrives: who one is here, and for those who administer, the way to the first protected application.
import { useContext } from "preact/hooks";
import { api, unwrap } from "../api/client";
import type { Me } from "../api/schema";
import { MeContext, useMay } from "../hooks/use-me";
import { useResource } from "../hooks/use-resource";
import { ErrorNotice } from "../parts/feedback/error-notice";
import { Notice } from "../parts/feedback/notice";
import { Page } from "../parts/layout/page";
import { SecretsNotice } from "../parts/secrets/attention-notice";
import { Sentence } from "../parts/text/sentence";

export function Overview() {
  const me = useContext(MeContext);
  const may = useMay();
  if (me === undefined) return null;
  const idle = me.permissions.length === 0 && me.roles.length === 0;
  const sets =
    may("samovar.applications:read") &&
    may("samovar.roles:read") &&
    may("samovar.role-bindings:read");
  return (
    <Page title={`Hello, ${me.user?.full_name || me.user?.login || "operator"}`}>
      {may("samovar.mirror:read") && <MirrorNotice />}
      <SecretsNotice />
      {sets && <SetupGuide />}
      {idle && (
        <p>
          There is nothing for you to administer here. Applications that Samovar protects ask it by
          themselves whether you may in.
        </p>
      )}
      <section>
        <h2>What Samovar knows about you</h2>
        <PrincipalFacts me={me} />
      </section>
      <p class="small">
        For programs: <a href="/api/docs">reference of the API</a>.
      </p>
    </Page>
  );
}

function PrincipalFacts({ me }: { me: Me }) {
  const teams = me.user?.teams ?? [];
  return (
    <dl class="facts">
      {me.user?.provider === undefined ? (
        <>
          <dt>Teams in Gitea</dt>
          <dd>
            {teams.length > 0
              ? teams.map((team) => `${team.organization.name}/${team.name}`).join(", ")
              : "none"}
          </dd>
        </>
      ) : (
        <>
          <dt>Known from</dt>
          <dd>{me.user.provider}</dd>
          <dt>Groups there</dt>
          <dd>
            {me.user.groups.length > 0 ? me.user.groups.join(", ") : "none"}
            {me.user.groups_may_be_cut && ", and perhaps more"}
          </dd>
        </>
      )}
      <dt>Roles that hold everywhere</dt>
      <dd>
        {me.roles.length > 0
          ? me.roles.map((role) => role.name ?? "a role that is gone").join(", ")
          : "none"}
      </dd>
      {me.permissions.length > 0 && (
        <>
          <dt>Permissions</dt>
          <dd>
            <details>
              <summary>{me.permissions.length} held everywhere</summary>
              <ul class="plain">
                {me.permissions.map((permission) => (
                  <li key={permission}>
                    <code>{permission}</code>
                  </li>
                ))}
              </ul>
            </details>
          </dd>
        </>
      )}
    </dl>
  );
}

/** What somebody should look at; nothing when all is well. */
function MirrorNotice() {
  const mirror = useResource(() => unwrap(api.GET("/mirror")), []);
  if (mirror.error) return <ErrorNotice error={mirror.error} retry={() => void mirror.reload()} />;
  const problems = mirror.data?.problems ?? [];
  if (problems.length === 0 && mirror.data?.away_since === undefined) return null;
  return (
    <Notice kind="warn" title="Gitea needs your attention">
      <p>
        {problems[0] ? <Sentence text={problems[0]} /> : "It does not answer."}{" "}
        <a href="/gitea">See more</a>
      </p>
    </Notice>
  );
}

const SETUP_TASKS = [
  {
    href: "/roles/new",
    verb: "Make a role",
    text: "a name for a set of permissions, such as deployer with deployments:write",
  },
  {
    href: "/applications/new",
    verb: "Name an application",
    text: "its host, and which permission each of its routes needs",
  },
  {
    href: "/access",
    verb: "Give the role to a team",
    text: "and see who gains by it before you save",
  },
  {
    href: "/applications",
    verb: "Paste the proxy block",
    text: "generated for nginx or Caddy, on the application's page",
  },
];

function SetupGuide() {
  const seen = useResource(async () => {
    const [roles, applications, bindings] = await Promise.all([
      unwrap(api.GET("/roles", { params: { query: { limit: 200 } } })),
      unwrap(api.GET("/applications", { params: { query: { limit: 1 } } })),
      unwrap(api.GET("/role-bindings", { params: { query: { limit: 200 } } })),
    ]);
    const own = new Set(roles.items.filter((role) => !role.built_in).map((role) => role.id));
    return [
      own.size > 0,
      applications.items.length > 0,
      bindings.items.some((binding) => own.has(binding.role.id)),
      false,
    ];
  }, []);
  const [role, application, binding] = seen.data ?? [true, true, true];
  if (role && application && binding) return null;
  return (
    <section>
      <h2>To the first protected application</h2>
      <ol class="steps">
        {SETUP_TASKS.map((step, n) => (
          <li key={step.verb} class={seen.data?.[n] ? "done" : undefined}>
            <a href={step.href}>{step.verb}</a>: {step.text}. {seen.data?.[n] && <b>Done</b>}
          </li>
        ))}
      </ol>
    </section>
  );
}
