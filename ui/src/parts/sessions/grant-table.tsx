// A table of grants: the consent that people gave to OAuth clients.
import type { Grant } from "../../api/schema";
import { PermissionList } from "../roles/permission-list";
import { type Column, Table } from "../table/table";
import { usageColumns } from "./usage-columns";

interface Props {
  grants: readonly Grant[];
  /** Shows the person who gave the grant. */
  showUser: boolean;
  onRevoke: ((grant: Grant) => void) | undefined;
}

export function GrantTable({ grants, showUser, onRevoke }: Props) {
  return (
    <Table<Grant>
      rows={grants}
      empty="There are no grants."
      heading={CLIENT}
      columns={[
        ...(showUser ? [USER] : []),
        SCOPE,
        ...usageColumns<Grant>("Granted", (grant) => grant.last_used_at),
      ]}
      action={
        onRevoke && {
          columnLabel: "Revoke",
          verb: "Revoke…",
          label: (grant) => `Revoke ${grant.client.name ?? "the grant"}`,
          run: onRevoke,
        }
      }
    />
  );
}

const CLIENT: Column<Grant> = {
  label: "Client",
  show: ({ client, application }) => (
    <>
      {client.name ?? "deleted client"}
      <div class="muted small">
        {application === undefined
          ? "for all applications"
          : `for ${application.name ?? "a deleted application"}`}
      </div>
    </>
  ),
};

const USER: Column<Grant> = {
  label: "Person",
  show: ({ user }) => user.name ?? "deleted user",
};

const SCOPE: Column<Grant> = {
  label: "Scope",
  show: ({ scope }) =>
    scope.length === 0 ? <span class="muted">no permissions</span> : <PermissionList of={scope} />,
};
