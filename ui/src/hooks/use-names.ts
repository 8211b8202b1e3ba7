// Names for ids. The audit log keeps ids, because names are personal or change; people read names.
import { useContext, useEffect, useState } from "preact/hooks";
import { api, everything, page, take } from "../api/client";
import type { User } from "../api/schema";
import { holds, MeContext } from "./use-me";

/** The present name of what an id or a phrase such as `team 7` stands for. */
export type Names = ReadonlyMap<string, string>;

/** Ids of ours, and Gitea's with their kind. */
export const MENTION = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?:team|organization) \d+/g;

/** At most so many people are looked up for one page. */
const PEOPLE = 60;

/** What people of all providers are called: a login alone is always Gitea's. */
export function calledOf({ login, provider }: Pick<User, "login" | "provider">): string {
  return provider === undefined ? login : `${provider}:${login}`;
}

/** Looks up what the texts mention, as far as the person may see it. Empty until it is known. */
export function useNames(texts: readonly string[]): Names {
  const permissions = useContext(MeContext)?.permissions ?? [];
  const [names, setNames] = useState<Names>(new Map());
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
): Promise<Names> {
  const lists = await Promise.all([
    may("samovar.roles:read")
      ? pairs(
          everything((cursor) => api.GET("/roles", { params: { query: page(cursor) } })),
          (one) => [one.id, one.name],
        )
      : [],
    may("samovar.applications:read")
      ? pairs(
          everything((cursor) => api.GET("/applications", { params: { query: page(cursor) } })),
          (one) => [one.id, one.name],
        )
      : [],
    may("samovar.role-bindings:read")
      ? pairs(
          everything((cursor) => api.GET("/role-bindings", { params: { query: page(cursor) } })),
          (one) => [
            one.id,
            `${one.role.name ?? "a role"} of ${one.subject_name ?? "somebody gone"}`,
          ],
        )
      : [],
    may("samovar.service-accounts:read")
      ? pairs(
          everything((cursor) => api.GET("/service-accounts", { params: { query: page(cursor) } })),
          (one) => [one.id, one.name],
        )
      : [],
    may("samovar.clients:read")
      ? pairs(
          everything((cursor) => api.GET("/clients", { params: { query: page(cursor) } })),
          (one) => [one.id, one.name],
        )
      : [],
    may("samovar.directory:read")
      ? pairs(
          everything((cursor) => api.GET("/teams", { params: { query: page(cursor) } })),
          (one) => [`team ${one.id}`, `${one.organization.name}/${one.name}`],
        )
      : [],
    may("samovar.directory:read")
      ? pairs(
          everything((cursor) => api.GET("/organizations", { params: { query: page(cursor) } })),
          (one) => [`organization ${one.id}`, one.name],
        )
      : [],
  ]);
  const known = new Map(lists.flat());
  const rest = mentions
    .filter((mention) => !known.has(mention) && !mention.includes(" "))
    .slice(0, PEOPLE);
  const people = may("samovar.directory:read") ? await Promise.all(rest.map(person)) : [];
  return new Map([
    ...mentions.map((mention): [string, string] => [mention, known.get(mention) ?? mention]),
    ...people.flat(),
  ]);
}

async function pairs<T>(
  list: Promise<T[]>,
  pair: (one: T) => [string, string],
): Promise<[string, string][]> {
  return (await list.catch(() => [])).map(pair);
}

async function person(id: string): Promise<[string, string][]> {
  const user = await take(api.GET("/users/{id}", { params: { path: { id } } })).catch(
    () => undefined,
  );
  return user === undefined ? [] : [[id, calledOf(user)]];
}
