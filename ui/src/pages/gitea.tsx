// The state of the mirror: problems, counts, recent changes, and the button for a full sync.
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
import { count } from "../parts/text/count";
import { Sentence } from "../parts/text/sentence";
import { SentenceWithNames } from "../parts/text/sentence-with-names";
import { Time } from "../parts/text/time";

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
      const result = await unwrap(api.POST("/mirror/sync"));
      setSynced(result);
      const changes = result.last_full_pass?.changes ?? 0;
      announce(`Sync finished, ${changes === 0 ? "no changes" : count(changes, "change")}`);
    });
  const button = may("samovar.mirror:sync") && (
    <button type="button" class="primary" disabled={sync.running} onClick={() => void start()}>
      {sync.running ? "Syncing…" : "Sync now"}
    </button>
  );
  return (
    <Page
      title="Gitea"
      lead="Samovar mirrors the organizations, teams, members and users of Gitea."
      actions={button}
    >
      {sync.error && <ErrorNotice error={sync.error} />}
      {read.error && <ErrorNotice error={read.error} retry={() => void read.reload()} />}
      {mirror === undefined && read.loading && <Loading what="the state of the mirror" />}
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
            Since <Time at={mirror.away_since} />. Mirrored data is used during the grace period.
            Afterwards access is denied until Gitea answers.
          </p>
        </Notice>
      )}
      {mirror.problems.length > 0 && (
        <Notice kind="warn" title={count(mirror.problems.length, "problem")}>
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
        <h2>Recent changes</h2>
        {mirror.changes.length === 0 && <p class="muted">No changes since Samovar started.</p>}
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
  const sync = mirror.last_full_pass;
  return (
    <dl class="facts">
      <dt>Version</dt>
      <dd>{mirror.gitea_version ?? "unknown"}</dd>
      <dt>Mirrored</dt>
      <dd>
        {count(mirror.organizations, "organization")}, {count(mirror.teams, "team")},{" "}
        {count(mirror.users, "user")}
      </dd>
      <dt>Last full sync</dt>
      <dd>
        {sync ? (
          <>
            <Time at={sync.at} />,{" "}
            {(sync.duration_ms / 1000).toLocaleString(undefined, { maximumFractionDigits: 2 })} s,{" "}
            {count(sync.calls, "call")}, {count(sync.changes, "change")}
          </>
        ) : (
          "none"
        )}
      </dd>
      <dt>Last watched-team sync</dt>
      <dd>{mirror.last_bound_read_at ? <Time at={mirror.last_bound_read_at} /> : "none"}</dd>
      <dt>Directory version</dt>
      <dd>{mirror.directory_version}</dd>
    </dl>
  );
}
