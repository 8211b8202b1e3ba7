// A select box with the hosts of all applications.
import type { Application } from "../../api/schema";

interface Props {
  attributes: object;
  host: string;
  applications: readonly Application[];
  onChange: (host: string) => void;
}

export function HostSelect({ attributes, host, applications, onChange }: Props) {
  const known = applications.some((application) => application.hosts.includes(host));
  return (
    <select
      {...attributes}
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
