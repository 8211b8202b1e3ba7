// A list that is loaded page by page.
import type { ComponentChildren } from "preact";
import type { Pagination } from "../../hooks/use-pagination";
import { ResourceView } from "../feedback/resource-view";

interface ListProps<T> {
  /** What is listed, for the loading text. */
  what: string;
  pages: Pagination<T>;
  /** Buttons that apply to the whole list. */
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
            Load more
          </button>
        )}
        {actions}
      </div>
    </>
  );
}
