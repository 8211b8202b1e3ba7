// What people allowed clients: one's own, or everybody's for those who may see them; and the machines one answers for.
import { useState } from "preact/hooks";
import { api, page, take } from "../api/client";
import type { Grant } from "../api/schema";
import { announce } from "../hooks/announce";
import { useMay } from "../hooks/use-me";
import { usePages } from "../hooks/use-pages";
import { Confirm } from "../parts/feedback/confirm-dialog";
import { Page } from "../parts/layout/page";
import { MyServiceAccounts } from "../parts/service-accounts/my-service-accounts";
import { GrantTable } from "../parts/sessions/grant-table";
import { queryOf, useWhose, type Whose, WhoseFields } from "../parts/sessions/owner-filter";
import { PagedList } from "../parts/table/paged-list";

type Ending = Grant | "all";

export function Tokens() {
  const may = useMay();
  const [whose, setWhose] = useWhose();
  const [ending, setEnding] = useState<Ending>();
  const { mine, user, login } = whose;
  const grants = usePages((cursor) => readGrants(whose, cursor), [mine, user]);
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
        <WhoseFields what="grants" whose={whose} onChange={setWhose} />
      )}
      <PagedList what="what was allowed" pages={grants} actions={endAll}>
        {(items) => (
          <GrantTable grants={items} whose={!mine} onEnd={changeable ? setEnding : undefined} />
        )}
      </PagedList>
      {mine && <MyServiceAccounts />}
      {ending && (
        <End
          ending={ending}
          of={mine ? undefined : { id: user, login: login.trim() }}
          onEnded={grants.reload}
          onClose={() => setEnding(undefined)}
        />
      )}
    </Page>
  );
}

async function readGrants(whose: Whose, cursor: string | undefined) {
  if (whose.mine) return take(api.GET("/me/grants", { params: { query: page(cursor, 50) } }));
  return take(api.GET("/grants", { params: { query: queryOf(whose, cursor) } }));
}

interface EndProps {
  ending: Ending;
  /** Somebody else, of whom something is ended; `id` is known where it is all. */
  of: { id: string | undefined; login: string } | undefined;
  onEnded: () => Promise<void>;
  onClose: () => void;
}

function End({ ending, of, onEnded, onClose }: EndProps) {
  const work = async () => {
    await take(endingCall(ending, of));
    announce(ending === "all" ? "Everything ended" : "Grant ended");
    await onEnded();
  };
  const offline =
    "A service that verifies tokens by itself learns of it when the token ends, after ten minutes at most.";
  if (ending === "all") {
    const whose = of === undefined ? "you" : of.login;
    return (
      <Confirm
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
      </Confirm>
    );
  }
  const whose = of === undefined ? "you" : (ending.user.name ?? "somebody gone");
  return (
    <Confirm
      title={`End what ${whose} allowed ${ending.client.name ?? "a client that is gone"}?`}
      verb="End it"
      work={work}
      onClose={onClose}
    >
      <p>It gets no more tokens, and Samovar refuses those it has, at once. {offline}</p>
    </Confirm>
  );
}

function endingCall(ending: Ending, of: EndProps["of"]) {
  if (ending === "all")
    return of === undefined
      ? api.DELETE("/me/tokens")
      : api.DELETE("/users/{id}/tokens", { params: { path: { id: of.id ?? "" } } });
  const path = { id: ending.id };
  return of === undefined
    ? api.DELETE("/me/grants/{id}", { params: { path } })
    : api.DELETE("/grants/{id}", { params: { path } });
}
