// Lists that are typed one entry a line.

/** One entry a line, as a list and back. */
export function splitLines(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
