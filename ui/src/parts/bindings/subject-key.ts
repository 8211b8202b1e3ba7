// How the address of the Access page names a subject.
import type { Subject } from "../../api/schema";
import { urlWithQuery } from "../../router";

/** `kind:id`, as the Access page's address has it. */
export function subjectKey(subject: Subject): string {
  return subject.kind === "provider-group"
    ? `provider-group:${subject.provider}/${subject.name}`
    : `${subject.kind}:${subject.id}`;
}

/** The Access page with this subject chosen. */
export function accessUrl(subject: Subject): string {
  return urlWithQuery("/access", { subject: subjectKey(subject) });
}
