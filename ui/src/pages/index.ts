// The table of pages and their paths. A new page needs a file in this folder and a line in `PAGES`.
import type { ComponentType } from "preact";
import { Access } from "./access";
import { Application } from "./application";
import { Applications } from "./applications";
import { Audit } from "./audit";
import { Client } from "./client";
import { Explain } from "./explain";
import { Gitea } from "./gitea";
import { Overview } from "./overview";
import { Providers } from "./providers";
import { Reference } from "./reference";
import { Role } from "./role";
import { Roles } from "./roles";
import { ServiceAccount } from "./service-account";
import { ServiceAccounts } from "./service-accounts";
import { Sessions } from "./sessions";
import { SigningKeys } from "./signing-keys";
import { Tokens } from "./tokens";

/** The properties of every page: the last segment of the path if the path ends with `:id`, and the query. */
export interface PageProps {
  id: string;
  query: URLSearchParams;
}

export interface PageEntry {
  /** `:id` matches one segment. */
  path: string;
  /** The label in the navigation. A page below a listed page shares its label. */
  nav?: string;
  /** The menu that contains the link: `System`, or the caller's own menu. */
  menu?: "System" | "me";
  /** The path of the listed page that it belongs to, if the page's own path does not start with it. */
  below?: string;
  /** Needed to see the link. Access to the data is decided by the server alone. */
  permission?: string;
  /** Shown without sign-in. */
  open?: boolean;
  view: ComponentType<PageProps>;
}

export const PAGES: readonly PageEntry[] = [
  { path: "/", view: Overview },
  { path: "/access", nav: "Access", permission: "samovar.role-bindings:read", view: Access },
  { path: "/roles", nav: "Roles", permission: "samovar.roles:read", view: Roles },
  { path: "/roles/:id", view: Role },
  {
    path: "/applications",
    nav: "Applications",
    permission: "samovar.applications:read",
    view: Applications,
  },
  { path: "/applications/:id", view: Application },
  { path: "/clients/:id", below: "/applications", view: Client },
  {
    path: "/service-accounts",
    nav: "Service accounts",
    permission: "samovar.service-accounts:read",
    view: ServiceAccounts,
  },
  { path: "/service-accounts/:id", view: ServiceAccount },
  { path: "/explain", nav: "Access check", permission: "samovar.decisions:explain", view: Explain },
  { path: "/audit", nav: "Audit", permission: "samovar.audit-events:read", view: Audit },
  { path: "/gitea", nav: "Gitea", menu: "System", permission: "samovar.mirror:read", view: Gitea },
  {
    path: "/providers",
    nav: "Providers",
    menu: "System",
    permission: "samovar.providers:read",
    view: Providers,
  },
  {
    path: "/signing-keys",
    nav: "Signing keys",
    menu: "System",
    permission: "samovar.signing-keys:read",
    view: SigningKeys,
  },
  { path: "/sessions", nav: "Sessions", menu: "me", view: Sessions },
  { path: "/tokens", nav: "Tokens and devices", menu: "me", view: Tokens },
  { path: "/api/docs", open: true, view: Reference },
];

/** Finds the page at a path, and the id in the path. */
export function pageAt(path: string): { page: PageEntry; id: string } | undefined {
  const segments = path.split("/");
  for (const page of PAGES) {
    const pattern = page.path.split("/");
    const matches =
      pattern.length === segments.length &&
      pattern.every(
        (segment, n) => segment === segments[n] || (segment === ":id" && segments[n] !== ""),
      );
    if (matches)
      return { page: navOf(page), id: page.path.endsWith(":id") ? (segments.at(-1) ?? "") : "" };
  }
  return undefined;
}

function navOf(page: PageEntry): PageEntry {
  const above = PAGES.find(
    (other) =>
      other.nav !== undefined &&
      (page.below === other.path || page.path.startsWith(`${other.path}/`)),
  );
  return above?.nav === undefined ? page : { ...page, nav: above.nav };
}
