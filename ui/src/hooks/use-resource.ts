// Something read from the server: its data, its failure, and reading it again.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";

/** What is known of something read. The old data stays while it is read again. */
export interface Resource<T> {
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  reload: () => Promise<void>;
}

/** Turns anything thrown into an `ApiError`. */
export function asApiError(thrown: unknown): ApiError {
  return thrown instanceof ApiError
    ? thrown
    : new ApiError(0, { title: "The page failed", detail: String(thrown) });
}

/**
 * Reads at once, and again whenever one of `inputs` changes; a late answer to an old question is dropped.
 * Signed out at the first reading leads to sign-in; later it is an error like others, so that what was typed stays.
 */
export function useResource<T>(read: () => Promise<T>, inputs: readonly unknown[]): Resource<T> {
  const [state, setState] = useState<{
    data: T | undefined;
    error: ApiError | undefined;
    loading: boolean;
  }>({ data: undefined, error: undefined, loading: true });
  const latestRequest = useRef(0);
  const loaded = useRef(false);
  const reload = useCallback(async () => {
    const request = ++latestRequest.current;
    setState((old) => ({ ...old, loading: true }));
    try {
      const data = await read();
      loaded.current = true;
      if (request === latestRequest.current) setState({ data, error: undefined, loading: false });
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.signedOut && !loaded.current) dispatchEvent(new Event("samovar:signed-out"));
      if (request === latestRequest.current) setState((old) => ({ ...old, error, loading: false }));
    }
  }, inputs);
  useEffect(() => void reload(), [reload]);
  return { ...state, reload };
}
