// Role bindings in words: to whom, where, until when; and addresses of the Access page.
import type { RoleBinding, Subject } from "../../api/schema";
import { Time } from "../text/time";

/** What a subject is called, with its kind where the name alone does not say it. */
export function describeSubject(subject: Subject, name: string | undefined): string {
  const called =
    name ?? (subject.kind === "service-account" ? "that is deleted" : "gone from Gitea");
  switch (subject.kind) {
    case "organization":
      return `everyone in ${called}`;
    case "organization-owners":
      return `owners of ${called}`;
    case "provider-group":
      return `group ${subject.name} of ${subject.provider} (by name)`;
    case "service-account":
      return `service account ${called}`;
    default:
      return called;
  }
}

/** Where a binding holds. */
export function describeRange(binding: Pick<RoleBinding, "range" | "range_name">): string {
  const { range, range_name: name } = binding;
  switch (range.kind) {
    case "everywhere":
      return "everywhere";
    case "application":
      return `in ${name ?? "an application that is gone"}`;
    case "repositories":
      return `in repositories ${name ?? "gone"}/${range.repositories}`;
  }
}

/** Range and end in one line. */
export function BindingRange({ binding }: { binding: RoleBinding }) {
  const over = binding.until !== undefined && new Date(binding.until) <= new Date();
  return (
    <>
      {describeRange(binding)}
      {binding.until !== undefined && (
        <>
          , {over ? "ended" : "until"} <Time at={binding.until} />
        </>
      )}
      {binding.warning !== undefined && <span class="tag warn">{binding.warning}</span>}
      {binding.subject_gone && <span class="tag bad">subject gone: gives nothing</span>}
    </>
  );
}
