// The data of the Access page, and the subject that the URL selects.
import { api, fetchAll, pageQuery } from "../../api/client";
import type {
  Application,
  Organization,
  Role,
  RoleBinding,
  ServiceAccount,
  Subject,
  Team,
} from "../../api/schema";
import { subjectKey } from "./subject-key";

/** All data of the page, except people, who are found by search. */
export interface AccessData {
  organizations: Organization[];
  teams: Team[];
  roles: Role[];
  bindings: RoleBinding[];
  applications: Application[];
  /** Empty if the caller may not read them. */
  accounts: ServiceAccount[];
}

/** A subject and its name. */
export interface NamedSubject {
  subject: Subject;
  /** `acme/Deployers` for a team, the plain name for other subjects. */
  name: string;
}

export async function fetchAccessData(may: (permission: string) => boolean): Promise<AccessData> {
  const [organizations, teams, roles, bindings, applications, accounts] = await Promise.all([
    fetchAll((cursor) => api.GET("/organizations", { params: { query: pageQuery(cursor) } })),
    fetchAll((cursor) => api.GET("/teams", { params: { query: pageQuery(cursor) } })),
    fetchAll((cursor) => api.GET("/roles", { params: { query: pageQuery(cursor) } })),
    fetchAll((cursor) => api.GET("/role-bindings", { params: { query: pageQuery(cursor) } })),
    fetchAll((cursor) => api.GET("/applications", { params: { query: pageQuery(cursor) } })),
    may("samovar.service-accounts:read")
      ? fetchAll((cursor) => api.GET("/service-accounts", { params: { query: pageQuery(cursor) } }))
      : [],
  ]);
  return { organizations, teams, roles, bindings, applications, accounts };
}

/** Finds the subject with this key; `undefined` if it does not exist. */
export function findSubject(
  key: string | null,
  access: AccessData | undefined,
): NamedSubject | undefined {
  if (key === null || access === undefined) return undefined;
  const [kind, id = ""] = key.split(":", 2);
  const bound = access.bindings.find((binding) => subjectKey(binding.subject) === key);
  switch (kind) {
    case "organization":
    case "organization-owners": {
      const organization = access.organizations.find((one) => String(one.id) === id);
      return organization && { subject: { kind, id: organization.id }, name: organization.name };
    }
    case "team": {
      const team = access.teams.find((one) => String(one.id) === id);
      return (
        team && { subject: { kind, id: team.id }, name: `${team.organization.name}/${team.name}` }
      );
    }
    case "service-account": {
      const account = access.accounts.find((one) => one.id === id);
      return account
        ? { subject: { kind, id }, name: account.name }
        : bound && { subject: bound.subject, name: bound.subject_name ?? "" };
    }
    case "user":
      return { subject: { kind, id }, name: bound?.subject_name ?? "" };
    case "provider-group": {
      const [provider = "", ...name] = key.slice("provider-group:".length).split("/");
      return { subject: { kind, provider, name: name.join("/") }, name: name.join("/") };
    }
    default:
      return bound && { subject: bound.subject, name: bound.subject_name ?? "" };
  }
}
