// Table columns for sessions and grants: start, last use, expiry and client.
import type { Column } from "../table/table";
import { Time } from "../text/time";

interface Usage {
  created_at: string;
  ends_at: string;
  address?: string | undefined;
  user_agent: string;
}

/** `startLabel` is the label of the first column. */
export function usageColumns<T extends Usage>(
  startLabel: string,
  lastUse: (row: T) => string,
): Column<T>[] {
  return [
    { label: startLabel, show: (row) => <Time at={row.created_at} /> },
    { label: "Last used", show: (row) => <Time at={lastUse(row)} /> },
    { label: "Expires", show: (row) => <Time at={row.ends_at} /> },
    {
      label: "Address",
      show: (row) => (
        <>
          {row.address ?? "unknown"}
          <div class="muted small" title={row.user_agent}>
            {describeUserAgent(row.user_agent)}
          </div>
        </>
      ),
    },
  ];
}

/** The name and version of a browser, or the first characters of another user agent. */
function describeUserAgent(agent: string): string {
  const found = /(Firefox|Edg|OPR|Chrome|HeadlessChrome|Safari)\/(\d+)/.exec(agent);
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera", HeadlessChrome: "Chrome" };
  return found?.[1] === undefined
    ? agent.slice(0, 40)
    : `${names[found[1]] ?? found[1]} ${found[2]}`;
}
