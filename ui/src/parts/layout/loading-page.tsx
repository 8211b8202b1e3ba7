// The page of one object while the object is not loaded.
import type { Resource } from "../../hooks/use-resource";
import { ResourceView } from "../feedback/resource-view";
import { capitalize } from "../text/capitalize";
import { Page } from "./page";

interface Props<T> {
  what: string;
  resource: Resource<T>;
}

/** The page of one object while that is not there. */
export function LoadingPage<T>({ what, resource }: Props<T>) {
  return (
    <Page title={capitalize(what)}>
      <ResourceView what={`the ${what}`} resource={resource} />
    </Page>
  );
}
