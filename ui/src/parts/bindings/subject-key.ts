// The URL of the Access page for a subject.
import type { Subject } from "../../api/schema";
import { urlWithQuery } from "../../router";

/** `kind:id`, as in the query of the Access page. */
export function subjectKey(subject: Subject): string {
  return subject.kind === "provider-group"
    ? `provider-group:${subject.provider}/${subject.name}`
    : `${subject.kind}:${subject.id}`;
}

/** The Access page with this subject selected. */
export function accessUrl(subject: Subject): string {
  return urlWithQuery("/access", { subject: subjectKey(subject) });
}
