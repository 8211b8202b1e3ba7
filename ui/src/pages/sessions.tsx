// Sign-ins of browsers: one's own, or everybody's for those who may see them.
import { useState } from "preact/hooks";
import { api, pageQuery, unwrap } from "../api/client";
import type { Session } from "../api/schema";
import { announce } from "../hooks/announce";
import { useMay } from "../hooks/use-me";
import { usePagination } from "../hooks/use-pagination";
import { ConfirmDialog } from "../parts/feedback/confirm-dialog";
import { Page } from "../parts/layout/page";
import {
  OwnerFilterFields,
  ownerQuery,
  useOwnerFilter,
  type OwnerFilter,
} from "../parts/sessions/owner-filter";
import { ownerName, SessionTable } from "../parts/sessions/session-table";
import { PagedList } from "../parts/table/paged-list";

type Ending = Session | "all";

export function Sessions() {
  const may = useMay();
  const [whose, setWhose] = useOwnerFilter();
  const [ending, setEnding] = useState<Ending>();
  const { mine, user } = whose;
  const sessions = usePagination((cursor) => fetchSessions(whose, cursor), [mine, user]);
  const endAll = mine && (
    <button type="button" class="danger" onClick={() => setEnding("all")}>
      Sign out everywhere…
    </button>
  );
  return (
    <Page
      title="Sessions"
      lead="A session is a browser's sign-in, at Samovar or at an application below it. Ending one takes effect at once."
    >
      {may("samovar.sessions:read") && (
        <OwnerFilterFields what="sessions" whose={whose} onChange={setWhose} />
      )}
      <PagedList what="sessions" pages={sessions} actions={endAll}>
        {(items) => (
          <SessionTable
            sessions={items}
            onEnd={mine || may("samovar.sessions:end") ? setEnding : undefined}
          />
        )}
      </PagedList>
      {ending && (
        <EndSessionDialog
          ending={ending}
          mine={mine}
          onEnded={sessions.reload}
          onClose={() => setEnding(undefined)}
        />
      )}
    </Page>
  );
}

async function fetchSessions(whose: OwnerFilter, cursor: string | undefined) {
  if (whose.mine)
    return unwrap(api.GET("/me/sessions", { params: { query: pageQuery(cursor, 50) } }));
  return unwrap(api.GET("/sessions", { params: { query: ownerQuery(whose, cursor) } }));
}

interface EndProps {
  ending: Ending;
  mine: boolean;
  onEnded: () => Promise<void>;
  onClose: () => void;
}

function EndSessionDialog({ ending, mine, onEnded, onClose }: EndProps) {
  const work = async () => {
    if (ending === "all") await unwrap(api.DELETE("/me/sessions"));
    else if (mine)
      await unwrap(api.DELETE("/me/sessions/{id}", { params: { path: { id: ending.id } } }));
    else await unwrap(api.DELETE("/sessions/{id}", { params: { path: { id: ending.id } } }));
    announce("Session ended");
    await onEnded();
  };
  const title =
    ending === "all" ? "Sign out everywhere?" : `End this session of ${ownerName(ending)}?`;
  return (
    <ConfirmDialog
      title={title}
      verb={ending === "all" ? "Sign out everywhere" : "End session"}
      work={work}
      onClose={onClose}
    >
      <p>
        {ending === "all" &&
          "Every browser in which you signed in, this one among them, is signed out of Samovar and of all applications."}
        {ending !== "all" &&
          ending.place.kind === "samovar" &&
          "The browser is signed out of Samovar and of all applications that it reached through this session."}
        {ending !== "all" &&
          ending.place.kind === "application" &&
          "The browser is signed out of this application; it may come back without signing in again while its session at Samovar lasts."}
      </p>
      {ending !== "all" && ending.current && (
        <p>
          <b>This is the session that you are using now.</b>
        </p>
      )}
    </ConfirmDialog>
  );
}
