// A list that is read page by page, with the button for more.
import type { ComponentChildren } from "preact";
import type { Pages } from "../../hooks/use-pages";
import { Read } from "../feedback/resource-view";

interface ListProps<T> {
  what: string;
  pages: Pages<T>;
  /** What can be done with all of them. */
  actions: ComponentChildren;
  children: (items: T[]) => ComponentChildren;
}

export function PagedList<T>({ what, pages, actions, children }: ListProps<T>) {
  return (
    <>
      <Read what={what} resource={{ ...pages, data: pages.items }}>
        {children}
      </Read>
      <div class="actions">
        {pages.more && (
          <button type="button" disabled={pages.loading} onClick={() => void pages.readMore()}>
            Show more
          </button>
        )}
        {actions}
      </div>
    </>
  );
}
