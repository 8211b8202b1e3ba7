// A table of browser sessions.
import type { Session } from "../../api/schema";
import { type Column, Table } from "../table/table";
import { usageColumns } from "./usage-columns";

interface Props {
  sessions: readonly Session[];
  onEnd: ((session: Session) => void) | undefined;
}

/** The login of the session's owner. */
export function ownerName({ principal }: Session): string {
  return (
    principal.login ?? (principal.kind === "local-operator" ? "local operator" : "deleted user")
  );
}

export function SessionTable({ sessions, onEnd }: Props) {
  return (
    <Table<Session>
      rows={sessions}
      empty="There are no sessions."
      heading={PERSON}
      columns={[
        APPLICATION,
        ...usageColumns<Session>("Started", (session) => session.last_seen_at),
      ]}
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

const PERSON: Column<Session> = {
  label: "Person",
  show: (session) => (
    <>
      {ownerName(session)} {session.current && <span class="tag">current session</span>}{" "}
      {session.provider === undefined && <span class="tag bad">break-glass</span>}
    </>
  ),
};

const APPLICATION: Column<Session> = {
  label: "Application",
  show: ({ place }) =>
    place.kind === "samovar" ? (
      "Samovar"
    ) : (
      <>
        {place.application.name ?? "deleted application"}
        <div class="muted small">{place.host}</div>
      </>
    ),
};
