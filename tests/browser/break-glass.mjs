// No person is an administrator: every page shows a banner, and the break-glass sign-in allows to assign the role.
//
// Started by main.rs with one JSON document in WORLD, as first-use.mjs is.
import { strict as assert } from "node:assert";
import { start } from "./stage.mjs";

const world = JSON.parse(process.env.WORLD);
const stage = await start(world);
const { page, step } = stage;

const banner = page.getByRole("alert").filter({ hasText: "No person administers Samovar" });

await step("a person without permissions reads what to do on the server", async () => {
  await page.goto(`${world.samovar}/`);
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await stage.signInAtGitea(world.outsider);
  await banner.filter({ hasText: "sudo samovar claim-code" }).waitFor();
  await stage.fits("/");
});

await step("the banner leads to the break-glass sign-in", async () => {
  await banner.getByRole("link", { name: "sign in with that password" }).click();
  await page.getByRole("heading", { name: "Break-glass sign-in" }).waitFor();
  await page.getByLabel("Break-glass password").fill("a wrong password, clearly");
  await page.getByRole("button", { name: "Sign in as local operator" }).click();
  await page.getByRole("alert").filter({ hasText: "sudo samovar break-glass set" }).waitFor();
  await page.getByLabel("Break-glass password").fill(world.password);
  await page.getByRole("button", { name: "Sign in as local operator" }).click();
  await page.waitForURL(`${world.samovar}/`);
});

await step("the operator assigns the role, and the banner disappears", async () => {
  await banner.getByRole("link", { name: "Access" }).click();
  await page.getByRole("searchbox").first().fill(world.outsider.login);
  await page.getByRole("button", { name: world.outsider.login }).click();
  await page.getByRole("button", { name: "Assign administrator" }).click();
  await page.getByText("1 person would gain access").waitFor();
  await page.getByRole("button", { name: "Assign role" }).click();
  await banner.waitFor({ state: "detached" });
  const me = await (await page.request.get(`${world.samovar}/api/v1/me`)).json();
  assert.equal(me.administrators, "lasting");
});

await step("the role's page marks the administrator whose account is disabled", async () => {
  await page.goto(`${world.samovar}/roles`);
  await page.getByRole("link", { name: "administrator", exact: true }).click();
  const assigned = page.getByRole("main").getByRole("listitem");
  await assigned.filter({ hasText: world.disabled }).getByText("account disabled: no effect").waitFor();
  await assigned.filter({ hasText: world.outsider.login }).waitFor();
  assert.equal(await page.getByText("account disabled").count(), 1);
});

await stage.end();
