// A message of the server, with the current names in place of ids.
import { MENTION, type NamesById } from "../../hooks/use-names";
import { Sentence } from "./sentence";

/** A bare word such as `permission_missing` is a code; anything else is a sentence. */
export function SentenceWithNames({ text, names }: { text: string; names: NamesById }) {
  if (/^[a-z_]+$/.test(text)) return <code>{text}</code>;
  return <Sentence text={text.replace(MENTION, (mention) => nameFor(mention, names))} />;
}

/** The name in backticks, after the kind if the id has one. */
function nameFor(mention: string, names: NamesById): string {
  const name = names.get(mention);
  if (name === undefined || name === mention) return mention;
  const kind = /^[a-z]+(?= \d+$)/.exec(mention)?.[0];
  return kind === undefined ? `\`${name}\`` : `${kind} \`${name}\``;
}
