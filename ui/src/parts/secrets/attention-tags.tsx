// Tags that say why a secret needs attention.
import type { SecretAttention } from "../../api/schema";

const TAGS: Readonly<Record<SecretAttention, { tag: string; kind: "warn" | "bad" }>> = {
  "expires-soon": { tag: "expires soon", kind: "warn" },
  expired: { tag: "expired", kind: "bad" },
  "never-used": { tag: "never used", kind: "warn" },
};

export function AttentionTags({ of }: { of: readonly SecretAttention[] }) {
  return (
    <>
      {of.map((one) => (
        <span key={one}>
          <span class={`tag ${TAGS[one].kind}`}>{TAGS[one].tag}</span>{" "}
        </span>
      ))}
    </>
  );
}
