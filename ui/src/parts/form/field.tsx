// A labelled input with hint and fault, tied together for screen readers.
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { Sentence } from "../text/sentence";

/** What an input must carry to belong to its label, hint and fault. */
export interface FieldAttributes {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
}

interface Props {
  label: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  children: (attributes: FieldAttributes) => JSX.Element;
}

export function Field({ label, hint, error: fault, children }: Props) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", fault ? `${id}-fault` : ""]
    .filter(Boolean)
    .join(" ");
  const attributes: FieldAttributes = { id };
  if (described) attributes["aria-describedby"] = described;
  if (fault) attributes["aria-invalid"] = true;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(attributes)}
      {hint && (
        <div class="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {fault && (
        <div class="fault" id={`${id}-fault`}>
          <Sentence text={fault} />
        </div>
      )}
    </div>
  );
}
