// Text of the server in which ids are shown as the names that they have now.
import { MENTION, type NamesById } from "../../hooks/use-names";
import { Sentence } from "./sentence";

/** A bare word such as `permission_missing` is a code; anything else is a sentence. */
export function SentenceWithNames({ text, names }: { text: string; names: NamesById }) {
  if (/^[a-z_]+$/.test(text)) return <code>{text}</code>;
  return <Sentence text={text.replace(MENTION, (mention) => nameFor(mention, names))} />;
}

/** Keeps what kind of thing it is. */
function nameFor(mention: string, names: NamesById): string {
  const name = names.get(mention);
  if (name === undefined || name === mention) return mention;
  const kind = /^[a-z]+(?= \d+$)/.exec(mention)?.[0];
  return kind === undefined ? `\`${name}\`` : `${kind} \`${name}\``;
}
