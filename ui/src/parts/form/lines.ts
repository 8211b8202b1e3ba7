// Lists that are typed one entry per line.

/** Splits at line breaks and commas. */
export function splitLines(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
