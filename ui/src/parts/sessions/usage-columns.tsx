// When something that belongs to somebody began, was used and ends, and from where it was used: the columns of a table.
import type { Column } from "../table/table";
import { Time } from "../text/time";

interface Usage {
  created_at: string;
  ends_at: string;
  address?: string | undefined;
  user_agent: string;
}

/** `began` is the word for its beginning. */
export function usageColumns<T extends Usage>(
  began: string,
  lastUse: (row: T) => string,
): Column<T>[] {
  return [
    { label: began, show: (row) => <Time at={row.created_at} /> },
    { label: "Last used", show: (row) => <Time at={lastUse(row)} /> },
    { label: "Ends", show: (row) => <Time at={row.ends_at} /> },
    {
      label: "From",
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

/** A browser's short name; of anything else the first words. */
function describeUserAgent(agent: string): string {
  const found = /(Firefox|Edg|OPR|Chrome|HeadlessChrome|Safari)\/(\d+)/.exec(agent);
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera", HeadlessChrome: "Chrome" };
  return found?.[1] === undefined
    ? agent.slice(0, 40)
    : `${names[found[1]] ?? found[1]} ${found[2]}`;
}
