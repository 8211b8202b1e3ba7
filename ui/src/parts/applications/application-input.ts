// The form state of an application, and its conversion from and to the API's types.
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

/** The form state of one route. `key` identifies the row while rows are moved. */
export interface RouteInput {
  key: number;
  methods: string;
  path: string;
  kind: Requirement["kind"];
  permissions: string;
  repository: RepositoryLevel | "";
  encodedSlash: boolean;
  semicolon: boolean;
  /** Names of the path parameters whose values are secret. */
  secretParameters: string[];
}

/** The form state of the token settings. */
export interface TokenInput {
  signing: SigningAlgorithm;
  lifetime: string;
  /** Whether personal access tokens of Gitea are accepted at the token exchange. */
  giteaPersonal: boolean;
  /** Client ids of Gitea's OAuth applications, one per line. */
  giteaClients: string;
  exchangeFrom: string[];
  assertion: boolean;
}

/** The id and name of another application. */
export interface ApplicationName {
  id: string;
  name: string;
}

/** The form state of an application. */
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

/** A new application: one route that requires sign-in for every request. */
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
  // An unknown method is sent as it is; the server reports it with a JSON pointer.
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

/** The names of the parameters of a path pattern. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{([a-z0-9_]+)\}/g)].map((found) => found[1] ?? "");
}

/** The secret parameters that the path still contains. */
export function secretParametersOf(input: RouteInput): string[] {
  return parametersOf(input.path).filter((name) => input.secretParameters.includes(name));
}

export function splitWords(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}
