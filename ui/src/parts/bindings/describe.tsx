// Describes role bindings as text: subject, range and end.
import type { RoleBinding, Subject } from "../../api/schema";
import { Time } from "../text/time";

const KINDS: Readonly<Record<Subject["kind"], string>> = {
  organization: "organization",
  "organization-owners": "organization",
  team: "team",
  "provider-group": "group",
  user: "user",
  "service-account": "service account",
};

/** The subject's name, with its kind where the name alone is ambiguous. */
export function describeSubject(subject: Subject, name: string | undefined): string {
  if (subject.kind === "provider-group")
    return `group ${subject.name} of ${subject.provider} (by name)`;
  if (name === undefined) return `deleted ${KINDS[subject.kind]}`;
  switch (subject.kind) {
    case "organization":
      return `all members of ${name}`;
    case "organization-owners":
      return `owners of ${name}`;
    case "service-account":
      return `service account ${name}`;
    default:
      return name;
  }
}

/** The range of a role binding. */
export function describeRange(binding: Pick<RoleBinding, "range" | "range_name">): string {
  const { range, range_name: name } = binding;
  switch (range.kind) {
    case "everywhere":
      return "everywhere";
    case "application":
      return `in ${name ?? "a deleted application"}`;
    case "repositories":
      return `in repositories ${name ?? "(deleted organization)"}/${range.repositories}`;
  }
}

/** The range, the end and the warnings of a role binding. */
export function BindingRange({ binding }: { binding: RoleBinding }) {
  const ended = binding.until !== undefined && new Date(binding.until) <= new Date();
  return (
    <>
      {describeRange(binding)}
      {binding.until !== undefined && (
        <>
          , {ended ? "ended" : "until"} <Time at={binding.until} />
        </>
      )}
      {binding.warning !== undefined && <span class="tag warn">{binding.warning}</span>}
      {binding.subject_gone && <span class="tag bad">subject deleted: no effect</span>}
    </>
  );
}
