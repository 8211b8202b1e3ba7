// An action that a person starts. It runs once at a time and keeps its error for the page to show.
import { useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { asApiError } from "./use-resource";

/** An action and its state. */
export interface Action {
  running: boolean;
  error: ApiError | undefined;
  /** Resolves to true on success. */
  run: (work: () => Promise<void>) => Promise<boolean>;
  clear: () => void;
}

/** An error with status 401 does not lead to the sign-in page, so that no input is lost. */
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
