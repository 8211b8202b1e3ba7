// Data loaded from the server: the data, the error, and a way to reload.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";

/** A loaded resource. The old data stays while it is reloaded. */
export interface Resource<T> {
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  reload: () => Promise<void>;
}

/** Turns any thrown value into an `ApiError`. */
export function asApiError(thrown: unknown): ApiError {
  return thrown instanceof ApiError
    ? thrown
    : new ApiError(0, { title: "The page has failed", detail: String(thrown) });
}

/**
 * Loads at once, and again whenever one of `inputs` changes; a late response to an older request is dropped.
 * A 401 on the first load leads to the sign-in page; later it is shown as an error, so that no input is lost.
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
