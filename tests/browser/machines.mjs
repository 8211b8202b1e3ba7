// Machines and clients from a browser: a service account with its secrets, roles and tokens; a client and its grants; the
// rotation of a signing key.
//
// Started by main.rs with one JSON document in WORLD, as first-use.mjs is. The examples that the pages show are
// run in a shell.
import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { start } from "./stage.mjs";

const world = JSON.parse(process.env.WORLD);
const stage = await start(world);
const { page, step } = stage;

/** Client id of an OAuth application that comes with Gitea. */
const TEA = "d57cb8c4-630c-4168-8324-ec79935e18d4";

/** The first command of an example, in a shell; the answer is JSON. */
async function paste(example, environment) {
  const command = example.split("\n\n")[0];
  const { stdout } = await promisify(execFile)("sh", ["-c", command], { env: { ...process.env, ...environment } });
  return JSON.parse(stdout);
}

/** The status of a check for Caddy with this token. */
async function asksToDeploy(token) {
  const headers = { authorization: `Bearer ${token}`, "x-forwarded-method": "POST", "x-forwarded-host": "deploy.example.org", "x-forwarded-uri": "/deploy" };
  const answer = await fetch(`${world.checks}/forward-auth/caddy`, { headers });
  return answer.status;
}

/** Creates a secret on the current page and returns it. */
async function makeSecret(of, days = 30) {
  const form = page.getByRole("form", { name: `New secret of ${of}` });
  await form.getByLabel("Days until it expires").fill(String(days));
  await form.getByRole("button", { name: "Create secret" }).click();
  await page.getByText("shown only once").first().waitFor();
  return page.getByLabel("New secret", { exact: true }).innerText();
}

await step("the administrator signs in", async () => {
  await page.goto(`${world.samovar}/service-accounts`);
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await stage.signInAtGitea(world.administrator);
  await page.getByRole("heading", { name: "Service accounts", exact: true }).waitFor();
});

await step("a service account is created for a team; an unknown team is reported", async () => {
  await page.getByRole("link", { name: "New service account" }).click();
  await page.getByLabel("Name", { exact: true }).fill("deploy-bot");
  await page.getByLabel("Description").fill("Deploys the site");
  await page.getByLabel("Team name", { exact: true }).fill("acme/Nobody");
  await page.getByRole("button", { name: "Create service account" }).click();
  await page.getByRole("alert").filter({ hasText: "Gitea has no team called acme/Nobody" }).waitFor();
  await page.getByLabel("Team name", { exact: true }).fill("acme/deployers");
  await page.getByRole("button", { name: "Create service account" }).click();
  await page.getByRole("heading", { name: "deploy-bot", exact: true }).waitFor();
  await page.getByText("owned by acme/Deployers").waitFor();
});

let first;
await step("its secret is shown once, can be copied, and leaving the page asks for confirmation", async () => {
  first = await makeSecret("deploy-bot");
  assert.match(first, /^smva_[\w-]{43}_[0-9a-f]{8}$/);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Copy", "the button that copies it has the focus");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), first);
  let asked = "";
  page.once("dialog", (dialog) => {
    asked = dialog.message();
    void dialog.dismiss();
  });
  await page.getByRole("navigation").getByRole("link", { name: "Roles" }).click();
  assert.match(asked, /The new secret is not shown again/);
  await page.getByRole("button", { name: "Hide secret" }).click();
  await page.getByText("shown only once").waitFor({ state: "detached" });
  assert.ok(!(await page.content()).includes(first), "the secret is nowhere on the page");
  await page.getByRole("cell", { name: "never" }).waitFor();
});

let account;
await step("without a role its token gives no access", async () => {
  account = page.url();
  await page.getByLabel("Application", { exact: true }).selectOption("deployments");
  const example = await page.getByLabel("Example for curl").innerText();
  const answer = await paste(example, { SAMOVAR_SECRET: first });
  assert.equal(answer.scope, "", JSON.stringify(answer));
  assert.equal(await asksToDeploy(answer.access_token), 403);
});

await step("a role is assigned to it on the page Access, after the impact was shown", async () => {
  await page.getByText("No roles are assigned").waitFor();
  await page.getByRole("link", { name: "Assign or remove roles" }).click();
  await page.getByRole("heading", { name: "service account deploy-bot" }).waitFor();
  await page.getByRole("button", { name: "Assign deployer" }).click();
  await page.getByLabel("In one application").check();
  await page.getByLabel("Application", { exact: true }).selectOption({ label: "deployments" });
  await page.getByText("1 service account would gain access").waitFor();
  await page.getByRole("button", { name: "Assign role" }).click();
  await page.getByRole("button", { name: "Remove deployer" }).waitFor();
  await page.getByRole("button", { name: /^deploy-bot/ }).filter({ hasText: "1 role" }).waitFor();
});

let token;
await step("the example gets a token with the permissions of the role", async () => {
  await page.getByRole("link", { name: "Open service account" }).click();
  await page.getByRole("listitem").filter({ hasText: "deployer in deployments" }).waitFor();
  const example = await page.getByLabel("Example for curl").innerText();
  const answer = await paste(example, { SAMOVAR_SECRET: first });
  assert.equal(answer.scope, "deployments:write", JSON.stringify(answer));
  token = answer.access_token;
  assert.equal(await asksToDeploy(token), 200);
});

await step("the access check covers a service account and the scope of its token", async () => {
  await page.getByRole("link", { name: "Check access" }).click();
  await page.getByRole("heading", { name: "Access check", level: 1 }).waitFor();
  assert.equal(await page.getByLabel("Service account", { exact: true }).inputValue(), account.split("/").at(-1));
  await page.getByLabel("Method").selectOption("POST");
  await page.getByLabel("Path").fill("/deploy");
  await page.getByRole("button", { name: "Check access" }).click();
  await page.getByRole("heading", { name: "Allowed" }).waitFor();
  assert.match(await page.getByLabel("Decision").innerText(), /assigned to service account deploy-bot/i);
  await page.getByLabel("Scope of the token").fill("deployments:read billing:read");
  await page.getByRole("heading", { name: "Allowed" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Check access" }).click();
  await page.getByRole("heading", { name: "Denied" }).waitFor();
  assert.match(await page.getByLabel("Decision").innerText(), /credential's scope does not include it/);
  await page.reload();
  await page.getByRole("heading", { name: "Denied" }).waitFor();
  await page.getByLabel("Scope of the token").fill("everything");
  await page.getByRole("button", { name: "Check access" }).click();
  await page.getByRole("alert").filter({ hasText: "resource:action" }).waitFor();
  await page.getByLabel("Principal").selectOption("Anonymous caller");
  await page.getByRole("button", { name: "Check access" }).click();
  await page.getByText("credentials_missing").waitFor();
  await page.goto(account);
});

await step("the page and the list show when it was used", async () => {
  await page.reload();
  await page.getByRole("heading", { name: "Secrets" }).waitFor();
  const used = page.locator("td[data-label='Last used'] time");
  await used.waitFor();
  assert.ok(Date.now() - Date.parse(await used.getAttribute("datetime")) < 60_000);
  await stage.open("Service accounts");
  await page.getByRole("row", { name: /deploy-bot/ }).locator("td[data-label='Last used'] time").waitFor();
  await page.getByRole("link", { name: "deploy-bot" }).click();
});

await step("there can be two secrets at a time; a deleted one is refused", async () => {
  const second = await makeSecret("deploy-bot");
  await page.getByText("There can be two secrets at a time").waitFor();
  const example = await page.getByLabel("Example for curl").innerText();
  assert.equal((await paste(example, { SAMOVAR_SECRET: second })).token_type, "Bearer");
  await page.getByRole("button", { name: `Delete secret ${first.slice(0, 9)}` }).click();
  await page.getByRole("dialog").getByText("It was last used at").waitFor();
  await page.getByRole("button", { name: "Delete secret", exact: true }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("New secret", { exact: true }).innerText(), second, "the new one is still shown");
  assert.equal((await paste(example, { SAMOVAR_SECRET: first })).error, "invalid_client");
  assert.equal(await asksToDeploy(token), 401, "tokens end with the secret that may have given them");
  token = (await paste(example, { SAMOVAR_SECRET: second })).access_token;
  await page.getByRole("button", { name: "Hide secret" }).click();
});

await step("revoked tokens are refused", async () => {
  assert.equal(await asksToDeploy(token), 200);
  await page.getByRole("button", { name: "Revoke tokens…" }).click();
  await page.getByRole("button", { name: "Revoke tokens", exact: true }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await asksToDeploy(token), 401);
});

await step("a disabled account is marked, and a conflicting change loses no input", async () => {
  const other = await stage.secondPage();
  await other.goto(account);
  await other.getByLabel("Description").fill("Changed by the faster one");
  await other.getByRole("button", { name: "Save changes" }).click();
  await other.getByRole("button", { name: "Save changes", disabled: true }).waitFor();
  await other.close();
  await page.getByLabel("Enabled").uncheck();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("This service account was changed").waitFor();
  await page.getByRole("button", { name: "Save my version" }).click();
  await page.getByText("The account is disabled").waitFor();
});

await step("its owner finds it among the own service accounts", async () => {
  await page.getByLabel("Person", { exact: true }).check();
  await page.getByLabel("Login", { exact: true }).fill(world.administrator.login);
  await page.getByLabel("Enabled").check();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText(`owned by ${world.administrator.login}`).waitFor();
  await stage.open("Tokens and devices");
  const own = page.getByRole("region", { name: "deploy-bot" });
  await own.getByText("active").waitFor();
  const third = await makeSecret("deploy-bot");
  await page.getByRole("button", { name: "Hide secret" }).click();
  await own.getByRole("button", { name: `Delete secret ${third.slice(0, 9)}` }).click();
  await page.getByRole("button", { name: "Delete secret", exact: true }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

await step("a secret that expires soon is on the overview with its owner, and marked on the account's page", async () => {
  await page.goto(world.samovar);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.waitForLoadState("networkidle");
  assert.equal(await page.getByText("needs attention").count(), 0);
  await page.goto(account);
  const soon = await makeSecret("deploy-bot", 10);
  await page.getByRole("button", { name: "Hide secret" }).click();
  await page.getByRole("row", { name: new RegExp(soon.slice(0, 9)) }).getByText("expires soon").waitFor();
  await stage.open("Service accounts");
  await page.getByRole("row", { name: /deploy-bot/ }).getByText("expires soon").waitFor();
  await page.goto(world.samovar);
  const notice = page.getByRole("status").filter({ hasText: "1 secret needs attention" });
  await notice.getByText(`service account of ${world.administrator.login}`).waitFor();
  await stage.pagesFit(["/"]);
  await page.goto(world.samovar);
  await notice.getByRole("link", { name: "deploy-bot" }).click();
  await page.getByRole("button", { name: `Delete secret ${soon.slice(0, 9)}` }).click();
  await page.getByRole("button", { name: "Delete secret", exact: true }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

const redirect = "https://deploy.example.org/docs/oauth2-redirect";
let client;
await step("a client of an application is registered; an invalid redirect URI is reported", async () => {
  await stage.open("Applications");
  await page.getByRole("link", { name: "deployments" }).click();
  await page.getByRole("link", { name: "Register client" }).click();
  await page.getByLabel("Name", { exact: true }).fill("docs-page");
  await page.getByLabel("Redirect URIs").fill("http://deploy.example.org/docs/oauth2-redirect");
  await page.getByRole("button", { name: "Register client" }).click();
  await page.getByRole("alert").filter({ hasText: "it must begin with https://" }).waitFor();
  await page.getByLabel("Redirect URIs").fill(redirect);
  await page.getByLabel("Refresh tokens").check();
  assert.equal(await page.getByLabel("First-party").isChecked(), false, "consent is asked for by default");
  await page.getByLabel("First-party").check();
  await page.getByRole("button", { name: "Register client" }).click();
  await page.getByRole("heading", { name: "docs-page", exact: true }).waitFor();
  client = page.url();
  const id = client.split("/").at(-1);
  assert.match(await page.getByLabel("Example for FastAPI").innerText(), new RegExp(`docs_client_id="${id}"`));
  const install = await page.getByLabel("Command that installs the package").innerText();
  assert.ok(install.startsWith(`pip install ${world.samovar}/downloads/samovar_fastapi-`), install);
  const wheel = await fetch(install.split(" ").at(-1));
  assert.deepEqual([wheel.status, wheel.headers.get("content-type")], [200, "application/zip"], "without a session");
  await page.getByRole("button", { name: "curl", exact: true }).click();
  assert.match(await page.getByLabel("Example for curl").innerText(), /code_challenge_method=S256/);
});

await step("a confidential client can have a secret", async () => {
  await page.getByLabel("Confidential").check();
  await page.getByRole("button", { name: "Save changes" }).click();
  const secret = await makeSecret("docs-page");
  assert.match(secret, /^smvc_/);
  await page.getByRole("button", { name: "Hide secret" }).click();
  await page.getByRole("radio", { name: /^Public/ }).check();
  await page.getByText("Saving a public client deletes its secrets").waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("heading", { name: "Secrets" }).waitFor({ state: "detached" });
});

/** While the data of the examples cannot be loaded, no example is shown, and a button tries again. */
async function waitsFor(pattern, address) {
  await page.route(pattern, (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"title":"Away"}' }));
  await page.goto(address);
  await page.getByRole("alert").filter({ hasText: "Temporarily unavailable" }).waitFor();
  await page.waitForLoadState("networkidle");
  assert.equal(await page.getByLabel(/^Example/).count(), 0, "no example with made-up values");
  assert.doesNotMatch(await page.locator("main").innerText(), /deploy\.example\.org/);
  await page.unroute(pattern);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByLabel(/^Example for/).first().waitFor();
}

/** Creates an object through the API and returns the URL of its page. */
async function make(kind, data) {
  const made = await page.request.post(`${world.samovar}/api/v1/${kind}`, { data, headers: { origin: world.samovar } });
  assert.equal(made.status(), 201, await made.text());
  return `${world.samovar}/${kind}/${(await made.json()).id}`;
}

await step("the examples of a confidential client use the application's token header and only known redirect URIs", async () => {
  const application = await make("applications", { name: "billing", hosts: ["billing.example.org"], routes: [], authorization: "application" });
  const server = await make("clients", { name: "billing-server", application_id: application.split("/").at(-1), kind: "confidential", redirect_uris: [], first_party: false });
  await waitsFor("**/api/v1/applications/*", server);
  assert.match(await page.getByLabel("Example for FastAPI").innerText(), /audience="billing",\n.*client_id=[^\n]*\n.*client_secret=[^\n]*\n    token_header="Samovar-Token",/);
  assert.equal(await page.getByRole("button", { name: "curl", exact: true }).count(), 0);
  const spa = await make("clients", { name: "billing-page", application_id: application.split("/").at(-1), kind: "public", redirect_uris: [redirect], first_party: false });
  await page.goto(spa);
  const shown = await page.getByLabel("Example for FastAPI").innerText();
  assert.match(shown, /audience="billing",\n    token_header="Samovar-Token",/);
  assert.doesNotMatch(shown, /docs_client_id/, "the package accepts one of both");
  await stage.pagesFit([new URL(server).pathname]);
});

await step("an account that trusts CI tokens needs no secret, and its use is shown as not recorded", async () => {
  const { id } = (await (await page.request.get(`${world.samovar}/api/v1/teams?search=acme/Deployers`)).json()).items[0];
  const trust = { issuer: world.ci, audience: "samovar", claims: [{ name: "repository", value: "acme/site" }] };
  const draft = { description: "", owner: { kind: "team", id }, enabled: true };
  const trusting = await make("service-accounts", { ...draft, name: "ci-bot", trusts: [trust] });
  await waitsFor("**/api/v1/applications?*", trusting);
  await page.getByText("must differ in the audience or in the value of a claim that both name").waitFor();
  await page.getByLabel("Example for a CI job").waitFor();
  await stage.pagesFit([new URL(trusting).pathname]);
  await page.goto(trusting);
  await stage.open("Service accounts");
  await page.getByRole("row", { name: /ci-bot/ }).getByText("not recorded for CI tokens").waitFor();
});

await step("a grant is listed and can be revoked", async () => {
  const id = client.split("/").at(-1);
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const query = new URLSearchParams({ response_type: "code", client_id: id, redirect_uri: redirect, code_challenge: challenge, code_challenge_method: "S256" });
  const sent = await page.context().request.get(`${world.samovar}/oauth/authorize?${query}`, { maxRedirects: 0 });
  const code = new URL(sent.headers().location).searchParams.get("code");
  const post = async (body) => {
    const answer = await fetch(`${world.samovar}/oauth/token`, { method: "POST", body: new URLSearchParams({ client_id: id, ...body }), headers: { "user-agent": "docs-page/1.0" } });
    return answer.json();
  };
  const { refresh_token } = await post({ grant_type: "authorization_code", redirect_uri: redirect, code, code_verifier: verifier });
  await stage.open("Tokens and devices");
  const row = page.getByRole("row", { name: /docs-page/ });
  await row.getByText("for deployments").waitFor();
  await row.getByText("docs-page/1.0").waitFor();
  await row.getByRole("button", { name: "Revoke docs-page" }).click();
  await page.getByRole("button", { name: "Revoke grant" }).click();
  await page.getByText("There are no grants").waitFor();
  assert.equal((await post({ grant_type: "refresh_token", refresh_token })).error, "invalid_grant");
});

await step("a signing key is rotated: the next one is published, the current one still signs", async () => {
  await stage.open("Signing keys");
  await page.getByRole("button", { name: "Rotate EdDSA" }).click();
  await page.getByRole("dialog").getByText("Valid tokens stay valid").waitFor();
  await page.getByRole("button", { name: "Rotate", exact: true }).click();
  await page.getByRole("row", { name: /next/ }).waitFor();
  await page.getByRole("row", { name: /current.*EdDSA/ }).waitFor();
  const published = await (await fetch(`${world.samovar}/oauth/jwks`)).json();
  assert.equal(published.keys.length, 4);
});

await step("a compromised signing key is replaced at once", async () => {
  await page.getByRole("button", { name: "Rotate EdDSA" }).click();
  await page.getByRole("dialog").getByText("A new key is already published").waitFor();
  await page.getByLabel("The current key may be compromised").check();
  await page.getByRole("dialog").getByText("All tokens of the current key are refused").waitFor();
  const before = await page.getByRole("row", { name: /current.*EdDSA/ }).getByRole("cell").nth(1).innerText();
  await page.getByRole("button", { name: "Replace key now" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("row", { name: /current.*EdDSA/ }).waitFor();
  assert.notEqual(await page.getByRole("row", { name: /current.*EdDSA/ }).getByRole("cell").nth(1).innerText(), before);
});

await step("an application's token settings are kept when something else is changed", async () => {
  await stage.open("Applications");
  await page.getByRole("link", { name: "deployments" }).click();
  await page.getByText("Tokens: signing, lifetime, exchange, assertion").click();
  await page.getByLabel("Token lifetime in seconds").fill("120");
  await page.getByLabel("Accept personal access tokens of Gitea").check();
  const clients = page.getByLabel("Accept tokens from these Gitea OAuth apps");
  await clients.fill("tea");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("OAuth client id").first().waitFor();
  await clients.fill(TEA);
  await page.getByLabel("with every request to the application").check();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("button", { name: "Save changes", disabled: true }).waitFor();
  await page.reload();
  await page.getByLabel("Hosts").fill("deploy.example.org\ndeploy2.example.org");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("button", { name: "Save changes", disabled: true }).waitFor();
  await page.reload();
  await page.getByText("Tokens: signing, lifetime, exchange, assertion").click();
  assert.equal(await page.getByLabel("Token lifetime in seconds").inputValue(), "120");
  assert.ok(await page.getByLabel("Accept personal access tokens of Gitea").isChecked());
  assert.equal(await clients.inputValue(), TEA);
});

await step("a long list of roles can be searched, and a long name without spaces fits the screen", async () => {
  for (let n = 0; n < 20; n++) {
    const data = { name: `role-${n}`, permissions: [`things-${n}:read`] };
    const made = await page.request.post(`${world.samovar}/api/v1/roles`, { data, headers: { origin: world.samovar } });
    assert.equal(made.status(), 201, await made.text());
  }
  await stage.open("Roles");
  await page.getByLabel("Search roles").fill("ROLE-17");
  await page.getByRole("row", { name: /role-3/ }).waitFor({ state: "detached" });
  await page.getByRole("link", { name: "role-17" }).waitFor();
  await page.getByLabel("Search roles").fill("nothing of that name");
  await page.getByText("No roles match").waitFor();
  await stage.open("Access");
  const team = page.getByRole("button", { name: /^unbroken/ });
  await team.click();
  await page.getByRole("heading", { name: /unbroken$/ }).waitFor();
  await page.getByLabel("Search roles").fill("role-5");
  await page.getByRole("button", { name: "Assign role-4" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Assign role-5" }).waitFor();
  const at = new URL(page.url());
  await stage.pagesFit([at.pathname + at.search, "/roles"]);
});

await step("the audit log finds what the service account did", async () => {
  await page.goto(account);
  await page.getByRole("link", { name: "Show audit events" }).click();
  await page.getByRole("cell", { name: "token.issue" }).first().waitFor();
  assert.equal(await page.getByLabel("Service account").inputValue(), account.split("/").at(-1));
});

await step("their pages are accessible and fit a narrow screen", async () => {
  const at = (address) => new URL(address).pathname;
  await stage.pagesFit([at(account), at(client), "/service-accounts", "/tokens", "/signing-keys"]);
});

await stage.end();
