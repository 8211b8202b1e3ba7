// Text to be pasted elsewhere, with a button that copies it.
import { useState } from "preact/hooks";
import { announce } from "../hooks/announce";

export function CopyText({ text, label }: { text: string; label: string }) {
  const [state, setState] = useState("Copy");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState("Copied");
      announce(`${label} copied`);
    } catch {
      setState("Select and copy by hand");
    }
  };
  return (
    <div class="copy">
      <button type="button" onClick={() => void copy()}>
        {state}
      </button>
      <pre tabIndex={0} aria-label={label}>
        <code>{text}</code>
      </pre>
    </div>
  );
}
