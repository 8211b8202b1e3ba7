// A list that is loaded page by page.
import { useEffect, useState } from "preact/hooks";
import type { ApiError, ListPage } from "../api/client";
import { useAction } from "./use-action";
import { useResource } from "./use-resource";

/** The pages loaded so far. */
export interface Pagination<T> {
  items: T[] | undefined;
  error: ApiError | undefined;
  loading: boolean;
  /** There are more pages. */
  hasMore: boolean;
  loadMore: () => Promise<void>;
  reload: () => Promise<void>;
}

/** Loads the first page at once, and again whenever one of `inputs` changes. */
export function usePagination<T>(
  read: (cursor: string | undefined) => Promise<ListPage<T>>,
  inputs: readonly unknown[],
): Pagination<T> {
  const key = JSON.stringify(inputs);
  const first = useResource(async () => ({ key, page: await read(undefined) }), inputs);
  /** Data that was loaded for other inputs is ignored. */
  const firstPage = first.data?.key === key ? first.data.page : undefined;
  const [rest, setRest] = useState<ListPage<T>>();
  const action = useAction();
  useEffect(() => setRest(undefined), [first.data]);
  const cursor = (rest ?? firstPage)?.next_cursor ?? undefined;
  const loadMore = async () => {
    await action.run(async () => {
      const next = await read(cursor);
      setRest({ ...next, items: [...(rest?.items ?? []), ...next.items] });
    });
  };
  return {
    items: firstPage && [...firstPage.items, ...(rest?.items ?? [])],
    error: first.error ?? action.error,
    loading: first.loading || action.running,
    hasMore: cursor !== undefined,
    loadMore,
    reload: first.reload,
  };
}
