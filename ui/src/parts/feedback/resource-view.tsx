// What is read from the server: said while it comes, what went wrong, and then what there is.
import type { ComponentChildren } from "preact";
import type { Resource } from "../../hooks/use-resource";
import { ErrorNotice } from "./error-notice";
import { Loading } from "./loading";

interface Props<T> {
  what: string;
  resource: Pick<Resource<T>, "data" | "error" | "loading" | "reload">;
  children?: (data: T) => ComponentChildren;
}

/** In a page; a failure leaves what was read before in sight. */
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
