// A decision with its reasons, in the order in which the policy looked.
import type { Decision, Reason } from "../api/schema";
import { accessAddress } from "./binding-words";
import { Sentence } from "./notice";
import { Time } from "./time";

export function DecisionBox({ decision }: { decision: Decision }) {
  const allowed = decision.verdict === "allow";
  return (
    <section class={`decision ${allowed ? "good" : "bad"}`} aria-label="Decision">
      <h2>
        <span aria-hidden="true">{allowed ? "✓" : "✕"}</span> {allowed ? "Allowed" : "Denied"} {decision.code && <code>{decision.code}</code>}
      </h2>
      {decision.route && (
        <p>
          Route {decision.route.place} of{" "}
          {decision.application ? <a href={`/applications/${decision.application.id}`}>{decision.application.name}</a> : "the application"}:{" "}
          <code>
            {decision.route.methods === "*" ? "any method" : decision.route.methods} {decision.route.path}
          </code>
        </p>
      )}
      <ol class="reasons">
        {decision.reasons.map((reason, n) => (
          <li key={n} class={weight(reason)}>
            <ReasonLine reason={reason} />
          </li>
        ))}
      </ol>
      <p class="small muted">
        {decision.freshness && (
          <>
            Memberships as of <Time at={decision.freshness} />.{" "}
          </>
        )}
        Policy version {decision.policy_version}, directory version {decision.directory_version}.
      </p>
    </section>
  );
}

/** Whether a reason speaks for the request, against it, or neither. */
function weight({ kind }: Reason): "for" | "against" | "neither" {
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

function ReasonLine({ reason }: { reason: Reason }) {
  return (
    <>
      <Sentence text={reason.text} />
      {reason.subject && (
        <>
          {" "}
          <a href={accessAddress(reason.subject)} class="small">
            {reason.subject_name ?? "Who has it"}
          </a>
        </>
      )}
      {reason.role && (
        <>
          {" "}
          <a href={`/roles/${reason.role.id}`} class="small">
            Role {reason.role.name}
          </a>
        </>
      )}
    </>
  );
}
