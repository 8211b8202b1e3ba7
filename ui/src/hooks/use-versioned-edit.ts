// Edits one versioned object with `If-Match`; after a conflict (412) the input and the stored object are both kept.
import { useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { useAction } from "./use-action";
import { asApiError } from "./use-resource";

interface Versioned {
  version: number;
}

/** An edit and its state. */
export interface VersionedEdit<T> {
  running: boolean;
  error: ApiError | undefined;
  /** The stored object, after a conflict. */
  current: T | undefined;
  /** Resolves to the stored object, or to `undefined` on failure. */
  save: () => Promise<T | undefined>;
  /** Takes this object as the base of the next save. */
  startFrom: (object: T) => void;
}

/** `put` saves over a version; `get` reads the stored object after a conflict. */
export function useVersionedEdit<T extends Versioned>(
  read: T,
  put: (version: number) => Promise<T>,
  get: () => Promise<T>,
): VersionedEdit<T> {
  const [version, setVersion] = useState(read.version);
  const [current, setCurrent] = useState<T>();
  const action = useAction();
  const save = async () => {
    let stored: T | undefined;
    await action.run(async () => {
      try {
        stored = await put(version);
        startFrom(stored);
      } catch (thrown) {
        if (!asApiError(thrown).stale) throw thrown;
        const latest = await get();
        setCurrent(latest);
        setVersion(latest.version);
      }
    });
    return stored;
  };
  const startFrom = (object: T) => {
    setVersion(object.version);
    setCurrent(undefined);
  };
  return { running: action.running, error: action.error, current, save, startFrom };
}
