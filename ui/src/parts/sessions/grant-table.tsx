// What people allowed clients, as a table.
import type { Grant } from "../../api/schema";
import { Permissions } from "../roles/permission-list";
import { type Column, Table } from "../table/table";
import { traces } from "./usage-columns";

interface Props {
  grants: readonly Grant[];
  /** Shows whose they are. */
  whose: boolean;
  onEnd: ((grant: Grant) => void) | undefined;
}

export function GrantTable({ grants, whose, onEnd }: Props) {
  return (
    <Table<Grant>
      rows={grants}
      none="Nothing is allowed to any client."
      heading={CLIENT}
      columns={[
        ...(whose ? [OF_WHOM] : []),
        MAY,
        ...traces<Grant>("Since", (grant) => grant.last_used_at),
      ]}
      action={
        onEnd && {
          head: "End",
          verb: "End…",
          label: (grant) => `End ${grant.client.name ?? "it"}`,
          run: onEnd,
        }
      }
    />
  );
}

const CLIENT: Column<Grant> = {
  label: "Client",
  show: ({ client, application }) => (
    <>
      {client.name ?? "a client that is gone"}
      <div class="muted small">
        {application === undefined
          ? "for every application"
          : `for ${application.name ?? "an application that is gone"}`}
      </div>
    </>
  ),
};

const OF_WHOM: Column<Grant> = {
  label: "Of whom",
  show: ({ user }) => user.name ?? "somebody gone",
};

const MAY: Column<Grant> = {
  label: "It may",
  show: ({ scope }) =>
    scope.length === 0 ? (
      <span class="muted">nothing that needs a permission</span>
    ) : (
      <Permissions of={scope} />
    ),
};
