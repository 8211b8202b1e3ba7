// Addresses of the UI: which page a path names, and moving between pages without loading the document again.
import { useEffect, useState } from "preact/hooks";

/** Where the browser is. */
export interface PageLocation {
  path: string;
  query: URLSearchParams;
  /** Counts arrivals: a page that is gone to again starts anew, one that only notes its state in its address does not. */
  visit: number;
}

let guard: (() => boolean) | undefined;

/** Asks this before the page is left; `undefined` asks nothing. */
export function setLeaveGuard(mayLeave: (() => boolean) | undefined): void {
  guard = mayLeave;
}

let visits = 0;

function currentLocation(): PageLocation {
  return { path: location.pathname, query: new URLSearchParams(location.search), visit: visits };
}

/** Goes to an address of the UI; `replace` leaves no step for the back button. */
export function navigate(address: string, replace = false): void {
  if (!replace && guard !== undefined && !guard()) return;
  if (!replace) {
    guard = undefined;
    visits += 1;
  }
  history[replace ? "replaceState" : "pushState"](null, "", address);
  dispatchEvent(new Event("samovar:moved"));
}

/** The address of a path with a query; empty values are left out. */
export function urlWithQuery(path: string, query: Record<string, string | undefined>): string {
  const present = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  const text = new URLSearchParams(present).toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Follows the browser's place and takes over plain clicks on links to pages. */
export function usePageLocation(isPage: (path: string) => boolean): PageLocation {
  const [place, setPlace] = useState(currentLocation);
  useEffect(() => {
    const moved = () => setPlace(currentLocation());
    const stepped = () => {
      visits += 1;
      moved();
    };
    const clicked = (event: MouseEvent) => {
      const link = clickedLink(event);
      if (link === undefined || !isPage(link.pathname)) return;
      event.preventDefault();
      navigate(link.pathname + link.search);
    };
    addEventListener("popstate", stepped);
    addEventListener("samovar:moved", moved);
    document.addEventListener("click", clicked);
    return () => {
      removeEventListener("popstate", stepped);
      removeEventListener("samovar:moved", moved);
      document.removeEventListener("click", clicked);
    };
  }, [isPage]);
  return place;
}

function clickedLink(event: MouseEvent): HTMLAnchorElement | undefined {
  const plain =
    event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const ours =
    link !== null &&
    link.origin === location.origin &&
    link.target === "" &&
    !link.hasAttribute("download") &&
    link.hash === "";
  return plain && ours && !event.defaultPrevented ? link : undefined;
}
