// Sessions as a table.
import type { Session } from "../../api/schema";
import { type Column, Table } from "../table/table";
import { usageColumns } from "./usage-columns";

interface Props {
  sessions: readonly Session[];
  onEnd: ((session: Session) => void) | undefined;
}

/** Whose a session is. */
export function ownerName({ principal }: Session): string {
  return (
    principal.login ?? (principal.kind === "local-operator" ? "local operator" : "somebody gone")
  );
}

export function SessionTable({ sessions, onEnd }: Props) {
  return (
    <Table<Session>
      rows={sessions}
      empty="No session."
      heading={WHO}
      columns={[WHERE, ...usageColumns<Session>("Started", (session) => session.last_seen_at)]}
      action={
        onEnd && {
          columnLabel: "End",
          verb: "End…",
          label: (session) => `End session of ${ownerName(session)}`,
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
      {ownerName(session)} {session.current && <span class="tag">this one</span>}{" "}
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
