// What differs between two versions of an application, for people to compare.
import type { Difference } from "../form/conflict";
import { splitLines } from "../form/lines";
import {
  type ApplicationInput,
  type ApplicationName,
  type RouteInput,
  secretParametersOf,
  splitWords,
} from "./application-input";

/** One route in one line, as people say it. */
export function describeRoute(input: RouteInput): string {
  const asks = {
    public: "public",
    "signed-in": "signed in",
    permissions: splitWords(input.permissions).join(" + "),
  }[input.kind];
  const repository = input.repository === "" ? "" : ` and ${input.repository} in the repository`;
  const slash =
    (input.encodedSlash ? ", encoded slashes allowed" : "") +
    (input.semicolon ? ", semicolons allowed" : "");
  const names = secretParametersOf(input);
  const secret = names.length === 0 ? "" : `, secret: ${names.join(" ")}`;
  return `${splitWords(input.methods.toUpperCase()).join(" ") || "any method"} ${input.path}: ${asks}${repository}${slash}${secret}`;
}

export function differences(
  theirs: ApplicationInput,
  mine: ApplicationInput,
  others: readonly ApplicationName[],
): Difference[] {
  const named = (id: string) => others.find((one) => one.id === id)?.name ?? id;
  const rows: [string, (input: ApplicationInput) => string][] = [
    ["Name", (input) => input.name],
    ["Hosts", (input) => splitLines(input.hosts).join("\n")],
    [
      "Routes",
      (input) => input.routes.map((route, n) => `${n + 1}. ${describeRoute(route)}`).join("\n"),
    ],
    ["Identity headers", (input) => input.identityHeaders.join(", ")],
    ["Authorization", (input) => input.authorization],
    ["Origins", (input) => splitLines(input.origins).join("\n")],
    ["Audit", (input) => input.audit],
    [
      "Tokens",
      ({ tokens }) =>
        `signed by ${tokens.signing}, ${tokens.lifetime} s${tokens.assertion ? ", with assertion" : ""}`,
    ],
    [
      "Gitea's tokens",
      ({ tokens }) =>
        [...(tokens.giteaPersonal ? ["personal"] : []), ...splitLines(tokens.giteaClients)].join(
          "\n",
        ) || "none",
    ],
    ["Exchange from", ({ tokens }) => tokens.exchangeFrom.map(named).sort().join(", ") || "none"],
  ];
  return rows
    .filter(([, show]) => show(theirs) !== show(mine))
    .map(([label, show]) => ({ label, theirs: show(theirs), mine: show(mine) }));
}
