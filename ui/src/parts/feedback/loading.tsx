// Says that something is being loaded.

/** Shown while something is read for the first time. */
export function Loading({ what }: { what: string }) {
  return (
    <p class="muted" role="status">
      Reading {what}…
    </p>
  );
}
