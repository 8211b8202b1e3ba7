// A message of the server as a sentence.

/** Messages of the server start in lower case, have no final period and put names in backticks. */
export function Sentence({ text }: { text: string }) {
  const full = /[.!?:]$/.test(text) ? text : `${text}.`;
  const parts = (full.charAt(0).toUpperCase() + full.slice(1)).split("`");
  return <>{parts.map((part, n) => (n % 2 === 1 ? <code key={n}>{part}</code> : part))}</>;
}
