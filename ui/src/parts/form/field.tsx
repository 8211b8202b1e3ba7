// A labelled input with a hint and an error, connected for screen readers.
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { Sentence } from "../text/sentence";

/** Attributes that connect an input with its label, hint and error. */
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

export function Field({ label, hint, error, children }: Props) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""]
    .filter(Boolean)
    .join(" ");
  const attributes: FieldAttributes = { id };
  if (described) attributes["aria-describedby"] = described;
  if (error) attributes["aria-invalid"] = true;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(attributes)}
      {hint && (
        <div class="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {error && (
        <div class="field-error" id={`${id}-error`}>
          <Sentence text={error} />
        </div>
      )}
    </div>
  );
}
