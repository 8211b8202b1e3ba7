// The caller's browser sessions, or all sessions for a caller who may read them.
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
  const [filter, setFilter] = useOwnerFilter();
  const [ending, setEnding] = useState<Ending>();
  const { mine, user } = filter;
  const sessions = usePagination((cursor) => fetchSessions(filter, cursor), [mine, user]);
  const endAll = mine && (
    <button type="button" class="danger" onClick={() => setEnding("all")}>
      Sign out everywhere…
    </button>
  );
  return (
    <Page
      title="Sessions"
      lead="Browser sessions at Samovar and at applications. Ending a session takes effect immediately."
    >
      {may("samovar.sessions:read") && (
        <OwnerFilterFields what="sessions" filter={filter} onChange={setFilter} />
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

async function fetchSessions(filter: OwnerFilter, cursor: string | undefined) {
  if (filter.mine)
    return unwrap(api.GET("/me/sessions", { params: { query: pageQuery(cursor, 50) } }));
  return unwrap(api.GET("/sessions", { params: { query: ownerQuery(filter, cursor) } }));
}

/** What ending all sessions, or a session at this place, does. */
const EFFECTS: Readonly<Record<"all" | Session["place"]["kind"], string>> = {
  all: "All your browsers, including this one, are signed out of Samovar and of all applications.",
  samovar:
    "The browser is signed out of Samovar and of the applications that it used with this session.",
  application:
    "The browser is signed out of this application. " +
    "While its session at Samovar lasts, it can return without a new sign-in.",
};

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
      <p>{EFFECTS[ending === "all" ? "all" : ending.place.kind]}</p>
      {ending !== "all" && ending.current && (
        <p>
          <b>This is your current session.</b>
        </p>
      )}
    </ConfirmDialog>
  );
}
