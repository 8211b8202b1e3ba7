// Grants that people gave to clients, and the service accounts that the caller owns.
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

type Target = Grant | "all";

export function Tokens() {
  const may = useMay();
  const [filter, setFilter] = useOwnerFilter();
  const [revoking, setRevoking] = useState<Target>();
  const { mine, user, login } = filter;
  const grants = usePagination((cursor) => fetchGrants(filter, cursor), [mine, user]);
  const editable = mine || may("samovar.grants:end");
  const revokeAll = editable && (mine || user !== undefined) && (
    <button type="button" class="danger" onClick={() => setRevoking("all")}>
      {mine ? "Revoke all grants…" : `Revoke all grants of ${login.trim()}…`}
    </button>
  );
  return (
    <Page
      title="Tokens and devices"
      lead="Clients that can get tokens in your name: web pages, programs, and the command line on a device."
    >
      {may("samovar.grants:read") && (
        <OwnerFilterFields what="grants" filter={filter} onChange={setFilter} />
      )}
      <PagedList what="grants" pages={grants} actions={revokeAll}>
        {(items) => (
          <GrantTable
            grants={items}
            showUser={!mine}
            onRevoke={editable ? setRevoking : undefined}
          />
        )}
      </PagedList>
      {mine && <MyServiceAccounts />}
      {revoking && (
        <RevokeGrantDialog
          revoking={revoking}
          of={mine ? undefined : { id: user, login: login.trim() }}
          onRevoked={grants.reload}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </Page>
  );
}

async function fetchGrants(filter: OwnerFilter, cursor: string | undefined) {
  if (filter.mine)
    return unwrap(api.GET("/me/grants", { params: { query: pageQuery(cursor, 50) } }));
  return unwrap(api.GET("/grants", { params: { query: ownerQuery(filter, cursor) } }));
}

interface RevokeProps {
  revoking: Target;
  /** The owner, unless it is the caller; `id` is set if all grants are revoked. */
  of: { id: string | undefined; login: string } | undefined;
  onRevoked: () => Promise<void>;
  onClose: () => void;
}

function RevokeGrantDialog({ revoking, of, onRevoked, onClose }: RevokeProps) {
  const work = async () => {
    await unwrap(revokeGrants(revoking, of));
    announce(revoking === "all" ? "All grants revoked" : "Grant revoked");
    await onRevoked();
  };
  const offline =
    "A service that verifies tokens by itself accepts them until they expire, after 10 minutes at most.";
  if (revoking === "all") {
    return (
      <ConfirmDialog
        title={of === undefined ? "Revoke all your grants?" : `Revoke all grants of ${of.login}?`}
        verb="Revoke all grants"
        work={work}
        onClose={onClose}
      >
        <p>
          No client gets more tokens, and Samovar refuses all tokens that were issued until now.{" "}
          {offline}
        </p>
        <p>Browser sessions do not end. End them on the page Sessions.</p>
      </ConfirmDialog>
    );
  }
  const client = revoking.client.name ?? "a deleted client";
  const owner = of === undefined ? "" : ` of ${revoking.user.name ?? "a deleted user"}`;
  return (
    <ConfirmDialog
      title={`Revoke the grant${owner} for ${client}?`}
      verb="Revoke grant"
      work={work}
      onClose={onClose}
    >
      <p>The client gets no more tokens, and Samovar refuses its current tokens. {offline}</p>
    </ConfirmDialog>
  );
}

function revokeGrants(revoking: Target, of: RevokeProps["of"]) {
  if (revoking === "all")
    return of === undefined
      ? api.DELETE("/me/tokens")
      : api.DELETE("/users/{id}/tokens", { params: { path: { id: of.id ?? "" } } });
  const path = { id: revoking.id };
  return of === undefined
    ? api.DELETE("/me/grants/{id}", { params: { path } })
    : api.DELETE("/grants/{id}", { params: { path } });
}
