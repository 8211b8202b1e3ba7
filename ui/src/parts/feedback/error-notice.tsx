// A failed call: what is wrong, where, and what to do next.
import type { ApiError } from "../../api/client";
import { Sentence } from "../text/sentence";
import { Notice } from "./notice";

/** What a status means to the person at the page. */
const TITLES: Readonly<Record<number, string>> = {
  403: "You may not do that",
  404: "Not found",
  409: "Conflicts with an existing object",
  429: "Too many requests",
  503: "That cannot be done now",
};

function titleOf({ status, problem }: ApiError): string {
  const count = problem.errors?.length ?? 0;
  if (status === 400 && count > 0)
    return count === 1 ? "1 field needs correcting" : `${count} fields need correcting`;
  return TITLES[status] ?? problem.title ?? "That did not work";
}

/** A failure with what to do next. */
export function ErrorNotice({ error, retry }: { error: ApiError; retry?: () => void }) {
  if (error.signedOut) return <SessionEndedNotice />;
  const { detail, request_id: request, errors = [] } = error.problem;
  // The list says the same again, with the places.
  const listed = errors.length > 0 && errors.every((fault) => detail?.includes(fault.detail));
  return (
    <Notice kind="bad" title={titleOf(error)}>
      {detail && !listed && (
        <p>
          <Sentence text={detail} />
        </p>
      )}
      {errors.length > 0 && (
        <ul>
          {errors.map((fault) => (
            <li key={fault.pointer + fault.detail}>
              <b>{describePointer(fault.pointer)}</b>: <Sentence text={fault.detail} />
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
        What you typed is still here.{" "}
        <a href="/" target="_blank" rel="noopener">
          Sign in again in a new tab
        </a>
        , then come back and try once more.
      </p>
    </Notice>
  );
}

/** A JSON pointer as people say it: `/routes/1/path` is "Routes 2 path". */
function describePointer(pointer: string): string {
  const parts = pointer.split("/").filter((part) => part !== "");
  const words = parts
    .map((part) =>
      /^\d+$/.test(part)
        ? String(Number(part) + 1)
        : part.replaceAll("_", " ").replace(/\buris\b/, "URIs"),
    )
    .join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
