// What a program does with `openapi-fetch` and the types that `openapi-typescript` makes of the document.
//
// `samovar.d.ts` holds those types. Where and as whom to work comes as JSON in the variable FLOW. Ends with 0 when all
// went as it should.
import assert from "node:assert/strict";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./samovar.js";

type Schemas = components["schemas"];
type Api = Client<paths>;

interface World {
  url: string;
  token: string;
  account: string;
  member: string;
  member_login: string;
  outsider_login: string;
  team: string;
}

const world = JSON.parse(process.env["FLOW"] ?? "") as World;
const HOST = "deploy-ts.example.test";

/** A client by an access token, or by somebody's session. */
function client(headers: { authorization: string } | { cookie: string; origin: string }): Api {
  return createClient<paths>({ baseUrl: `${world.url}/api/v1`, headers });
}

interface Answer<T> {
  data?: T;
  error?: Schemas["Problem"];
  response: Response;
}

/** What an answer holds, which must not be a problem. */
function the<T>({ data, error }: Answer<T>): T {
  assert.equal(error, undefined);
  assert.ok(data !== undefined);
  return data;
}

/** The `ETag` of an answer. */
function etag({ response }: { response: Response }): string {
  const tag = response.headers.get("etag");
  assert.ok(tag !== null);
  return tag;
}

/** The problem document that an answer must be. */
function problem({ error, response }: Answer<unknown>, status: number, code: string): Schemas["Problem"] {
  assert.ok(error !== undefined);
  assert.deepEqual([response.status, error.status, error.code], [status, status, code]);
  assert.ok(error.detail !== "" && error.request_id !== "");
  return error;
}

/** The token is that of a service account which holds every permission of the API; the member has a session. */
async function who(administrator: Api, member: Api): Promise<void> {
  const job = the(await administrator.GET("/me"));
  assert.deepEqual([job.principal.kind, job.principal.id, job.session], ["service-account", world.account, undefined]);
  assert.ok(job.permissions.includes("samovar.roles:write"));
  const person = the(await member.GET("/me"));
  assert.deepEqual([person.user?.login, person.session?.place.kind], [world.member_login, "samovar"]);
}

/** Names of all roles, read two at a time. */
async function rolesInPages(administrator: Api): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? { limit: 2 } : { limit: 2, cursor };
    const page = the(await administrator.GET("/roles", { params: { query } }));
    assert.ok(page.items.length <= 2);
    names.push(...page.items.map((role) => role.name));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  assert.deepEqual(names, [...new Set(names)].sort());
  return names;
}

interface Seen<T> {
  object: T;
  etag: string;
}

async function makeRole(administrator: Api, name: string): Promise<Seen<Schemas["Role"]>> {
  const answer = await administrator.POST("/roles", { body: { name, permissions: ["deployments:write"] } });
  const object = the(answer);
  assert.equal(answer.response.status, 201);
  assert.ok(answer.response.headers.get("location")?.endsWith(`/roles/${object.id}`));
  return { object, etag: etag(answer) };
}

/** A new application with a public and a guarded route. */
async function makeApplication(administrator: Api): Promise<Seen<Schemas["Application"]>> {
  const routes: Schemas["RouteDraft"][] = [
    { path: "/", methods: ["GET"], requirement: { kind: "public" } },
    { path: "/deploy/{name}", requirement: { kind: "permissions", permissions: ["deployments:write"] } },
  ];
  const answer = await administrator.POST("/applications", { body: { name: "deploy-ts", hosts: [HOST], routes } });
  const object = the(answer);
  const kinds = object.routes.map(({ requirement }) => (requirement.kind === "permissions" ? requirement.permissions.join() : requirement.kind));
  assert.deepEqual(kinds, ["public", "deployments:write"]);
  return { object, etag: etag(answer) };
}

/** Gives the role to the team, in the application, for a day. */
async function bind(administrator: Api, role: string, application: string): Promise<Seen<Schemas["RoleBinding"]>> {
  const teams = the(await administrator.GET("/teams", { params: { query: { search: world.team } } }));
  const [team] = teams.items;
  assert.ok(team !== undefined && teams.items.length === 1);
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const body = { role, subject: { kind: "team", id: team.id }, range: { kind: "application", id: application }, until } as const;
  const answer = await administrator.POST("/role-bindings", { body });
  const object = the(answer);
  assert.ok(object.subject.kind === "team" && object.subject.id === team.id);
  assert.ok(object.range.kind === "application" && object.range.id === application);
  assert.equal(object.until, until);
  return { object, etag: etag(answer) };
}

/** May this person deploy, and why? */
async function ask(administrator: Api, search: string): Promise<Schemas["Decision"]> {
  const people = the(await administrator.GET("/users", { params: { query: { search } } }));
  const [person] = people.items;
  assert.ok(person !== undefined && people.items.length === 1);
  const body = { user: person.id, method: "POST", host: HOST, path: "/deploy/site" };
  return the(await administrator.POST("/decisions/explain", { body }));
}

/** The member of the team may, by that binding; the outsider may not, and the code says why. */
async function decisions(administrator: Api, binding: string): Promise<void> {
  const allowed = await ask(administrator, world.member_login);
  const granted = allowed.reasons.find((reason) => reason.kind === "granted");
  assert.deepEqual([allowed.verdict, granted?.role_binding, granted?.subject?.kind], ["allow", binding, "team"]);
  const denied = await ask(administrator, world.outsider_login);
  assert.deepEqual([denied.verdict, denied.code], ["deny", "permission_missing"]);
}

/** Changes the role once; a second change from the same old version is refused and says what changed since. */
async function change(administrator: Api, { object, etag: seen }: Seen<Schemas["Role"]>): Promise<string> {
  const params = { path: { id: object.id }, header: { "If-Match": seen } };
  const { name, permissions } = object;
  const changed = await administrator.PUT("/roles/{id}", { params, body: { name, permissions, description: "Deploys" } });
  assert.equal(the(changed).version, 2);
  const late = await administrator.PUT("/roles/{id}", { params, body: { name, permissions, description: "Something else" } });
  const stale = problem(late, 412, "version_stale");
  assert.deepEqual([stale.current_version, stale.changed], [2, ["description"]]);
  return etag(changed);
}

/** Problems are read through the client's types. */
async function refusals(administrator: Api, member: Api, name: string): Promise<void> {
  problem(await member.GET("/roles"), 403, "permission_missing");
  const nameless = await administrator.POST("/roles", { body: { name: "Not a name!", permissions: ["x"] } });
  const pointers = problem(nameless, 400, "request_malformed").errors?.map((error) => error.pointer);
  assert.deepEqual(pointers, ["/name", "/permissions/0"]);
  problem(await administrator.POST("/roles", { body: { name, permissions: [] } }), 409, "conflict");
}

/** The log tells who made the role; its pages are read by cursor to their end. */
async function audit(administrator: Api, role: string): Promise<void> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const asked = { action: "role.create", outcome: "allowed", limit: 2 } as const;
    const query = cursor === undefined ? asked : { ...asked, cursor };
    const page = the(await administrator.GET("/audit-events", { params: { query } }));
    for (const event of page.items) {
      if (event.actor.id === world.account) found.push(event.object.id);
    }
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  assert.equal(found.filter((id) => id === role).length, 1);
}

const administrator = client({ authorization: `Bearer ${world.token}` });
const member = client({ cookie: world.member, origin: world.url });
await who(administrator, member);
const role = await makeRole(administrator, "deployer-ts");
const more = await Promise.all([0, 1, 2, 3].map((n) => makeRole(administrator, `ts-${n}`)));
const application = await makeApplication(administrator);
const binding = await bind(administrator, role.object.id, application.object.id);
await decisions(administrator, binding.object.id);
await refusals(administrator, member, role.object.name);
role.etag = await change(administrator, role);
const names = await rolesInPages(administrator);
assert.ok([role, ...more].every((one) => names.includes(one.object.name)));
await audit(administrator, role.object.id);

const at = (seen: Seen<{ id: string }>) => ({ params: { path: { id: seen.object.id }, header: { "If-Match": seen.etag } } });
assert.equal((await administrator.DELETE("/role-bindings/{id}", at(binding))).response.status, 204);
assert.equal((await administrator.DELETE("/applications/{id}", at(application))).response.status, 204);
problem(await administrator.GET("/applications/{id}", { params: { path: { id: application.object.id } } }), 404, "not_found");
for (const one of [role, ...more]) {
  assert.equal((await administrator.DELETE("/roles/{id}", at(one))).response.status, 204);
}
problem(await administrator.GET("/roles/{id}", { params: { path: { id: role.object.id } } }), 404, "not_found");
