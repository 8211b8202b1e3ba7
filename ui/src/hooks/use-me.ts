// Who is signed in, for every page.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Me } from "../api/schema";

/** Set by the app once somebody is signed in. */
export const MeContext = createContext<Me | undefined>(undefined);

/** Asks whether the person holds one of Samovar's own permissions. */
export function useMay(): (permission: string) => boolean {
  const me = useContext(MeContext);
  return (permission) => me !== undefined && holds(me.permissions, permission);
}

/** Whether these permissions, `resource:*` among them, hold this one. */
export function holds(held: readonly string[], permission: string): boolean {
  const any = permission.replace(/:[^:]*$/, ":*");
  return held.includes(permission) || held.includes(any);
}
