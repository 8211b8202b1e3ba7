// The signed-in principal, for every page.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Me } from "../api/schema";

/** Undefined until the app has loaded the signed-in principal. */
export const MeContext = createContext<Me | undefined>(undefined);

/** Returns a function that tells whether the caller holds one of Samovar's own permissions. */
export function useMay(): (permission: string) => boolean {
  const me = useContext(MeContext);
  return (permission) => me !== undefined && holds(me.permissions, permission);
}

/** Whether a list of permissions, which may contain `resource:*`, includes this permission. */
export function holds(held: readonly string[], permission: string): boolean {
  const any = permission.replace(/:[^:]*$/, ":*");
  return held.includes(permission) || held.includes(any);
}
