// History routing: the current path and query, and navigation between pages without a reload of the document.
import { useEffect, useState } from "preact/hooks";

/** The current path and query of the browser. */
export interface PageLocation {
  path: string;
  query: URLSearchParams;
  /** Counts navigations: a page that is opened again starts anew, one that only updates its own query does not. */
  visit: number;
}

let guard: (() => boolean) | undefined;

/** Sets the check that runs before the page is left; `undefined` removes it. */
export function setLeaveGuard(mayLeave: (() => boolean) | undefined): void {
  guard = mayLeave;
}

let visits = 0;

function currentLocation(): PageLocation {
  return { path: location.pathname, query: new URLSearchParams(location.search), visit: visits };
}

/** Goes to a path of the UI; `replace` adds no history entry. */
export function navigate(url: string, replace = false): void {
  if (!replace && guard !== undefined && !guard()) return;
  if (!replace) {
    guard = undefined;
    visits += 1;
  }
  history[replace ? "replaceState" : "pushState"](null, "", url);
  dispatchEvent(new Event("samovar:navigated"));
}

/** A path with a query; empty values are left out. */
export function urlWithQuery(path: string, query: Record<string, string | undefined>): string {
  const present = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  const text = new URLSearchParams(present).toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Follows the browser's location and handles plain clicks on links to pages. */
export function usePageLocation(isPage: (path: string) => boolean): PageLocation {
  const [current, setCurrent] = useState(currentLocation);
  useEffect(() => {
    const moved = () => setCurrent(currentLocation());
    const popped = () => {
      visits += 1;
      moved();
    };
    const clicked = (event: MouseEvent) => {
      const link = clickedLink(event);
      if (link === undefined || !isPage(link.pathname)) return;
      event.preventDefault();
      navigate(link.pathname + link.search);
    };
    addEventListener("popstate", popped);
    addEventListener("samovar:navigated", moved);
    document.addEventListener("click", clicked);
    return () => {
      removeEventListener("popstate", popped);
      removeEventListener("samovar:navigated", moved);
      document.removeEventListener("click", clicked);
    };
  }, [isPage]);
  return current;
}

function clickedLink(event: MouseEvent): HTMLAnchorElement | undefined {
  const plain =
    event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const internal =
    link !== null &&
    link.origin === location.origin &&
    link.target === "" &&
    !link.hasAttribute("download") &&
    link.hash === "";
  return plain && internal && !event.defaultPrevented ? link : undefined;
}
