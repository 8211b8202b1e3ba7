// The filters of the audit log: form state, URL query and API query.
import type { Outcome } from "../../api/schema";

/** An empty filter matches everything. `actor` is an id or a fixed value of the API; `login` is for display. */
export interface Filters {
  actor: string;
  login: string;
  action: string;
  object: string;
  application: string;
  outcome: string;
  from: string;
  to: string;
}

const KEYS = [
  "actor",
  "login",
  "action",
  "object",
  "application",
  "outcome",
  "from",
  "to",
] as const;

export function filtersOf(query: URLSearchParams): Filters {
  return Object.fromEntries(KEYS.map((key) => [key, query.get(key) ?? ""])) as unknown as Filters;
}

export function urlQuery(filters: Filters): Record<string, string> {
  return { ...filters };
}

/** The filters as the API's query: empty filters are left out, local times become instants in UTC. */
export function apiQuery(filters: Filters): Record<string, string> & { outcome?: Outcome } {
  const { login: _login, from, to, ...rest } = filters;
  const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ""));
  if (from !== "") kept["from"] = new Date(from).toISOString();
  if (to !== "") kept["to"] = new Date(to).toISOString();
  return kept as Record<string, string> & { outcome?: Outcome };
}
