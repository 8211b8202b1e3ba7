// What is typed about an application, apart from the draft that is sent.
import type {
  Application,
  ApplicationDraft,
  AuditMode,
  AuthorizationOwner,
  IdentityHeader,
  Method,
  RepositoryLevel,
  Requirement,
  Route,
  RouteDraft,
  SigningAlgorithm,
} from "../../api/schema";
import { splitLines } from "../form/lines";

/** One route as typed. `key` tells rows apart while they move. */
export interface RouteInput {
  key: number;
  methods: string;
  path: string;
  kind: Requirement["kind"];
  permissions: string;
  repository: RepositoryLevel | "";
  encodedSlash: boolean;
  semicolon: boolean;
  /** Names of the parameters whose values are secret. */
  secretParameters: string[];
}

/** What its tokens are like, as typed. */
export interface TokenInput {
  signing: SigningAlgorithm;
  lifetime: string;
  /** Are personal tokens of Gitea's taken? */
  giteaPersonal: boolean;
  /** Client ids of Gitea's OAuth applications, a line each. */
  giteaClients: string;
  exchangeFrom: string[];
  assertion: boolean;
}

/** Something with its name. */
export interface ApplicationName {
  id: string;
  name: string;
}

/** An application as typed. */
export interface ApplicationInput {
  name: string;
  hosts: string;
  routes: RouteInput[];
  identityHeaders: IdentityHeader[];
  authorization: AuthorizationOwner;
  origins: string;
  audit: AuditMode;
  tokens: TokenInput;
}

export const IDENTITY_HEADERS: readonly IdentityHeader[] = [
  "Remote-User",
  "Remote-User-Id",
  "Remote-Name",
  "Remote-Email",
  "Remote-Groups",
  "Remote-Roles",
];

let keys = 0;

/** A new row of the routes editor. */
export function newRoute(part: Partial<RouteInput> = {}): RouteInput {
  return {
    key: ++keys,
    methods: "",
    path: "/",
    kind: "permissions",
    permissions: "",
    repository: "",
    encodedSlash: false,
    semicolon: false,
    secretParameters: [],
    ...part,
  };
}

const DEFAULT_TOKENS: TokenInput = {
  signing: "EdDSA",
  lifetime: "300",
  giteaPersonal: false,
  giteaClients: "",
  exchangeFrom: [],
  assertion: false,
};

/** Where a new application starts: one route that asks everybody to be signed in. */
export const EMPTY: ApplicationInput = {
  name: "",
  hosts: "",
  routes: [newRoute({ path: "/**", kind: "signed-in" })],
  identityHeaders: [...IDENTITY_HEADERS],
  authorization: "samovar",
  origins: "",
  audit: "first-in-window",
  tokens: DEFAULT_TOKENS,
};

export function inputOf(application: Application): ApplicationInput {
  return {
    name: application.name,
    hosts: application.hosts.join("\n"),
    routes: application.routes.map(routeInput),
    identityHeaders: application.identity_headers,
    authorization: application.authorization,
    origins: application.origins.join("\n"),
    audit: application.audit,
    tokens: tokenInput(application),
  };
}

function tokenInput({ tokens }: Application): TokenInput {
  return {
    signing: tokens.signing ?? DEFAULT_TOKENS.signing,
    lifetime: String(tokens.lifetime ?? DEFAULT_TOKENS.lifetime),
    giteaPersonal: tokens.gitea_tokens?.personal ?? DEFAULT_TOKENS.giteaPersonal,
    giteaClients: tokens.gitea_tokens?.oauth_clients?.join("\n") ?? DEFAULT_TOKENS.giteaClients,
    exchangeFrom: tokens.exchange_from ?? DEFAULT_TOKENS.exchangeFrom,
    assertion: tokens.assertion ?? DEFAULT_TOKENS.assertion,
  };
}

function routeInput(route: Route): RouteInput {
  const { requirement } = route;
  return newRoute({
    methods: route.methods.join(", "),
    path: route.path,
    kind: requirement.kind,
    permissions: requirement.kind === "permissions" ? requirement.permissions.join(", ") : "",
    repository: route.repository ?? "",
    encodedSlash: route.encoded_slash,
    semicolon: route.semicolon,
    secretParameters: route.secret_parameters,
  });
}

export function draftOf(input: ApplicationInput): ApplicationDraft {
  return {
    name: input.name.trim(),
    hosts: splitLines(input.hosts),
    routes: input.routes.map(routeOf),
    identity_headers: input.identityHeaders,
    authorization: input.authorization,
    origins: splitLines(input.origins),
    audit: input.audit,
    tokens: {
      signing: input.tokens.signing,
      lifetime: Number(input.tokens.lifetime),
      gitea_tokens: {
        personal: input.tokens.giteaPersonal,
        oauth_clients: splitLines(input.tokens.giteaClients),
      },
      exchange_from: [...input.tokens.exchangeFrom].sort(),
      assertion: input.tokens.assertion,
    },
  };
}

function routeOf(input: RouteInput): RouteDraft {
  const requirement: Requirement =
    input.kind === "permissions"
      ? { kind: "permissions", permissions: splitWords(input.permissions) }
      : { kind: input.kind };
  // A word that is no method goes to the server, which says so at its place.
  const methods = splitWords(input.methods.toUpperCase()) as Method[];
  const route: RouteDraft = {
    methods,
    path: input.path.trim(),
    requirement,
    encoded_slash: input.encodedSlash,
    semicolon: input.semicolon,
    secret_parameters: secretParametersOf(input),
  };
  return input.repository === "" || input.kind === "public"
    ? route
    : { ...route, repository: input.repository };
}

/** Names of the parameters of a path pattern. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{([a-z0-9_]+)\}/g)].map((found) => found[1] ?? "");
}

/** Those that are marked and still in the path. */
export function secretParametersOf(input: RouteInput): string[] {
  return parametersOf(input.path).filter((name) => input.secretParameters.includes(name));
}

export function splitWords(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}
