// Tells people who do not see the page what just happened, through one live region.

/** Says a sentence in the live region of the frame. */
export function announce(text: string): void {
  dispatchEvent(new CustomEvent("samovar:announce", { detail: text }));
}
