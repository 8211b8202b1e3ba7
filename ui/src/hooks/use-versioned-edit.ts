// Editing one versioned object: saves from the version that was read, and when somebody else was faster, keeps both.
import { useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { useAction } from "./use-action";
import { asApiError } from "./use-resource";

interface Versioned {
  version: number;
}

/** How an edit stands. */
export interface VersionedEdit<T> {
  running: boolean;
  error: ApiError | undefined;
  /** What there is now, when somebody else changed it. */
  current: T | undefined;
  /** Saves; resolves to what is stored, or nothing when it failed. */
  save: () => Promise<T | undefined>;
  /** From now on edits start from this. */
  startFrom: (object: T) => void;
}

/** `put` writes from a version, `get` reads what there is. */
export function useVersionedEdit<T extends Versioned>(
  read: T,
  put: (version: number) => Promise<T>,
  get: () => Promise<T>,
): VersionedEdit<T> {
  const [version, setVersion] = useState(read.version);
  const [current, setPresent] = useState<T>();
  const action = useAction();
  const save = async () => {
    let stored: T | undefined;
    await action.run(async () => {
      try {
        stored = await put(version);
        startFrom(stored);
      } catch (thrown) {
        if (!asApiError(thrown).stale) throw thrown;
        const now = await get();
        setPresent(now);
        setVersion(now.version);
      }
    });
    return stored;
  };
  const startFrom = (object: T) => {
    setVersion(object.version);
    setPresent(undefined);
  };
  return { running: action.running, error: action.error, current: current, save, startFrom };
}
