// Sessions as a table.
import type { Session } from "../api/schema";
import { agentWords } from "./agent";
import { Time } from "./time";

interface Props {
  sessions: readonly Session[];
  onEnd: ((session: Session) => void) | undefined;
}

export function SessionTable({ sessions, onEnd }: Props) {
  if (sessions.length === 0) return <p class="muted">No session.</p>;
  return (
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Who</th>
          <th scope="col">Where</th>
          <th scope="col">Started</th>
          <th scope="col">Last used</th>
          <th scope="col">Ends</th>
          <th scope="col">From</th>
          {onEnd && (
            <th scope="col">
              <span class="hidden">End</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <tr key={session.id}>
            <th scope="row">
              {session.principal.login ?? session.principal.kind} {session.current && <span class="tag">this one</span>} {session.provider === undefined && <span class="tag bad">break-glass</span>}
            </th>
            <td data-label="Where">
              {session.place.kind === "samovar" ? (
                "Samovar"
              ) : (
                <>
                  {session.place.application.name ?? "an application that is gone"}
                  <div class="muted small">{session.place.host}</div>
                </>
              )}
            </td>
            <td data-label="Started">
              <Time at={session.created_at} />
            </td>
            <td data-label="Last used">
              <Time at={session.last_seen_at} />
            </td>
            <td data-label="Ends">
              <Time at={session.ends_at} />
            </td>
            <td data-label="From">
              {session.address}
              <div class="muted small" title={session.user_agent}>
                {agentWords(session.user_agent)}
              </div>
            </td>
            {onEnd && (
              <td>
                <button type="button" class="link" aria-label={`End session of ${session.principal.login ?? session.principal.kind}`} onClick={() => onEnd(session)}>
                  End…
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
