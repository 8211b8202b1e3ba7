// A box with a message. Its text repeats what its colour means.
import type { ComponentChildren } from "preact";

type Kind = "info" | "good" | "warn" | "bad";

export function Notice({
  kind,
  title,
  children,
}: {
  kind: Kind;
  title?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <div class={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      {title && <strong>{title}</strong>}
      {children}
    </div>
  );
}
