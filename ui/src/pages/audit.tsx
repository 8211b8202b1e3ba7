// The audit log, newest first, with filters that live in the address.
import { useState } from "preact/hooks";
import { api, everything, page, take } from "../api/client";
import type { Application, ServiceAccount } from "../api/schema";
import { useMay } from "../hooks/use-me";
import { usePages } from "../hooks/use-pages";
import { useResource } from "../hooks/use-resource";
import { AuditFilters } from "../parts/audit/audit-filters";
import { AuditTable } from "../parts/audit/audit-table";
import { asked, type Filters, filtersOf, queryOf } from "../parts/audit/filters";
import { ErrorBox } from "../parts/feedback/error-notice";
import { Loading } from "../parts/feedback/loading";
import { Page } from "../parts/layout/page";
import { address, go } from "../router";

export function Audit({ query }: { query: URLSearchParams }) {
  const may = useMay();
  const [filters, setFilters] = useState(() => filtersOf(query));
  const applications = useResource(
    async () => (may("samovar.applications:read") ? readApplications() : []),
    [],
  );
  const accounts = useResource(
    async () => (may("samovar.service-accounts:read") ? readAccounts() : []),
    [],
  );
  const events = usePages(
    (cursor) =>
      take(
        api.GET("/audit-events", { params: { query: { ...page(cursor, 50), ...asked(filters) } } }),
      ),
    [JSON.stringify(filters)],
  );
  const apply = (next: Filters) => {
    setFilters(next);
    go(address("/audit", queryOf(next)), true);
  };
  return (
    <Page
      title="Audit"
      lead="Who did what to what, when, from where, how it ended and why. Reading it is recorded, too."
    >
      <AuditFilters
        filters={filters}
        applications={applications.data ?? []}
        accounts={accounts.data ?? []}
        onApply={apply}
      />
      {events.error && <ErrorBox error={events.error} retry={() => void events.reload()} />}
      {events.items === undefined && events.loading && <Loading what="audit events" />}
      {events.items && <AuditTable events={events.items} />}
      <div class="actions">
        {events.more && (
          <button type="button" disabled={events.loading} onClick={() => void events.readMore()}>
            Show older
          </button>
        )}
        <button type="button" disabled={events.loading} onClick={() => void events.reload()}>
          Read again
        </button>
      </div>
    </Page>
  );
}

function readApplications(): Promise<Application[]> {
  return everything((cursor) => api.GET("/applications", { params: { query: page(cursor) } }));
}

function readAccounts(): Promise<ServiceAccount[]> {
  return everything((cursor) => api.GET("/service-accounts", { params: { query: page(cursor) } }));
}
