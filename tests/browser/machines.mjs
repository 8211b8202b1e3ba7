// Machines and clients from a browser: a service account from its secret to a token that opens something, and its end; a
// client, and what a person allowed it; a new signing key.
//
// Started by main.rs with one JSON document in WORLD, as first-use.mjs is. What programs do is done by the very examples
// that the pages show, pasted into a shell.
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

/** What Caddy is told about a request with this token. */
async function asksToDeploy(token) {
  const headers = { authorization: `Bearer ${token}`, "x-forwarded-method": "POST", "x-forwarded-host": "deploy.example.org", "x-forwarded-uri": "/deploy" };
  const answer = await fetch(`${world.checks}/forward-auth/caddy`, { headers });
  return answer.status;
}

/** Makes a secret on the page as it is; gives what is shown this once. */
async function makeSecret(of, days = 30) {
  const form = page.getByRole("form", { name: `New secret of ${of}` });
  await form.getByLabel("Days until it expires").fill(String(days));
  await form.getByRole("button", { name: "Make a secret" }).click();
  await page.getByText("nobody can show it again").first().waitFor();
  return page.getByLabel("New secret", { exact: true }).innerText();
}

await step("the administrator signs in", async () => {
  await page.goto(`${world.samovar}/service-accounts`);
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await stage.signInAtGitea(world.administrator);
  await page.getByRole("heading", { name: "Service accounts", exact: true }).waitFor();
});

await step("a service account is made for a team; an unknown team is said in words", async () => {
  await page.getByRole("link", { name: "New service account" }).click();
  await page.getByLabel("Name", { exact: true }).fill("deploy-bot");
  await page.getByLabel("What it is for").fill("Deploys the site");
  await page.getByLabel("Team", { exact: true }).fill("acme/Nobody");
  await page.getByRole("button", { name: "Make service account" }).click();
  await page.getByRole("alert").filter({ hasText: "Gitea has no team called acme/Nobody" }).waitFor();
  await page.getByLabel("Team", { exact: true }).fill("acme/deployers");
  await page.getByRole("button", { name: "Make service account" }).click();
  await page.getByRole("heading", { name: "deploy-bot", exact: true }).waitFor();
  await page.getByText("acme/Deployers answers for it").waitFor();
});

let first;
await step("its secret is shown once, can be copied, and is not left behind unasked", async () => {
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
  assert.match(asked, /Nobody can show the new secret again/);
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByText("nobody can show it again").waitFor({ state: "detached" });
  assert.ok(!(await page.content()).includes(first), "the secret is nowhere on the page");
  await page.getByRole("cell", { name: "never" }).waitFor();
});

let account;
await step("without a role its token opens nothing", async () => {
  account = page.url();
  await page.getByLabel("For", { exact: true }).selectOption("deployments");
  const example = await page.getByLabel("Example for curl").innerText();
  const answer = await paste(example, { SAMOVAR_SECRET: first });
  assert.equal(answer.scope, "", JSON.stringify(answer));
  assert.equal(await asksToDeploy(answer.access_token), 403);
});

await step("a role is given to it on the Access page, after a look at who gains", async () => {
  await page.getByText("It holds no role").waitFor();
  await page.getByRole("link", { name: "Give it a role" }).click();
  await page.getByRole("heading", { name: "service account deploy-bot" }).waitFor();
  await page.getByRole("button", { name: "Give deployer" }).click();
  await page.getByLabel("In one application").check();
  await page.getByLabel("Application", { exact: true }).selectOption({ label: "deployments" });
  await page.getByText("1 service account would gain access").waitFor();
  await page.getByRole("button", { name: "Give role" }).click();
  await page.getByRole("button", { name: "Take away deployer" }).waitFor();
  await page.getByRole("button", { name: /^deploy-bot/ }).filter({ hasText: "1 role" }).waitFor();
});

let token;
await step("the example gets it a token, which opens what the role gives", async () => {
  await page.getByRole("link", { name: "Its secrets and its state" }).click();
  await page.getByRole("listitem").filter({ hasText: "deployer in deployments" }).waitFor();
  const example = await page.getByLabel("Example for curl").innerText();
  const answer = await paste(example, { SAMOVAR_SECRET: first });
  assert.equal(answer.scope, "deployments:write", JSON.stringify(answer));
  token = answer.access_token;
  assert.equal(await asksToDeploy(token), 200);
});

await step("explain says what the machine may do, and why a token of another scope does not open the route", async () => {
  await page.getByRole("link", { name: "Ask why it may or may not do something" }).click();
  await page.getByRole("heading", { name: "Explain", level: 1 }).waitFor();
  assert.equal(await page.getByLabel("Service account", { exact: true }).inputValue(), account.split("/").at(-1));
  await page.getByLabel("Method").selectOption("POST");
  await page.getByLabel("Path").fill("/deploy");
  await page.getByRole("button", { name: "Ask" }).click();
  await page.getByRole("heading", { name: "Allowed" }).waitFor();
  assert.match(await page.getByLabel("Decision").innerText(), /given to service account deploy-bot/i);
  await page.getByLabel("Scope of the token").fill("deployments:read billing:read");
  await page.getByRole("heading", { name: "Allowed" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Ask" }).click();
  await page.getByRole("heading", { name: "Denied" }).waitFor();
  assert.match(await page.getByLabel("Decision").innerText(), /credential's scope leaves it out/);
  await page.reload();
  await page.getByRole("heading", { name: "Denied" }).waitFor();
  await page.getByLabel("Scope of the token").fill("everything");
  await page.getByRole("button", { name: "Ask" }).click();
  await page.getByRole("alert").filter({ hasText: "resource:action" }).waitFor();
  await page.getByLabel("Who").selectOption("nobody signed in");
  await page.getByRole("button", { name: "Ask" }).click();
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

await step("two secrets live at a time; the old one is deleted and opens nothing", async () => {
  const second = await makeSecret("deploy-bot");
  await page.getByText("Two secrets live at a time").waitFor();
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
  await page.getByRole("button", { name: "I have kept it" }).click();
});

await step("its tokens are revoked, and open nothing", async () => {
  assert.equal(await asksToDeploy(token), 200);
  await page.getByRole("button", { name: "Revoke its tokens" }).click();
  await page.getByRole("button", { name: "Revoke tokens" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await asksToDeploy(token), 401);
});

await step("switched off it says so, and who was slower loses nothing", async () => {
  const other = await stage.secondPage();
  await other.goto(account);
  await other.getByLabel("What it is for").fill("Changed by the faster one");
  await other.getByRole("button", { name: "Save changes" }).click();
  await other.getByRole("button", { name: "Save changes", disabled: true }).waitFor();
  await other.close();
  await page.getByLabel("Switched on").uncheck();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Somebody else changed this service account").waitFor();
  await page.getByRole("button", { name: "Save mine over it" }).click();
  await page.getByText("Somebody switched it off").waitFor();
});

await step("whoever answers for it finds it among their own", async () => {
  await page.getByLabel("A person").check();
  await page.getByLabel("Person", { exact: true }).fill(world.administrator.login);
  await page.getByLabel("Switched on").check();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText(`${world.administrator.login} answers for it`).waitFor();
  await stage.open("Tokens and devices");
  const own = page.getByRole("region", { name: "deploy-bot" });
  await own.getByText("active").waitFor();
  const third = await makeSecret("deploy-bot");
  await page.getByRole("button", { name: "I have kept it" }).click();
  await own.getByRole("button", { name: `Delete secret ${third.slice(0, 9)}` }).click();
  await page.getByRole("button", { name: "Delete secret", exact: true }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

await step("a secret that expires soon is on the first page, with whose it is, and marked on its own", async () => {
  await page.goto(world.samovar);
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
  await page.waitForLoadState("networkidle");
  assert.equal(await page.getByText("needs your attention").count(), 0);
  await page.goto(account);
  const soon = await makeSecret("deploy-bot", 10);
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByRole("row", { name: new RegExp(soon.slice(0, 9)) }).getByText("expires soon").waitFor();
  await stage.open("Service accounts");
  await page.getByRole("row", { name: /deploy-bot/ }).getByText("expires soon").waitFor();
  await page.goto(world.samovar);
  const notice = page.getByRole("status").filter({ hasText: "One secret needs your attention" });
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
await step("a client of an application is registered; an address that is none is pointed at", async () => {
  await stage.open("Applications");
  await page.getByRole("link", { name: "deployments" }).click();
  await page.getByRole("link", { name: "Register a client" }).click();
  await page.getByLabel("Name", { exact: true }).fill("docs-page");
  await page.getByLabel("Redirect URIs").fill("http://deploy.example.org/docs/oauth2-redirect");
  await page.getByRole("button", { name: "Register client" }).click();
  await page.getByRole("alert").filter({ hasText: "it must begin with https://" }).waitFor();
  await page.getByLabel("Redirect URIs").fill(redirect);
  await page.getByLabel("Refresh tokens").check();
  assert.equal(await page.getByLabel("First-party").isChecked(), false, "people are asked unless somebody says otherwise");
  await page.getByLabel("First-party").check();
  await page.getByRole("button", { name: "Register client" }).click();
  await page.getByRole("heading", { name: "docs-page", exact: true }).waitFor();
  client = page.url();
  const id = client.split("/").at(-1);
  assert.match(await page.getByLabel("Example for FastAPI").innerText(), new RegExp(`docs_client_id="${id}"`));
  await page.getByRole("button", { name: "curl", exact: true }).click();
  assert.match(await page.getByLabel("Example for curl").innerText(), /code_challenge_method=S256/);
});

await step("made confidential, it gets a secret of its own", async () => {
  await page.getByLabel("Confidential").check();
  await page.getByRole("button", { name: "Save changes" }).click();
  const secret = await makeSecret("docs-page");
  assert.match(secret, /^smvc_/);
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByLabel("Public").check();
  await page.getByText("Its secrets are deleted when this is saved").waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("heading", { name: "Secrets" }).waitFor({ state: "detached" });
});

/** The examples wait for what they show: while this cannot be read, there is none, and one may try again. */
async function waitsFor(pattern, address) {
  await page.route(pattern, (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"title":"Away"}' }));
  await page.goto(address);
  await page.getByRole("alert").filter({ hasText: "That cannot be done now" }).waitFor();
  await page.waitForLoadState("networkidle");
  assert.equal(await page.getByLabel(/^Example/).count(), 0, "no example with made-up values");
  assert.doesNotMatch(await page.locator("main").innerText(), /deploy\.example\.org/);
  await page.unroute(pattern);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByLabel(/^Example for/).first().waitFor();
}

/** Makes an object by the API; gives the address of its page. */
async function make(kind, data) {
  const made = await page.request.post(`${world.samovar}/api/v1/${kind}`, { data, headers: { origin: world.samovar } });
  assert.equal(made.status(), 201, await made.text());
  return `${world.samovar}/${kind}/${(await made.json()).id}`;
}

await step("the examples of a server say where its application looks for tokens, and send nobody to an address that it has not", async () => {
  const application = await make("applications", { name: "billing", hosts: ["billing.example.org"], routes: [], authorization: "application" });
  const server = await make("clients", { name: "billing-server", application_id: application.split("/").at(-1), kind: "confidential", redirect_uris: [], first_party: false });
  await waitsFor("**/api/v1/applications/*", server);
  assert.match(await page.getByLabel("Example for FastAPI").innerText(), /audience="billing",\n.*client_id=[^\n]*\n.*client_secret=[^\n]*\n    token_header="Samovar-Token",/);
  assert.equal(await page.getByRole("button", { name: "curl", exact: true }).count(), 0);
  const spa = await make("clients", { name: "billing-page", application_id: application.split("/").at(-1), kind: "public", redirect_uris: [redirect], first_party: false });
  await page.goto(spa);
  const shown = await page.getByLabel("Example for FastAPI").innerText();
  assert.match(shown, /audience="billing",\n    token_header="Samovar-Token",/);
  assert.doesNotMatch(shown, /docs_client_id/, "samovar.py takes one of both");
  await stage.pagesFit([new URL(server).pathname]);
});

await step("an account that its CI's tokens stand for needs no secret, and its use is not called none", async () => {
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
  await page.getByRole("row", { name: /ci-bot/ }).getByText("not recorded for tokens of its CI").waitFor();
});

await step("what a person allowed a client is among their tokens, and ended there", async () => {
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
  await row.getByRole("button", { name: "End docs-page" }).click();
  await page.getByRole("button", { name: "End it" }).click();
  await page.getByText("Nothing is allowed to any client").waitFor();
  assert.equal((await post({ grant_type: "refresh_token", refresh_token })).error, "invalid_grant");
});

await step("a signing key is rotated: the next one is published, the present one goes on", async () => {
  await stage.open("Signing keys");
  await page.getByRole("button", { name: "Rotate EdDSA" }).click();
  await page.getByRole("dialog").getByText("No valid token fails").waitFor();
  await page.getByRole("button", { name: "Rotate", exact: true }).click();
  await page.getByRole("row", { name: /next/ }).waitFor();
  await page.getByRole("row", { name: /current.*EdDSA/ }).waitFor();
  const published = await (await fetch(`${world.samovar}/oauth/jwks`)).json();
  assert.equal(published.keys.length, 4);
});

await step("a signing key that somebody may have copied is replaced at once", async () => {
  await page.getByRole("button", { name: "Rotate EdDSA" }).click();
  await page.getByRole("dialog").getByText("A new key is on its way already").waitFor();
  await page.getByLabel("Somebody may have copied the present key").check();
  await page.getByRole("dialog").getByText("every token that was signed before is refused").waitFor();
  const before = await page.getByRole("row", { name: /current.*EdDSA/ }).getByRole("cell").nth(1).innerText();
  await page.getByRole("button", { name: "Replace it at once" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("row", { name: /current.*EdDSA/ }).waitFor();
  assert.notEqual(await page.getByRole("row", { name: /current.*EdDSA/ }).getByRole("cell").nth(1).innerText(), before);
});

await step("an application's token settings are kept when something else is changed", async () => {
  await stage.open("Applications");
  await page.getByRole("link", { name: "deployments" }).click();
  await page.getByText("Tokens: signature, life, exchange, assertion").click();
  await page.getByLabel("Life of a token in seconds").fill("120");
  await page.getByLabel("Personal tokens of Gitea may be exchanged for one").check();
  const clients = page.getByLabel("OAuth applications of Gitea whose tokens may be exchanged for one");
  await clients.fill("tea");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("is no OAuth client id").first().waitFor();
  await clients.fill(TEA);
  await page.getByLabel("Requests that pass the proxy carry").check();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("button", { name: "Save changes", disabled: true }).waitFor();
  await page.reload();
  await page.getByLabel("Hosts").fill("deploy.example.org\ndeploy2.example.org");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("button", { name: "Save changes", disabled: true }).waitFor();
  await page.reload();
  await page.getByText("Tokens: signature, life, exchange, assertion").click();
  assert.equal(await page.getByLabel("Life of a token in seconds").inputValue(), "120");
  assert.ok(await page.getByLabel("Personal tokens of Gitea may be exchanged for one").isChecked());
  assert.equal(await clients.inputValue(), TEA);
});

await step("many roles are found by a part of their names, and a name of a hundred characters without a blank fits", async () => {
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
  await page.getByText("None of these roles has that in its name").waitFor();
  await stage.open("Access");
  const team = page.getByRole("button", { name: /^unbroken/ });
  await team.click();
  await page.getByRole("heading", { name: /unbroken$/ }).waitFor();
  await page.getByLabel("Search roles").fill("role-5");
  await page.getByRole("button", { name: "Give role-4" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Give role-5" }).waitFor();
  const at = new URL(page.url());
  await stage.pagesFit([at.pathname + at.search, "/roles"]);
});

await step("the audit log finds what the service account did", async () => {
  await page.goto(account);
  await page.getByRole("link", { name: "See what it did" }).click();
  await page.getByRole("cell", { name: "token.issue" }).first().waitFor();
  assert.equal(await page.getByLabel("Service account").inputValue(), account.split("/").at(-1));
});

await step("their pages are fit for screen readers, and for a narrow screen", async () => {
  const at = (address) => new URL(address).pathname;
  await stage.pagesFit([at(account), at(client), "/service-accounts", "/tokens", "/signing-keys"]);
});

await stage.end();
