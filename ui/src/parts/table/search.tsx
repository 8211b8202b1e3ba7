// Finds some of many rows by a part of their names; nothing to be seen while they are few.
import type { JSX } from "preact";
import { useState } from "preact/hooks";

/** More than this are worth searching. */
const MAX_ROWS_WITHOUT_SEARCH = 15;

/** Those whose text has what is typed in it, and the input to type it into. */
export function useSearch<T>(
  what: string,
  all: readonly T[],
  textOf: (one: T) => string,
): { shown: readonly T[]; input: JSX.Element | undefined } {
  const [text, setText] = useState("");
  if (all.length <= MAX_ROWS_WITHOUT_SEARCH) return { shown: all, input: undefined };
  const wanted = text.trim().toLowerCase();
  const shown = all.filter((one) => textOf(one).toLowerCase().includes(wanted));
  const input = (
    <div class="search">
      <input
        type="search"
        aria-label={`Search ${what}`}
        placeholder={`Search ${all.length} ${what}`}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {shown.length === 0 && <p class="muted">None of these {what} has that in its name.</p>}
    </div>
  );
  return { shown, input };
}
