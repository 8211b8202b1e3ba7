// The differences between two versions of an application, for the conflict table.
import type { Difference } from "../form/conflict";
import { splitLines } from "../form/lines";
import {
  type ApplicationInput,
  type ApplicationName,
  type RouteInput,
  secretParametersOf,
  splitWords,
} from "./application-input";

/** One route as one line of text. */
export function describeRoute(input: RouteInput): string {
  const required = {
    public: "public",
    "signed-in": "sign-in",
    permissions: splitWords(input.permissions).join(" + "),
  }[input.kind];
  const methods = splitWords(input.methods.toUpperCase()).join(" ") || "any method";
  const secrets = secretParametersOf(input);
  return [
    `${methods} ${input.path}: ${required}`,
    input.repository && `repository access ${input.repository}`,
    input.encodedSlash && "encoded slashes allowed",
    input.semicolon && "semicolons allowed",
    secrets.length > 0 && `secret: ${secrets.join(" ")}`,
  ]
    .filter(Boolean)
    .join(", ");
}

export function differences(
  theirs: ApplicationInput,
  mine: ApplicationInput,
  others: readonly ApplicationName[],
): Difference[] {
  const nameOf = (id: string) => others.find((one) => one.id === id)?.name ?? id;
  const rows: [string, (input: ApplicationInput) => string][] = [
    ["Name", (input) => input.name],
    ["Hosts", (input) => splitLines(input.hosts).join("\n")],
    [
      "Routes",
      (input) => input.routes.map((route, n) => `${n + 1}. ${describeRoute(route)}`).join("\n"),
    ],
    ["Identity headers", (input) => input.identityHeaders.join(", ")],
    ["Authorization header", (input) => input.authorization],
    ["Origins", (input) => splitLines(input.origins).join("\n")],
    ["Audit", (input) => input.audit],
    [
      "Tokens",
      ({ tokens }) =>
        `${tokens.signing}, ${tokens.lifetime} s${tokens.assertion ? ", with assertion" : ""}`,
    ],
    [
      "Gitea tokens",
      ({ tokens }) =>
        [...(tokens.giteaPersonal ? ["personal"] : []), ...splitLines(tokens.giteaClients)].join(
          "\n",
        ) || "none",
    ],
    [
      "Accepted applications",
      ({ tokens }) => tokens.exchangeFrom.map(nameOf).sort().join(", ") || "none",
    ],
  ];
  return rows
    .filter(([, show]) => show(theirs) !== show(mine))
    .map(([label, show]) => ({ label, theirs: show(theirs), mine: show(mine) }));
}
