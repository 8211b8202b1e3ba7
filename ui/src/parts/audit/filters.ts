// Filters of the audit log: as typed, in the address of the page, and as the API takes them.
import type { Outcome } from "../../api/schema";

/** Empty means no matter. `actor` is an id or one of the API's words; `login` only shows whose it is. */
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

/** Filters as the API takes them: what is empty is left out, local times become instants. */
export function apiQuery(filters: Filters): Record<string, string> & { outcome?: Outcome } {
  const { login: _login, from, to, ...rest } = filters;
  const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ""));
  if (from !== "") kept["from"] = new Date(from).toISOString();
  if (to !== "") kept["to"] = new Date(to).toISOString();
  return kept as Record<string, string> & { outcome?: Outcome };
}
