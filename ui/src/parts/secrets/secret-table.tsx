// A table of secrets: hint, dates and warnings. The server does not return the secrets themselves.
import type { Secret } from "../../api/schema";
import { type Column, Table } from "../table/table";
import { Time } from "../text/time";
import { AttentionTags } from "./attention-tags";

interface Props {
  secrets: readonly Secret[];
  onDelete: ((secret: Secret) => void) | undefined;
}

export function SecretTable({ secrets, onDelete }: Props) {
  return (
    <Table<Secret>
      rows={secrets}
      empty="There are no secrets."
      heading={SECRET}
      columns={COLUMNS}
      action={
        onDelete && {
          columnLabel: "Delete",
          verb: "Delete…",
          label: (secret) => `Delete secret ${secret.hint}`,
          run: onDelete,
        }
      }
    />
  );
}

const SECRET: Column<Secret> = {
  label: "Secret",
  show: (secret) => (
    <>
      <code>{secret.hint}…</code> <AttentionTags of={secret.attention} />
    </>
  ),
};

const COLUMNS: readonly Column<Secret>[] = [
  { label: "Created", show: (secret) => <Time at={secret.created_at} /> },
  { label: "Expires", show: (secret) => <Time at={secret.expires_at} /> },
  {
    label: "Last used",
    show: ({ last_used_at: at }) => (at === undefined ? "never" : <Time at={at} />),
  },
];
