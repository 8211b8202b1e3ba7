// The first page: problems that need attention, the setup guide, the caller's applications, roles and permissions.
import { useContext } from "preact/hooks";
import { api, unwrap } from "../api/client";
import type { Me } from "../api/schema";
import { MeContext, useMay } from "../hooks/use-me";
import { qualifiedLogin } from "../hooks/use-names";
import { useResource } from "../hooks/use-resource";
import { MyApplications } from "../parts/applications/my-applications";
import { ErrorNotice } from "../parts/feedback/error-notice";
import { Notice } from "../parts/feedback/notice";
import { Page } from "../parts/layout/page";
import { SetupGuide } from "../parts/layout/setup-guide";
import { SecretsNotice } from "../parts/secrets/attention-notice";
import { count } from "../parts/text/count";
import { Sentence } from "../parts/text/sentence";

export function Overview() {
  const me = useContext(MeContext);
  const may = useMay();
  if (me === undefined) return null;
  const canSetUp =
    may("samovar.applications:read") &&
    may("samovar.roles:read") &&
    may("samovar.role-bindings:read");
  return (
    <Page title="Overview">
      {may("samovar.mirror:read") && <MirrorNotice />}
      <SecretsNotice />
      {canSetUp && <SetupGuide />}
      <MyApplications />
      <section>
        <h2>Your account</h2>
        <AccountFacts me={me} />
      </section>
      <p class="small">
        For programs: <a href="/api/docs">API reference</a>.
      </p>
    </Page>
  );
}

function AccountFacts({ me }: { me: Me }) {
  const { user } = me;
  return (
    <dl class="facts">
      <dt>Signed in as</dt>
      <dd>
        {user ? `${qualifiedLogin(user)} ${user.full_name && `(${user.full_name})`}` : "operator"}
      </dd>
      {user?.provider === undefined ? (
        <>
          <dt>Teams in Gitea</dt>
          <dd>
            {user?.teams.map((team) => `${team.organization.name}/${team.name}`).join(", ") ||
              "none"}
          </dd>
        </>
      ) : (
        <>
          <dt>Groups</dt>
          <dd>
            {user.groups.join(", ") || "none"}
            {user.groups_may_be_cut && " (may be incomplete)"}
          </dd>
        </>
      )}
      <dt>Global roles</dt>
      <dd>{me.roles.map((role) => role.name ?? "deleted role").join(", ") || "none"}</dd>
      {me.permissions.length > 0 && (
        <>
          <dt>Permissions</dt>
          <dd>
            <details>
              <summary>{count(me.permissions.length, "global permission")}</summary>
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

/** Problems of the mirror; nothing if there are none. */
function MirrorNotice() {
  const mirror = useResource(() => unwrap(api.GET("/mirror")), []);
  if (mirror.error) return <ErrorNotice error={mirror.error} retry={() => void mirror.reload()} />;
  const problems = mirror.data?.problems ?? [];
  if (problems.length === 0 && mirror.data?.away_since === undefined) return null;
  return (
    <Notice kind="warn" title="The connection to Gitea needs attention">
      <p>
        {problems[0] ? <Sentence text={problems[0]} /> : "Gitea does not answer."}{" "}
        <a href="/gitea">Show details</a>
      </p>
    </Notice>
  );
}
