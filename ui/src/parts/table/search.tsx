// Filters a long list by text.
import type { JSX } from "preact";
import { useState } from "preact/hooks";

/** A list with more rows than this gets a search input. */
const MAX_ROWS_WITHOUT_SEARCH = 15;

/** The rows that match the search text, and the search input. */
export function useSearch<T>(
  what: string,
  all: readonly T[],
  textOf: (one: T) => string,
): { shown: readonly T[]; input: JSX.Element | undefined } {
  const [text, setText] = useState("");
  if (all.length <= MAX_ROWS_WITHOUT_SEARCH) return { shown: all, input: undefined };
  const query = text.trim().toLowerCase();
  const shown = all.filter((one) => textOf(one).toLowerCase().includes(query));
  const input = (
    <div class="search">
      <input
        type="search"
        aria-label={`Search ${what}`}
        placeholder={`Search ${all.length} ${what}`}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {shown.length === 0 && <p class="muted">No {what} match.</p>}
    </div>
  );
  return { shown, input };
}
