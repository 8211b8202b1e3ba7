// Two people with one login at two providers, among many logins that contain it: each can be found, selected and listed.
//
// Started by main.rs with one JSON document in WORLD, as first-use.mjs is.
import { strict as assert } from "node:assert";
import { start } from "./stage.mjs";

const world = JSON.parse(process.env.WORLD);
const stage = await start(world);
const { page, step } = stage;

/** Their qualified logins. */
const BOTH = [world.short, `okta:${world.short}`];

/** The id of the person with this login at a provider. */
async function idOf(provider) {
  const found = await (await page.request.get(`${world.samovar}/api/v1/users?limit=2&search=${world.short}`)).json();
  return found.items.find((user) => user.login === world.short && user.provider === provider).id;
}

await step("the administrator signs in", async () => {
  await page.goto(`${world.samovar}/service-accounts`);
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await page.getByRole("link", { name: "Sign in with Gitea" }).click();
  await stage.signInAtGitea(world.administrator);
  await page.getByRole("heading", { name: "Service accounts", exact: true }).waitFor();
});

await step("the owner of a service account is the person with the exact login", async () => {
  await page.getByRole("link", { name: "New service account" }).click();
  await page.getByLabel("Name", { exact: true }).fill("deploy-bot");
  await page.getByLabel("Person", { exact: true }).check();
  await page.getByLabel("Login", { exact: true }).fill(`keycloak:${world.short}`);
  await page.getByRole("button", { name: "Create service account" }).click();
  await page.getByRole("alert").filter({ hasText: "Write a login of another provider as provider:login" }).waitFor();
  await page.getByLabel("Login", { exact: true }).fill(BOTH[0]);
  const offered = page.locator("datalist option");
  await page.waitForFunction((all) => all.every((one) => document.querySelector(`datalist option[value="${one}"]`)), BOTH);
  assert.deepEqual(await offered.evaluateAll((all) => all.slice(0, 2).map((one) => one.value)), BOTH, "they come first");
  await page.getByRole("button", { name: "Create service account" }).click();
  await page.getByText(`owned by ${BOTH[0]}`).waitFor();
  const read = async () => (await (await page.request.get(`${world.samovar}/api/v1${new URL(page.url()).pathname}`)).json()).owner.id;
  assert.equal(await read(), await idOf(undefined));
  await page.getByLabel("Login", { exact: true }).fill(BOTH[1]);
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText(`owned by ${BOTH[1]}`).waitFor();
  assert.equal(await read(), await idOf("okta"));
});

await step("both are found on the page Access, and the role is assigned to the selected one", async () => {
  await stage.open("Access");
  for (const one of BOTH) {
    await page.getByRole("searchbox", { name: /^Search organizations/ }).fill(one);
    await page.getByRole("button", { name: new RegExp(`^${one}( \\(|$)`) }).click();
    await page.getByRole("heading", { name: one, exact: true }).waitFor();
  }
  assert.ok(page.url().includes(await idOf("okta")));
  await page.getByRole("button", { name: "Assign auditor" }).click();
  await page.getByRole("listitem").filter({ hasText: BOTH[1] }).first().waitFor();
  await page.getByRole("button", { name: "Assign role" }).click();
  await page.getByRole("button", { name: "Remove auditor" }).waitFor();
  const at = new URL(page.url());
  await stage.pagesFit([at.pathname + at.search]);
});

await step("sessions, roles and the audit log show the qualified login", async () => {
  await stage.open("Sessions");
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByRole("row", { name: new RegExp(`^${BOTH[1]} `) }).waitFor();
  await stage.open("Roles");
  await page.getByRole("link", { name: "auditor" }).click();
  await page.getByRole("link", { name: BOTH[1], exact: true }).waitFor();
  await stage.open("Audit");
  await page.getByLabel("Login").fill(BOTH[1]);
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(`**actor=${await idOf("okta")}**`);
  const who = page.locator("td[data-label='Actor']");
  await who.filter({ hasText: world.administrator.login }).first().waitFor({ state: "detached" });
  await page.getByRole("cell", { name: "session.create" }).first().waitFor();
  assert.ok((await who.allInnerTexts()).every((text) => text.startsWith(BOTH[1])));
});

await stage.end();
