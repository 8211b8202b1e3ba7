// Shows a resource: a loading text, the error, or the data.
import type { ComponentChildren } from "preact";
import type { Resource } from "../../hooks/use-resource";
import { ErrorNotice } from "./error-notice";
import { Loading } from "./loading";

interface Props<T> {
  /** What is loaded, for the loading text. */
  what: string;
  resource: Pick<Resource<T>, "data" | "error" | "loading" | "reload">;
  children?: (data: T) => ComponentChildren;
}

/** After an error the data that was loaded before stays visible. */
export function ResourceView<T>({ what, resource, children }: Props<T>) {
  const { data, error, loading, reload } = resource;
  return (
    <>
      {error && <ErrorNotice error={error} retry={() => void reload()} />}
      {data === undefined && loading && !error && <Loading what={what} />}
      {data !== undefined && children?.(data)}
    </>
  );
}
