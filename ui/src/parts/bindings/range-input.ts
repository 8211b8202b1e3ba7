// The form state for the range and the end of a role binding, and its conversion to a draft.
import type { Range, RoleBinding, RoleBindingDraft, Subject } from "../../api/schema";

/** The input of every kind is kept while the person switches between kinds. */
export interface RangeInput {
  kind: Range["kind"];
  application: string;
  organization: string;
  repositories: string;
  /** Local time, as `datetime-local` has it. */
  until: string;
}

export function inputOf(binding: RoleBinding | undefined): RangeInput {
  const range = binding?.range;
  return {
    kind: range?.kind ?? "everywhere",
    application: range?.kind === "application" ? range.id : "",
    organization: range?.kind === "repositories" ? String(range.organization) : "",
    repositories: range?.kind === "repositories" ? range.repositories : "*",
    until: binding?.until === undefined ? "" : localTime(new Date(binding.until)),
  };
}

/** The draft, or `undefined` while the input is incomplete. */
export function bindingDraft(
  role: string,
  subject: Subject,
  input: RangeInput,
): RoleBindingDraft | undefined {
  const range = rangeOf(input);
  if (range === undefined) return undefined;
  const draft = { role, subject, range };
  return input.until === "" ? draft : { ...draft, until: new Date(input.until).toISOString() };
}

function rangeOf(input: RangeInput): Range | undefined {
  switch (input.kind) {
    case "everywhere":
      return { kind: "everywhere" };
    case "application":
      return input.application === "" ? undefined : { kind: "application", id: input.application };
    case "repositories":
      return input.organization === "" || input.repositories === ""
        ? undefined
        : {
            kind: "repositories",
            organization: Number(input.organization),
            repositories: input.repositories,
          };
  }
}

function localTime(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
