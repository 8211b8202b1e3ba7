// The audit log, newest first. The filters are kept in the URL.
import { useState } from "preact/hooks";
import { api, fetchAll, pageQuery, unwrap } from "../api/client";
import type { Application, ServiceAccount } from "../api/schema";
import { useMay } from "../hooks/use-me";
import { usePagination } from "../hooks/use-pagination";
import { useResource } from "../hooks/use-resource";
import { AuditFilters } from "../parts/audit/audit-filters";
import { AuditTable } from "../parts/audit/audit-table";
import { apiQuery, type Filters, filtersOf, urlQuery } from "../parts/audit/filters";
import { ErrorNotice } from "../parts/feedback/error-notice";
import { Loading } from "../parts/feedback/loading";
import { Page } from "../parts/layout/page";
import { navigate, urlWithQuery } from "../router";

export function Audit({ query }: { query: URLSearchParams }) {
  const may = useMay();
  const [filters, setFilters] = useState(() => filtersOf(query));
  const applications = useResource(
    async () => (may("samovar.applications:read") ? fetchApplications() : []),
    [],
  );
  const accounts = useResource(
    async () => (may("samovar.service-accounts:read") ? fetchAccounts() : []),
    [],
  );
  const events = usePagination(
    (cursor) =>
      unwrap(
        api.GET("/audit-events", {
          params: { query: { ...pageQuery(cursor, 50), ...apiQuery(filters) } },
        }),
      ),
    [JSON.stringify(filters)],
  );
  const apply = (next: Filters) => {
    setFilters(next);
    navigate(urlWithQuery("/audit", urlQuery(next)), true);
  };
  return (
    <Page
      title="Audit"
      lead="Changes, uses of credentials and access decisions. Reading the audit log is recorded too."
    >
      <AuditFilters
        filters={filters}
        applications={applications.data ?? []}
        accounts={accounts.data ?? []}
        onApply={apply}
      />
      {events.error && <ErrorNotice error={events.error} retry={() => void events.reload()} />}
      {events.items === undefined && events.loading && <Loading what="audit events" />}
      {events.items && <AuditTable events={events.items} />}
      <div class="actions">
        {events.hasMore && (
          <button type="button" disabled={events.loading} onClick={() => void events.loadMore()}>
            Load older events
          </button>
        )}
        <button type="button" disabled={events.loading} onClick={() => void events.reload()}>
          Refresh
        </button>
      </div>
    </Page>
  );
}

function fetchApplications(): Promise<Application[]> {
  return fetchAll((cursor) => api.GET("/applications", { params: { query: pageQuery(cursor) } }));
}

function fetchAccounts(): Promise<ServiceAccount[]> {
  return fetchAll((cursor) =>
    api.GET("/service-accounts", { params: { query: pageQuery(cursor) } }),
  );
}
