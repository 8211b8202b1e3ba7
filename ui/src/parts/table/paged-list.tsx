// A list that is read page by page, with the button for more.
import type { ComponentChildren } from "preact";
import type { Pagination } from "../../hooks/use-pagination";
import { ResourceView } from "../feedback/resource-view";

interface ListProps<T> {
  what: string;
  pages: Pagination<T>;
  /** What can be done with all of them. */
  actions: ComponentChildren;
  children: (items: T[]) => ComponentChildren;
}

export function PagedList<T>({ what, pages, actions, children }: ListProps<T>) {
  return (
    <>
      <ResourceView what={what} resource={{ ...pages, data: pages.items }}>
        {children}
      </ResourceView>
      <div class="actions">
        {pages.hasMore && (
          <button type="button" disabled={pages.loading} onClick={() => void pages.loadMore()}>
            Show more
          </button>
        )}
        {actions}
      </div>
    </>
  );
}
