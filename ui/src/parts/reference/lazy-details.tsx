// A `details` element that renders its content when it is opened.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

interface Props {
  class?: string;
  summary: ComponentChildren;
  children: () => ComponentChildren;
}

export function LazyDetails({ summary, children, ...rest }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details {...rest} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {open && children()}
    </details>
  );
}
