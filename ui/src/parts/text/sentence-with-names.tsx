// Text of the server in which ids are shown as the names that they have now.
import { MENTION, type Names } from "../../hooks/use-names";
import { Sentence } from "./sentence";

/** A bare word such as `permission_missing` is a code; anything else is a sentence. */
export function NamedSentence({ text, names }: { text: string; names: Names }) {
  if (/^[a-z_]+$/.test(text)) return <code>{text}</code>;
  return <Sentence text={text.replace(MENTION, (mention) => phrase(mention, names))} />;
}

/** Keeps what kind of thing it is. */
function phrase(mention: string, names: Names): string {
  const name = names.get(mention);
  if (name === undefined || name === mention) return mention;
  const kind = /^[a-z]+(?= \d+$)/.exec(mention)?.[0];
  return kind === undefined ? `\`${name}\`` : `${kind} \`${name}\``;
}
