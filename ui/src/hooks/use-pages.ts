// A list that is read page by page, the older ones on demand.
import { useEffect, useState } from "preact/hooks";
import type { ApiError, Listing } from "../api/client";
import { useAction } from "./use-action";
import { useResource } from "./use-resource";

/** What is known of a list so far. */
export interface Pages<T> {
  items: T[] | undefined;
  error: ApiError | undefined;
  loading: boolean;
  /** There are more. */
  more: boolean;
  readMore: () => Promise<void>;
  reload: () => Promise<void>;
}

/** Reads the first page at once, and again whenever one of `inputs` changes. */
export function usePages<T>(
  read: (cursor: string | undefined) => Promise<Listing<T>>,
  inputs: readonly unknown[],
): Pages<T> {
  const key = JSON.stringify(inputs);
  const first = useResource(async () => ({ key, page: await read(undefined) }), inputs);
  /** What was read for other inputs is no answer to these. */
  const begun = first.data?.key === key ? first.data.page : undefined;
  const [rest, setRest] = useState<Listing<T>>();
  const action = useAction();
  useEffect(() => setRest(undefined), [first.data]);
  const cursor = (rest ?? begun)?.next_cursor ?? undefined;
  const readMore = async () => {
    await action.run(async () => {
      const next = await read(cursor);
      setRest({ ...next, items: [...(rest?.items ?? []), ...next.items] });
    });
  };
  return {
    items: begun && [...begun.items, ...(rest?.items ?? [])],
    error: first.error ?? action.error,
    loading: first.loading || action.running,
    more: cursor !== undefined,
    readMore,
    reload: first.reload,
  };
}
