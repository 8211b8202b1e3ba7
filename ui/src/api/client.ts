// The one place that calls the server. Types come from the OpenAPI document; failures become `ApiError`.
import createClient from "openapi-fetch";
import type { paths, Problem } from "./schema";

/** Calls of the API, typed by path and method. */
export const api = createClient<paths>({ baseUrl: "/api/v1" });

/** Sent to the window when a role or a role binding was changed: what the person at the page holds may be something else now. */
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

/** A problem document, or what stands in for one when the server could not be asked. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(problem.detail ?? problem.title ?? "the server gave no reason");
  }

  /** The session is over or there never was one. */
  get signedOut(): boolean {
    return this.status === 401;
  }

  /** Somebody else changed the object since it was read. */
  get stale(): boolean {
    return this.status === 412;
  }

  /** What is wrong with the value at this JSON pointer, or below it. */
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

/** The data of a call, or an `ApiError`. */
export async function unwrap<T>(call: Promise<ApiResponse<T>>): Promise<T> {
  const answer = await call.catch(() => {
    throw new ApiError(0, {
      title: "Samovar does not answer",
      detail: "The server could not be reached. Check the connection and try again.",
    });
  });
  if (!answer.response.ok)
    throw new ApiError(answer.response.status, problemOf(answer.error, answer.response));
  return answer.data as T;
}

function problemOf(error: unknown, response: Response): Partial<Problem> {
  if (typeof error === "object" && error !== null && "code" in error) return error as Problem;
  return {
    title: response.statusText || `Status ${response.status}`,
    detail: "The answer was not one of Samovar's; is something between the browser and Samovar?",
  };
}

/** One page of a list. */
export interface ListPage<T> {
  items: T[];
  next_cursor?: string | null | undefined;
}

/** All items of a list, page after page. */
export async function fetchAll<T>(
  page: (cursor: string | undefined) => Promise<ApiResponse<ListPage<T>>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const answer = await unwrap(page(cursor));
    items.push(...answer.items);
    cursor = answer.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

/** The query of one page: openapi-fetch leaves out what is undefined, which its types do not say. */
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
