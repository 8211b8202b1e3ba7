// Looks up names for ids. The audit log stores ids, because names are personal data and can change.
import { useContext, useEffect, useState } from "preact/hooks";
import { api, fetchAll, pageQuery, unwrap } from "../api/client";
import type { User } from "../api/schema";
import { holds, MeContext } from "./use-me";

/** The current name of an id, or of a phrase such as `team 7`. */
export type NamesById = ReadonlyMap<string, string>;

/** Matches Samovar's ids (UUIDs), and Gitea's ids with their kind. */
export const MENTION = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?:team|organization) \d+/g;

/** Limits the requests of one page; each person is looked up by one request. */
const MAX_USER_LOOKUPS = 60;

/** The login, after the provider's id unless the provider is Gitea. */
export function qualifiedLogin({ login, provider }: Pick<User, "login" | "provider">): string {
  return provider === undefined ? login : `${provider}:${login}`;
}

/** Looks up the ids in the texts that the caller may read. Empty until the names are loaded. */
export function useNames(texts: readonly string[]): NamesById {
  const permissions = useContext(MeContext)?.permissions ?? [];
  const [names, setNames] = useState<NamesById>(new Map());
  const mentioned = [...new Set(texts.flatMap((text) => text.match(MENTION) ?? []))];
  const unknown = mentioned.filter((mention) => !names.has(mention));
  useEffect(() => {
    if (unknown.length === 0) return;
    const may = (permission: string) => holds(permissions, permission);
    void lookUp(unknown, may).then((found) => setNames((old) => new Map([...old, ...found])));
  }, [unknown.join()]);
  return names;
}

async function lookUp(
  mentions: readonly string[],
  may: (permission: string) => boolean,
): Promise<NamesById> {
  const lists = await Promise.all([
    may("samovar.roles:read")
      ? namePairs(
          fetchAll((cursor) => api.GET("/roles", { params: { query: pageQuery(cursor) } })),
          (one) => [one.id, one.name],
        )
      : [],
    may("samovar.applications:read")
      ? namePairs(
          fetchAll((cursor) => api.GET("/applications", { params: { query: pageQuery(cursor) } })),
          (one) => [one.id, one.name],
        )
      : [],
    may("samovar.role-bindings:read")
      ? namePairs(
          fetchAll((cursor) => api.GET("/role-bindings", { params: { query: pageQuery(cursor) } })),
          (one) => [
            one.id,
            `${one.role.name ?? "deleted role"} of ${one.subject_name ?? "a deleted subject"}`,
          ],
        )
      : [],
    may("samovar.service-accounts:read")
      ? namePairs(
          fetchAll((cursor) =>
            api.GET("/service-accounts", { params: { query: pageQuery(cursor) } }),
          ),
          (one) => [one.id, one.name],
        )
      : [],
    may("samovar.clients:read")
      ? namePairs(
          fetchAll((cursor) => api.GET("/clients", { params: { query: pageQuery(cursor) } })),
          (one) => [one.id, one.name],
        )
      : [],
    may("samovar.directory:read")
      ? namePairs(
          fetchAll((cursor) => api.GET("/teams", { params: { query: pageQuery(cursor) } })),
          (one) => [`team ${one.id}`, `${one.organization.name}/${one.name}`],
        )
      : [],
    may("samovar.directory:read")
      ? namePairs(
          fetchAll((cursor) => api.GET("/organizations", { params: { query: pageQuery(cursor) } })),
          (one) => [`organization ${one.id}`, one.name],
        )
      : [],
  ]);
  const known = new Map(lists.flat());
  const rest = mentions
    .filter((mention) => !known.has(mention) && !mention.includes(" "))
    .slice(0, MAX_USER_LOOKUPS);
  const people = may("samovar.directory:read") ? await Promise.all(rest.map(userNamePair)) : [];
  return new Map([
    ...mentions.map((mention): [string, string] => [mention, known.get(mention) ?? mention]),
    ...people.flat(),
  ]);
}

async function namePairs<T>(
  list: Promise<T[]>,
  pair: (one: T) => [string, string],
): Promise<[string, string][]> {
  return (await list.catch(() => [])).map(pair);
}

async function userNamePair(id: string): Promise<[string, string][]> {
  const user = await unwrap(api.GET("/users/{id}", { params: { path: { id } } })).catch(
    () => undefined,
  );
  return user === undefined ? [] : [[id, qualifiedLogin(user)]];
}
