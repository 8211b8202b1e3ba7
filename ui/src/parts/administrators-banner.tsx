// Says that no person administers Samovar, or none without an end, and what to do about it.
import type { Me } from "../api/schema";
import { holds } from "../hooks/use-me";
import { Notice } from "./notice";

export function AdministratorsBanner({ me }: { me: Me }) {
  const assigns = holds(me.permissions, "samovar.role-bindings:any");
  if (me.administrators === "none") {
    return (
      <Notice kind="bad" title="No administrator is left">
        <p>
          {assigns ? (
            <>
              Assign <code>administrator</code> to a person on the page <a href="/roles">Roles</a>.
            </>
          ) : (
            <>
              On the server, run <code>sudo samovar claim-code</code>; then a site administrator of Gitea signs in here and enters the code. Or set a password with <code>sudo samovar break-glass set</code>, sign in with it and assign the role <code>administrator</code>.
            </>
          )}
        </p>
      </Notice>
    );
  }
  if (me.administrators === "ending" && assigns) {
    return (
      <Notice kind="warn" title="Every administrator loses the role on a date">
        <p>
          Assign <code>administrator</code> to a person or a team without an end on the page <a href="/roles">Roles</a>.
        </p>
      </Notice>
    );
  }
  return null;
}
