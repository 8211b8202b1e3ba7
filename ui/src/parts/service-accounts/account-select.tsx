// A select box with the service accounts.
import { api, fetchAll, pageQuery } from "../../api/client";
import type { ServiceAccount } from "../../api/schema";
import { useMay } from "../../hooks/use-me";
import { type Resource, useResource } from "../../hooks/use-resource";
import type { FieldAttributes } from "../form/field";

/** All service accounts; empty if the caller may not read them. */
export function useAccounts(): Resource<ServiceAccount[]> {
  const may = useMay();
  return useResource(
    async () =>
      may("samovar.service-accounts:read")
        ? fetchAll((cursor) =>
            api.GET("/service-accounts", { params: { query: pageQuery(cursor) } }),
          )
        : [],
    [],
  );
}

interface Props {
  attributes: FieldAttributes;
  /** The selected account's id. */
  id: string;
  accounts: readonly ServiceAccount[];
  onChange: (id: string) => void;
}

export function AccountSelect({ attributes, id, accounts, onChange }: Props) {
  const known = id === "" || accounts.some((account) => account.id === id);
  return (
    <select
      {...attributes}
      required
      value={id}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {!known && <option value={id}>{id}</option>}
      {accounts.map((account) => (
        <option key={account.id} value={account.id}>
          {account.name}
        </option>
      ))}
    </select>
  );
}
