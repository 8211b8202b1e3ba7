// What people allowed clients: one's own, or everybody's for those who may see them; and the machines one answers for.
import { useState } from "preact/hooks";
import { api, pageQuery, unwrap } from "../api/client";
import type { Grant } from "../api/schema";
import { announce } from "../hooks/announce";
import { useMay } from "../hooks/use-me";
import { usePagination } from "../hooks/use-pagination";
import { ConfirmDialog } from "../parts/feedback/confirm-dialog";
import { Page } from "../parts/layout/page";
import { MyServiceAccounts } from "../parts/service-accounts/my-service-accounts";
import { GrantTable } from "../parts/sessions/grant-table";
import {
  OwnerFilterFields,
  ownerQuery,
  useOwnerFilter,
  type OwnerFilter,
} from "../parts/sessions/owner-filter";
import { PagedList } from "../parts/table/paged-list";

type Ending = Grant | "all";

export function Tokens() {
  const may = useMay();
  const [whose, setWhose] = useOwnerFilter();
  const [ending, setEnding] = useState<Ending>();
  const { mine, user, login } = whose;
  const grants = usePagination((cursor) => fetchGrants(whose, cursor), [mine, user]);
  const changeable = mine || may("samovar.grants:end");
  const endAll = changeable && (mine || user !== undefined) && (
    <button type="button" class="danger" onClick={() => setEnding("all")}>
      {mine ? "End everything…" : `End everything of ${login.trim()}…`}
    </button>
  );
  return (
    <Page
      title="Tokens and devices"
      lead="What you allowed clients: pages, programs, the command line on a device. Each gets tokens in your name until you end it here."
    >
      {may("samovar.grants:read") && (
        <OwnerFilterFields what="grants" whose={whose} onChange={setWhose} />
      )}
      <PagedList what="what was allowed" pages={grants} actions={endAll}>
        {(items) => (
          <GrantTable grants={items} showUser={!mine} onEnd={changeable ? setEnding : undefined} />
        )}
      </PagedList>
      {mine && <MyServiceAccounts />}
      {ending && (
        <EndGrantDialog
          ending={ending}
          of={mine ? undefined : { id: user, login: login.trim() }}
          onEnded={grants.reload}
          onClose={() => setEnding(undefined)}
        />
      )}
    </Page>
  );
}

async function fetchGrants(whose: OwnerFilter, cursor: string | undefined) {
  if (whose.mine)
    return unwrap(api.GET("/me/grants", { params: { query: pageQuery(cursor, 50) } }));
  return unwrap(api.GET("/grants", { params: { query: ownerQuery(whose, cursor) } }));
}

interface EndProps {
  ending: Ending;
  /** Somebody else, of whom something is ended; `id` is known where it is all. */
  of: { id: string | undefined; login: string } | undefined;
  onEnded: () => Promise<void>;
  onClose: () => void;
}

function EndGrantDialog({ ending, of, onEnded, onClose }: EndProps) {
  const work = async () => {
    await unwrap(endGrants(ending, of));
    announce(ending === "all" ? "Everything ended" : "Grant ended");
    await onEnded();
  };
  const offline =
    "A service that verifies tokens by itself learns of it when the token ends, after ten minutes at most.";
  if (ending === "all") {
    const whose = of === undefined ? "you" : of.login;
    return (
      <ConfirmDialog
        title={`End everything that ${whose} allowed clients?`}
        verb="End everything"
        work={work}
        onClose={onClose}
      >
        <p>
          No client gets tokens in {of === undefined ? "your" : "this"} name any more, and Samovar
          refuses all that were issued up to now. {offline}
        </p>
        <p>Sessions of browsers go on; end them on the page Sessions.</p>
      </ConfirmDialog>
    );
  }
  const whose = of === undefined ? "you" : (ending.user.name ?? "somebody gone");
  return (
    <ConfirmDialog
      title={`End what ${whose} allowed ${ending.client.name ?? "a client that is gone"}?`}
      verb="End it"
      work={work}
      onClose={onClose}
    >
      <p>It gets no more tokens, and Samovar refuses those it has, at once. {offline}</p>
    </ConfirmDialog>
  );
}

function endGrants(ending: Ending, of: EndProps["of"]) {
  if (ending === "all")
    return of === undefined
      ? api.DELETE("/me/tokens")
      : api.DELETE("/users/{id}/tokens", { params: { path: { id: of.id ?? "" } } });
  const path = { id: ending.id };
  return of === undefined
    ? api.DELETE("/me/grants/{id}", { params: { path } })
    : api.DELETE("/grants/{id}", { params: { path } });
}
