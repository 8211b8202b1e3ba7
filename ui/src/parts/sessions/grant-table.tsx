// What people allowed clients, as a table.
import type { Grant } from "../../api/schema";
import { PermissionList } from "../roles/permission-list";
import { type Column, Table } from "../table/table";
import { usageColumns } from "./usage-columns";

interface Props {
  grants: readonly Grant[];
  /** Shows whose they are. */
  showUser: boolean;
  onEnd: ((grant: Grant) => void) | undefined;
}

export function GrantTable({ grants, showUser: whose, onEnd }: Props) {
  return (
    <Table<Grant>
      rows={grants}
      empty="Nothing is allowed to any client."
      heading={CLIENT}
      columns={[
        ...(whose ? [USER] : []),
        SCOPE,
        ...usageColumns<Grant>("Since", (grant) => grant.last_used_at),
      ]}
      action={
        onEnd && {
          columnLabel: "End",
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

const USER: Column<Grant> = {
  label: "Of whom",
  show: ({ user }) => user.name ?? "somebody gone",
};

const SCOPE: Column<Grant> = {
  label: "It may",
  show: ({ scope }) =>
    scope.length === 0 ? (
      <span class="muted">nothing that needs a permission</span>
    ) : (
      <PermissionList of={scope} />
    ),
};
