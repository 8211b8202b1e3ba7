// Sessions as a table.
import type { Session } from "../../api/schema";
import { type Column, Table } from "../table/table";
import { traces } from "./usage-columns";

interface Props {
  sessions: readonly Session[];
  onEnd: ((session: Session) => void) | undefined;
}

/** Whose a session is. */
export function personOf({ principal }: Session): string {
  return (
    principal.login ?? (principal.kind === "local-operator" ? "local operator" : "somebody gone")
  );
}

export function SessionTable({ sessions, onEnd }: Props) {
  return (
    <Table<Session>
      rows={sessions}
      none="No session."
      heading={WHO}
      columns={[WHERE, ...traces<Session>("Started", (session) => session.last_seen_at)]}
      action={
        onEnd && {
          head: "End",
          verb: "End…",
          label: (session) => `End session of ${personOf(session)}`,
          run: onEnd,
        }
      }
    />
  );
}

const WHO: Column<Session> = {
  label: "Who",
  show: (session) => (
    <>
      {personOf(session)} {session.current && <span class="tag">this one</span>}{" "}
      {session.provider === undefined && <span class="tag bad">break-glass</span>}
    </>
  ),
};

const WHERE: Column<Session> = {
  label: "Where",
  show: ({ place }) =>
    place.kind === "samovar" ? (
      "Samovar"
    ) : (
      <>
        {place.application.name ?? "an application that is gone"}
        <div class="muted small">{place.host}</div>
      </>
    ),
};
