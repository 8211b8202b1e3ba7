// The client of the API. Its types are generated from the OpenAPI document; a failed call throws `ApiError`.
import createClient from "openapi-fetch";
import type { paths, Problem } from "./schema";

/** The API client, typed by path and method. */
export const api = createClient<paths>({ baseUrl: "/api/v1" });

/** Window event after a change of a role or role binding, because the caller's own permissions may have changed. */
export const ROLES_CHANGED = "samovar:roles-changed";

api.use({
  onResponse({ request, response }) {
    const { pathname } = new URL(request.url);
    const changes =
      request.method !== "GET" &&
      /^\/api\/v1\/(role-bindings|roles)(\/(?!impact$)[^/]+)?$/.test(pathname);
    if (changes && response.ok) dispatchEvent(new Event(ROLES_CHANGED));
  },
});

/** A problem document (RFC 9457), or a substitute for one when the server did not answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(problem.detail ?? problem.title ?? "The server gave no reason.");
  }

  /** There is no session, or it has ended. */
  get signedOut(): boolean {
    return this.status === 401;
  }

  /** Another person changed the object since it was read. */
  get stale(): boolean {
    return this.status === 412;
  }

  /** The errors at this JSON pointer, or below it. */
  errorAt(pointer: string): string | undefined {
    const below = (this.problem.errors ?? []).filter(
      (e) => e.pointer === pointer || e.pointer.startsWith(`${pointer}/`),
    );
    return below.length > 0 ? below.map((e) => e.detail).join("; ") : undefined;
  }
}

interface ApiResponse<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Returns the data of a call, or throws `ApiError`. */
export async function unwrap<T>(call: Promise<ApiResponse<T>>): Promise<T> {
  const result = await call.catch(() => {
    throw new ApiError(0, {
      title: "Samovar cannot be reached",
      detail: "The server did not answer. Check the connection and try again.",
    });
  });
  if (!result.response.ok)
    throw new ApiError(result.response.status, problemOf(result.error, result.response));
  return result.data as T;
}

function problemOf(error: unknown, response: Response): Partial<Problem> {
  if (typeof error === "object" && error !== null && "code" in error) return error as Problem;
  return {
    title: response.statusText || `Status ${response.status}`,
    detail:
      "The response does not come from Samovar. Check the proxy between the browser and Samovar.",
  };
}

/** One page of a list. */
export interface ListPage<T> {
  items: T[];
  next_cursor?: string | null | undefined;
}

/** Fetches all items of a list, page by page. */
export async function fetchAll<T>(
  page: (cursor: string | undefined) => Promise<ApiResponse<ListPage<T>>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const list = await unwrap(page(cursor));
    items.push(...list.items);
    cursor = list.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

/** The query of one page. A missing cursor is left out, because the generated types do not allow `undefined`. */
export function pageQuery(
  cursor: string | undefined,
  limit = 200,
): { limit: number; cursor?: string } {
  return cursor === undefined ? { limit } : { limit, cursor };
}

/** `If-Match` for the version that was read. */
export function ifMatch(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}
