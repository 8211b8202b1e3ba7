// Something that the person starts: runs once at a time, keeps its failure for the page to show.
import { useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { asApiError } from "./use-resource";

/** An action and how it stands. */
export interface Action {
  running: boolean;
  error: ApiError | undefined;
  /** Resolves to true when it was done. */
  run: (work: () => Promise<void>) => Promise<boolean>;
  clear: () => void;
}

/** A failure with 401 stays on the page, so that nothing typed is lost. */
export function useAction(): Action {
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<ApiError>();
  const busy = useRef(false);
  const run = async (work: () => Promise<void>): Promise<boolean> => {
    if (busy.current) return false;
    busy.current = true;
    setRunning(true);
    setError(undefined);
    try {
      await work();
      return true;
    } catch (thrown) {
      setError(asApiError(thrown));
      return false;
    } finally {
      busy.current = false;
      setRunning(false);
    }
  };
  return { running, error, run, clear: () => setError(undefined) };
}
