// Shows a failed call: what is wrong, with which value, and what to do.
import type { ApiError } from "../../api/client";
import { Sentence } from "../text/sentence";
import { Notice } from "./notice";

/** Titles for people, by status. */
const TITLES: Readonly<Record<number, string>> = {
  404: "Not found",
  409: "Conflicts with an existing object",
  429: "Too many requests",
  503: "Temporarily unavailable",
};

function titleOf({ status, problem }: ApiError, loading: boolean): string {
  const fields = problem.errors?.length ?? 0;
  if (status === 400 && fields > 0)
    return fields === 1 ? "1 field needs correcting" : `${fields} fields need correcting`;
  if (status === 403) return loading ? "You can't open this page" : "You can't do this";
  return TITLES[status] ?? problem.title ?? "The request failed";
}

interface Props {
  error: ApiError;
  /** Set if data could not be loaded. */
  retry?: () => void;
}

export function ErrorNotice({ error, retry }: Props) {
  if (error.signedOut) return <SessionEndedNotice />;
  const { detail, request_id: request, errors = [] } = error.problem;
  // The list repeats the detail, with the name of each field.
  const listed = errors.length > 0 && errors.every((entry) => detail?.includes(entry.detail));
  return (
    <Notice kind="bad" title={titleOf(error, retry !== undefined)}>
      {detail && !listed && (
        <p>
          <Sentence text={detail} />
        </p>
      )}
      {errors.length > 0 && (
        <ul>
          {errors.map((entry) => (
            <li key={entry.pointer + entry.detail}>
              <b>{describePointer(entry.pointer)}</b>: <Sentence text={entry.detail} />
            </li>
          ))}
        </ul>
      )}
      {request && (
        <p class="small muted">
          Request <code>{request}</code>
        </p>
      )}
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </Notice>
  );
}

function SessionEndedNotice() {
  return (
    <Notice kind="bad" title="Your session has ended">
      <p>
        Your input is kept.{" "}
        <a href="/" target="_blank" rel="noopener">
          Sign in again in a new tab
        </a>
        , then try again here.
      </p>
    </Notice>
  );
}

/** A JSON pointer as a label: `/routes/1/path` becomes "Routes 2 path". */
function describePointer(pointer: string): string {
  const parts = pointer.split("/").filter((part) => part !== "");
  const label = parts
    .map((part) =>
      /^\d+$/.test(part)
        ? String(Number(part) + 1)
        : part.replaceAll("_", " ").replace(/\buris\b/, "URIs"),
    )
    .join(" ");
  return label.charAt(0).toUpperCase() + label.slice(1);
}
