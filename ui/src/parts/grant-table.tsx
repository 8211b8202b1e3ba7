// What people allowed clients, as a table.
import type { Grant } from "../api/schema";
import { agentWords } from "./agent";
import { Permissions } from "./permissions";
import { Time } from "./time";

interface Props {
  grants: readonly Grant[];
  /** Shows whose they are. */
  whose: boolean;
  onEnd: ((grant: Grant) => void) | undefined;
}

export function GrantTable({ grants, whose, onEnd }: Props) {
  if (grants.length === 0) return <p class="muted">Nothing is allowed to any client.</p>;
  return (
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Client</th>
          {whose && <th scope="col">Of whom</th>}
          <th scope="col">It may</th>
          <th scope="col">Since</th>
          <th scope="col">Last used</th>
          <th scope="col">Ends</th>
          <th scope="col">From</th>
          {onEnd && (
            <th scope="col">
              <span class="hidden">End</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {grants.map((grant) => (
          <tr key={grant.id}>
            <th scope="row">
              {grant.client.name ?? "a client that is gone"}
              <div class="muted small">{grant.application === undefined ? "for every application" : `for ${grant.application.name ?? "an application that is gone"}`}</div>
            </th>
            {whose && <td data-label="Of whom">{grant.user.name ?? "somebody gone"}</td>}
            <td data-label="It may">{grant.scope.length === 0 ? <span class="muted">nothing that needs a permission</span> : <Permissions of={grant.scope} />}</td>
            <td data-label="Since">
              <Time at={grant.created_at} />
            </td>
            <td data-label="Last used">
              <Time at={grant.last_used_at} />
            </td>
            <td data-label="Ends">
              <Time at={grant.ends_at} />
            </td>
            <td data-label="From">
              {grant.address ?? "unknown"}
              <div class="muted small" title={grant.user_agent}>
                {agentWords(grant.user_agent)}
              </div>
            </td>
            {onEnd && (
              <td>
                <button type="button" class="link" aria-label={`End ${grant.client.name ?? "it"}`} onClick={() => onEnd(grant)}>
                  End…
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
