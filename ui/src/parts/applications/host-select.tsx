// One host of one of the applications.
import type { Application } from "../../api/schema";

interface Props {
  ties: object;
  host: string;
  applications: readonly Application[];
  onChange: (host: string) => void;
}

export function HostSelect({ ties, host, applications, onChange }: Props) {
  const known = applications.some((application) => application.hosts.includes(host));
  return (
    <select
      {...ties}
      required
      value={host}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {!known && <option value={host}>{host}</option>}
      {applications.flatMap((application) =>
        application.hosts.map((one) => (
          <option key={one} value={one}>
            {application.name} ({one})
          </option>
        )),
      )}
    </select>
  );
}
