// The form state of a service account, and its conversion from and to the API's types.
import type { Owner, ServiceAccount, ServiceAccountDraft, Trust } from "../../api/schema";
import { findTeam } from "../directory/team-input";
import { findUser } from "../directory/user-input";
import type { Difference } from "../form/conflict";
import { splitLines } from "../form/lines";

/** The form state of the owner. `id` is set once the name matches exactly one person or team. */
export interface OwnerInput {
  kind: Owner["kind"];
  name: string;
  id: string;
}

/** The form state of one trust in tokens of an external issuer. `key` identifies the row. */
export interface TrustInput {
  key: number;
  issuer: string;
  audience: string;
  /** One `name = value` per line. */
  claims: string;
}

/** The form state of a service account. */
export interface ServiceAccountInput {
  name: string;
  description: string;
  owner: OwnerInput;
  enabled: boolean;
  trusts: TrustInput[];
}

let keys = 0;

/** A new row of the trusts editor. */
export function newTrust(part: Partial<TrustInput> = {}): TrustInput {
  return { key: ++keys, issuer: "", audience: "", claims: "", ...part };
}

export const EMPTY: ServiceAccountInput = {
  name: "",
  description: "",
  owner: { kind: "team", name: "", id: "" },
  enabled: true,
  trusts: [],
};

export function inputOf(account: ServiceAccount): ServiceAccountInput {
  const { owner } = account;
  return {
    name: account.name,
    description: account.description,
    owner: { kind: owner.kind, name: account.owner_name ?? "", id: String(owner.id) },
    enabled: account.enabled,
    trusts: account.trusts.map((trust) =>
      newTrust({
        issuer: trust.issuer,
        audience: trust.audience,
        claims: trust.claims.map((claim) => `${claim.name} = ${claim.value}`).join("\n"),
      }),
    ),
  };
}

/** The draft; looks the owner up if its id is not known yet. */
export async function draftOf(input: ServiceAccountInput): Promise<ServiceAccountDraft> {
  return {
    name: input.name.trim(),
    description: input.description.trim(),
    owner: await ownerOf(input.owner),
    enabled: input.enabled,
    trusts: input.trusts.map(trustOf),
  };
}

async function ownerOf({ kind, name, id }: OwnerInput): Promise<Owner> {
  if (kind === "team") return { kind, id: id === "" ? (await findTeam(name)).id : Number(id) };
  return { kind, id: id === "" ? (await findUser(name)).id : id };
}

function trustOf(input: TrustInput): Trust {
  const claims = splitLines(input.claims).map((line) => {
    const [name = "", ...rest] = line.split("=");
    return { name: name.trim(), value: rest.join("=").trim() };
  });
  return { issuer: input.issuer.trim(), audience: input.audience.trim(), claims };
}

/** The same text for the same content. */
export function asText(input: ServiceAccountInput): string {
  return JSON.stringify({
    ...input,
    owner: [input.owner.kind, input.owner.name.toLowerCase()],
    trusts: input.trusts.map(trustOf),
  });
}

export function differences(theirs: ServiceAccountInput, mine: ServiceAccountInput): Difference[] {
  const rows: [string, (input: ServiceAccountInput) => string][] = [
    ["Name", (input) => input.name],
    ["Description", (input) => input.description],
    ["Owner", (input) => input.owner.name || "deleted"],
    ["Enabled", (input) => (input.enabled ? "yes" : "no")],
    [
      "Trusted tokens",
      (input) =>
        input.trusts
          .map(
            (trust) =>
              `${trust.issuer} for ${trust.audience}\n${splitLines(trust.claims).join("\n")}`,
          )
          .join("\n\n"),
    ],
  ];
  return rows
    .filter(([, show]) => show(theirs) !== show(mine))
    .map(([label, show]) => ({ label, theirs: show(theirs), mine: show(mine) }));
}
