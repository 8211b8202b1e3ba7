// Text with a button that copies it.
import { useState } from "preact/hooks";
import { announce } from "../../hooks/announce";

interface Props {
  text: string;
  label: string;
}

/** A block of text. */
export function CopyBlock({ text, label }: Props) {
  return (
    <div class="copy">
      <CopyButton text={text} label={label} />
      <pre tabIndex={0} aria-label={label}>
        <code>{text}</code>
      </pre>
    </div>
  );
}

/** One line, such as an id. */
export function CopyLine({ text, label }: Props) {
  return (
    <span class="copy-line">
      <code>{text}</code> <CopyButton text={text} label={label} name={`Copy ${label}`} />
    </span>
  );
}

function CopyButton({ text, label, name }: Props & { name?: string }) {
  const [state, setState] = useState("Copy");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState("Copied");
      announce(`${label} copied`);
    } catch {
      setState("Select the text to copy it");
    }
  };
  return (
    <button
      type="button"
      aria-label={state === "Copy" ? name : undefined}
      onClick={() => void copy()}
    >
      {state}
    </button>
  );
}
