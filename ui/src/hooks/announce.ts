// Announces events to screen readers through one live region.

/** Puts a sentence into the live region of the frame. */
export function announce(text: string): void {
  dispatchEvent(new CustomEvent("samovar:announce", { detail: text }));
}
