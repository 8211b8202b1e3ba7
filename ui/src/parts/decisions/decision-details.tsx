// A decision with its reasons, in the order of evaluation.
import type { Decision, Reason, Role } from "../../api/schema";
import { holds } from "../../hooks/use-me";
import { describeSubject } from "../bindings/describe";
import { accessUrl } from "../bindings/subject-key";
import { Sentence } from "../text/sentence";
import { Time } from "../text/time";

interface Props {
  decision: Decision;
  /** The roles that the caller may read; those that contain a missing permission are named. */
  roles: readonly Role[];
}

export function DecisionDetails({ decision, roles }: Props) {
  const allowed = decision.verdict === "allow";
  return (
    <section class={`decision ${allowed ? "good" : "bad"}`} aria-label="Decision">
      <h2>
        <span aria-hidden="true">{allowed ? "✓" : "✕"}</span> {allowed ? "Allowed" : "Denied"}{" "}
        {decision.code && <code>{decision.code}</code>}
      </h2>
      {decision.route && (
        <p>
          Route {decision.route.place} of{" "}
          {decision.application ? (
            <a href={`/applications/${decision.application.id}`}>{decision.application.name}</a>
          ) : (
            "the application"
          )}
          :{" "}
          <code>
            {decision.route.methods === "*" ? "any method" : decision.route.methods}{" "}
            {decision.route.path}
          </code>
        </p>
      )}
      <ol class="reasons">
        {decision.reasons.filter(isListed).map((reason, n) => (
          <li key={n} class={effectOf(reason)}>
            <ReasonText reason={reason} roles={roles} />
          </li>
        ))}
      </ol>
      <p class="small muted">
        {decision.freshness && (
          <>
            Membership data as of <Time at={decision.freshness} />.{" "}
          </>
        )}
        Policy version {decision.policy_version}, directory version {decision.directory_version}.
      </p>
    </section>
  );
}

/** Whether a reason supports the request, opposes it, or neither. */
function effectOf({ kind }: Reason): "for" | "against" | "neither" {
  switch (kind) {
    case "public":
    case "signed-in":
    case "granted":
      return "for";
    case "route":
    case "repository":
      return "neither";
    default:
      return "against";
  }
}

/** The route has its own line above the reasons. */
function isListed({ kind }: Reason): boolean {
  return kind !== "route";
}

function ReasonText({ reason, roles }: { reason: Reason; roles: readonly Role[] }) {
  const { kind, permission, role, subject } = reason;
  if (kind === "granted" && permission !== undefined && role && subject) {
    return (
      <>
        <code>{permission}</code> is granted: the role{" "}
        <a href={`/roles/${role.id}`}>{role.name ?? "(deleted)"}</a> is assigned to{" "}
        <a href={accessUrl(subject)}>{describeSubject(subject, reason.subject_name)}</a>.
      </>
    );
  }
  const suitable =
    kind === "missing" && permission !== undefined
      ? roles.filter((one) => holds(one.permissions, permission))
      : [];
  return (
    <>
      <Sentence text={reason.text} />
      {suitable.length > 0 && (
        <>
          {" "}
          Roles with this permission:{" "}
          {suitable.map((one, n) => (
            <span key={one.id}>
              {n > 0 && ", "}
              <a href={`/roles/${one.id}`}>{one.name}</a>
            </span>
          ))}
          .
        </>
      )}
    </>
  );
}
