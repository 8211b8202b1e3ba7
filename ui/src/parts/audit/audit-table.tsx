// Audit events as a table; the details of an event are folded.
import type { AuditEvent } from "../../api/schema";
import { type NamesById, useNames } from "../../hooks/use-names";
import { count } from "../text/count";
import { SentenceWithNames } from "../text/sentence-with-names";
import { Time } from "../text/time";

interface Props {
  events: readonly AuditEvent[];
}

/** Kinds of objects without a name. */
const UNNAMED_KINDS = ["token", "grant", "session", "signing-key"];

export function AuditTable({ events }: Props) {
  const names = useNames(
    events.flatMap((event) => [
      UNNAMED_KINDS.includes(event.object.kind) ? "" : event.object.id,
      ...event.reasons.filter((reason) => !reason.startsWith("secret ")),
    ]),
  );
  if (events.length === 0) return <p class="muted">No events match the filters.</p>;
  return (
    <table class="stack audit">
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Actor</th>
          <th scope="col">Action</th>
          <th scope="col">Outcome and reasons</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr key={event.sequence}>
            <td data-label="Time">
              <Time at={event.at} />
            </td>
            <td data-label="Actor">
              {describeActor(event)}
              <div class="muted small">{event.address}</div>
            </td>
            <td data-label="Action">
              <code>{event.action}</code>
              <div class="small">
                {event.application !== undefined && (
                  <a href={`/applications/${event.application.id}`}>
                    {event.application.name ?? "deleted application"}
                  </a>
                )}{" "}
                <EventObject event={event} names={names} />
              </div>
            </td>
            <td data-label="Outcome">
              <span class={`outcome ${event.outcome}`}>{event.outcome}</span>
              {event.repeats && (
                <span class="small">
                  {" "}
                  {count(event.repeats.count, "repeat")} since <Time at={event.repeats.since} />
                </span>
              )}
              <EventDetails event={event} names={names} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function describeActor({ actor }: AuditEvent): string {
  switch (actor.kind) {
    case "user":
    case "service-account":
      return actor.login ?? actor.id ?? actor.kind;
    case "local-operator":
      return "local operator";
    case "system":
      return `Samovar (${actor.job ?? "job"})`;
    case "anonymous":
      return "anonymous";
  }
}

interface EventProps {
  event: AuditEvent;
  names: NamesById;
}

function EventObject({ event, names }: EventProps) {
  const { kind, id } = event.object;
  if (id === "") return null;
  return (
    <span class="muted">
      {kind === "route" ? "" : `${kind} `}
      <code title={id}>{names.get(id) ?? id}</code>
    </span>
  );
}

function EventDetails({ event, names }: EventProps) {
  return (
    <>
      <ul class="plain small">
        {event.reasons.map((reason) => (
          <li key={reason}>
            <SentenceWithNames text={reason} names={names} />
          </li>
        ))}
      </ul>
      <details class="small">
        <summary>Event {event.sequence}</summary>
        <dl class="facts">
          <dt>Request</dt>
          <dd>{event.request ? <code>{event.request}</code> : "none"}</dd>
          <dt>User agent</dt>
          <dd>{event.user_agent || "unknown"}</dd>
          <dt>Versions</dt>
          <dd>
            policy {event.policy_version}, directory {event.directory_version}
          </dd>
        </dl>
      </details>
    </>
  );
}
