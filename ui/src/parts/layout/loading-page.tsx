// The page of one object while the object is not loaded.
import type { Resource } from "../../hooks/use-resource";
import { Read } from "../feedback/resource-view";
import { capital } from "../text/capitalize";
import { Page } from "./page";

interface Props<T> {
  what: string;
  resource: Resource<T>;
}

/** The page of one object while that is not there. */
export function Unread<T>({ what, resource }: Props<T>) {
  return (
    <Page title={capital(what)}>
      <Read what={`the ${what}`} resource={resource} />
    </Page>
  );
}
