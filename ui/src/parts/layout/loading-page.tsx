// The page of one object while the object is loading or cannot be loaded.
import type { Resource } from "../../hooks/use-resource";
import { ResourceView } from "../feedback/resource-view";
import { capitalize } from "../text/capitalize";
import { Page } from "./page";

interface Props<T> {
  noun: string;
  resource: Resource<T>;
}

export function LoadingPage<T>({ noun, resource }: Props<T>) {
  return (
    <Page title={capitalize(noun)}>
      <ResourceView what={`the ${noun}`} resource={resource} />
    </Page>
  );
}
