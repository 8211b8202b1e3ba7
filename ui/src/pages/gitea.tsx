// How the mirror gets on with Gitea: its state, what changed, what stands in the way, and reading everything now.
import { useEffect, useState } from "preact/hooks";
import { api, unwrap } from "../api/client";
import type { Mirror } from "../api/schema";
import { announce } from "../hooks/announce";
import { useAction } from "../hooks/use-action";
import { useMay } from "../hooks/use-me";
import { useNames } from "../hooks/use-names";
import { useResource } from "../hooks/use-resource";
import { ErrorNotice } from "../parts/feedback/error-notice";
import { Loading } from "../parts/feedback/loading";
import { Notice } from "../parts/feedback/notice";
import { Page } from "../parts/layout/page";
import { Sentence } from "../parts/text/sentence";
import { SentenceWithNames } from "../parts/text/sentence-with-names";
import { Time } from "../parts/text/time";

/** How often the page reads the state again, in milliseconds. */
const REFRESH_INTERVAL_MS = 10_000;

export function Gitea() {
  const may = useMay();
  const read = useResource(() => unwrap(api.GET("/mirror")), []);
  const [synced, setSynced] = useState<Mirror>();
  const sync = useAction();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void read.reload();
    }, REFRESH_INTERVAL_MS);
    return () => clearInterval(timer);
  }, [read.reload]);
  useEffect(() => setSynced(undefined), [read.data]);
  const mirror = synced ?? read.data;
  const start = () =>
    sync.run(async () => {
      const now = await unwrap(api.POST("/mirror/sync"));
      setSynced(now);
      const changes = now.last_full_pass?.changes ?? 0;
      announce(
        changes === 0
          ? "Everything is read; nothing changed"
          : `Everything is read; ${changes} changes`,
      );
    });
  const button = may("samovar.mirror:sync") && (
    <button type="button" class="primary" disabled={sync.running} onClick={() => void start()}>
      {sync.running ? "Reading…" : "Sync now"}
    </button>
  );
  return (
    <Page
      title="Gitea"
      lead="Samovar keeps a mirror of Gitea's organizations, teams, members and people. Gitea stays the source."
      actions={button}
    >
      {sync.error && <ErrorNotice error={sync.error} />}
      {read.error && <ErrorNotice error={read.error} retry={() => void read.reload()} />}
      {mirror === undefined && read.loading && <Loading what="the mirror's state" />}
      {mirror && <MirrorDetails mirror={mirror} />}
    </Page>
  );
}

function MirrorDetails({ mirror }: { mirror: Mirror }) {
  const names = useNames(mirror.changes.map((change) => change.text));
  return (
    <>
      {mirror.away_since !== undefined && (
        <Notice kind="bad" title="Gitea does not answer">
          <p>
            Since <Time at={mirror.away_since} />. What is known holds for the grace period; after
            it, nothing is allowed until Gitea is back.
          </p>
        </Notice>
      )}
      {mirror.problems.length > 0 && (
        <Notice
          kind="warn"
          title={
            mirror.problems.length === 1
              ? "One thing stands in the way"
              : `${mirror.problems.length} things stand in the way`
          }
        >
          <ul>
            {mirror.problems.map((problem) => (
              <li key={problem}>
                <Sentence text={problem} />
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {mirror.gitea_warning !== undefined && (
        <Notice kind="warn">
          <Sentence text={mirror.gitea_warning} />
        </Notice>
      )}
      <MirrorFacts mirror={mirror} />
      <section>
        <h2>What changed in Gitea</h2>
        {mirror.changes.length === 0 && <p class="muted">Nothing since Samovar started.</p>}
        <ol class="rows log">
          {mirror.changes.map((change, n) => (
            <li key={n}>
              <Time at={change.at} />{" "}
              <span>
                <SentenceWithNames text={change.text} names={names} />
              </span>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

function MirrorFacts({ mirror }: { mirror: Mirror }) {
  const pass = mirror.last_full_pass;
  return (
    <dl class="facts">
      <dt>Version</dt>
      <dd>{mirror.gitea_version ?? "not known yet"}</dd>
      <dt>Mirrored</dt>
      <dd>
        {mirror.organizations === 1 ? "1 organization" : `${mirror.organizations} organizations`},{" "}
        {mirror.teams === 1 ? "1 team" : `${mirror.teams} teams`},{" "}
        {mirror.users === 1 ? "1 person" : `${mirror.users} people`}
      </dd>
      <dt>Last full pass</dt>
      <dd>
        {pass ? (
          <>
            <Time at={pass.at} />,{" "}
            {(pass.duration_ms / 1000).toLocaleString(undefined, { maximumFractionDigits: 2 })} s,{" "}
            {pass.calls} calls, {pass.changes} changes
          </>
        ) : (
          "none yet"
        )}
      </dd>
      <dt>Members of bound teams</dt>
      <dd>
        {mirror.last_bound_read_at ? <Time at={mirror.last_bound_read_at} /> : "not read yet"}
      </dd>
      <dt>Directory version</dt>
      <dd>{mirror.directory_version}</dd>
    </dl>
  );
}
