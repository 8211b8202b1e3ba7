// A labelled input with hint and fault, tied together for screen readers.
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { Sentence } from "../text/sentence";

/** What an input must carry to belong to its label, hint and fault. */
export interface Ties {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
}

interface Props {
  label: string;
  hint?: ComponentChildren;
  fault?: string | undefined;
  children: (ties: Ties) => JSX.Element;
}

export function Field({ label, hint, fault, children }: Props) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", fault ? `${id}-fault` : ""]
    .filter(Boolean)
    .join(" ");
  const ties: Ties = { id };
  if (described) ties["aria-describedby"] = described;
  if (fault) ties["aria-invalid"] = true;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(ties)}
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
