// Warns that no person administers Samovar, or that every administrator's role has an end date.
import type { Me } from "../../api/schema";
import { holds } from "../../hooks/use-me";
import { Notice } from "../feedback/notice";

export function AdministratorsBanner({ me }: { me: Me }) {
  const assigns = holds(me.permissions, "samovar.role-bindings:any");
  if (me.administrators === "none") {
    return (
      <Notice kind="bad" title="No person administers Samovar">
        {assigns ? (
          <p>
            On the page <a href="/access">Access</a>, search for a person and assign the role{" "}
            <code>administrator</code>.
          </p>
        ) : (
          <p>
            Sign in as a site administrator of Gitea and enter the code that{" "}
            <code>sudo samovar claim-code</code> prints on the server. Or run{" "}
            <code>sudo samovar break-glass set</code> on the server,{" "}
            <a href="/auth/break-glass">sign in with that password</a> and assign the role{" "}
            <code>administrator</code>.
          </p>
        )}
      </Notice>
    );
  }
  if (me.administrators === "ending" && assigns) {
    return (
      <Notice kind="warn" title="The role of every administrator has an end date">
        <p>
          On the page <a href="/access">Access</a>, assign the role <code>administrator</code> to a
          person or a team without an end date.
        </p>
      </Notice>
    );
  }
  return null;
}
