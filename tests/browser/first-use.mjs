// The first use from a browser: from the one-time code to a protected application, its audit events and sign-out.
//
// Started by main.rs with one JSON document in WORLD; says each step, ends with status 1 at the first that fails.
// Knows pages as a person does: by labels, names of buttons and texts.
import { strict as assert } from "node:assert";
import { start } from "./stage.mjs";

const world = JSON.parse(process.env.WORLD);
const stage = await start(world);
const { page, step } = stage;

await step("without a session the sign-in page is shown, without a redirect", async () => {
  await page.goto(`${world.samovar}/roles`);
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/roles");
});

await step("sign-in offers the providers and returns to the requested page", async () => {
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Sign in with Okta" }).waitFor();
  await page.getByRole("link", { name: "Sign in with Gitea" }).click();
  await stage.signInAtGitea(world.administrator);
  await page.waitForURL(`${world.samovar}/roles`);
});

await step("a wrong code is refused with an error, the right one creates the first administrator", async () => {
  await page.getByRole("heading", { name: "Administrator setup" }).waitFor();
  await page.getByLabel("One-time code").fill("certainly-not-the-code");
  await page.getByRole("button", { name: "Become administrator" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("One-time code").fill(world.claimCode);
  await page.getByRole("button", { name: "Become administrator" }).click();
  await page.getByRole("heading", { name: "Roles", exact: true }).waitFor();
});

await step("a role is created; an invalid permission is reported", async () => {
  await page.getByRole("link", { name: "New role" }).click();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1", "the title of a new page has the focus");
  await page.getByLabel("Name").fill("deployer");
  await page.getByLabel("Description").fill("May start deployments");
  await page.getByLabel("Permissions").fill("deployments write");
  await page.getByRole("button", { name: "Create role" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "deployer", "the input is kept");
  await page.getByLabel("Permissions").fill("deployments:read\ndeployments:write");
  await page.getByRole("button", { name: "Create role" }).click();
  await page.getByRole("heading", { name: "deployer", exact: true }).waitFor();
});

await step("an application is created, with its routes in order", async () => {
  await stage.open("Applications");
  await page.getByRole("link", { name: "New application" }).click();
  await page.getByLabel("Name", { exact: true }).fill("deployments");
  await page.getByLabel("Hosts").fill("deploy.example.org");
  await stage.route(1, { path: "/deploy/{owner}/{repo}", methods: "POST", requires: "permissions", permissions: "deployments:write", repository: "write" });
  await page.getByRole("button", { name: "Add route" }).click();
  await stage.route(2, { path: "/healthz", methods: "", requires: "nothing (public)" });
  await page.getByRole("button", { name: "Add route" }).click();
  await stage.route(3, { path: "/**", methods: "GET", requires: "sign-in" });
  await page.getByRole("button", { name: "Move route 2 up" }).click();
  assert.equal(await page.getByLabel("Path").first().inputValue(), "/healthz");
  await page.getByRole("button", { name: "Create application" }).click();
  await page.getByRole("heading", { name: "deployments", exact: true }).waitFor();
});

await step("the configurations for nginx and Caddy contain the application's host", async () => {
  for (const proxy of ["nginx", "Caddy"]) {
    await page.getByRole("button", { name: proxy, exact: true }).click();
    const text = await page.getByLabel(`${proxy} configuration`).innerText();
    assert.match(text, /deploy\.example\.org/);
  }
});

await step("a role is assigned to a team, after the impact was shown", async () => {
  await stage.open("Access");
  await page.getByRole("button", { name: /^Deployers/ }).click();
  const assign = page.getByRole("button", { name: "Assign deployer" });
  await assign.click();
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  // A closed dialog restores the focus.
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Assign deployer");
  await assign.click();
  await page.getByText("1 person would gain access").waitFor();
  assert.match(await page.getByRole("dialog").innerText(), new RegExp(world.member));
  await page.getByRole("button", { name: "Assign role" }).click();
  await page.getByRole("button", { name: "Remove deployer" }).waitFor();
  await stage.shot("screenshot");
});

await step("two requests are checked, one allowed and one denied", async () => {
  for (const [login, verdict, reason] of [
    [world.member, "Allowed", /Gitea grants write/],
    [world.outsider, "Denied", /Roles with this permission: deployer/],
  ]) {
    await stage.open("Access check");
    await page.getByLabel("Person").fill(login);
    await page.getByLabel("Method").selectOption("POST");
    await page.getByLabel("Path").fill("/deploy/acme/site");
    await page.getByRole("button", { name: "Check access" }).click();
    await page.getByRole("heading", { name: verdict }).waitFor();
    assert.match(await page.getByLabel("Decision").innerText(), reason);
  }
  await stage.shot("screenshot-explain");
});

await step("after a conflicting change both versions are shown, and no input is lost", async () => {
  const other = await stage.secondPage();
  for (const one of [page, other]) {
    await one.goto(`${world.samovar}/roles`);
    await one.getByRole("link", { name: "deployer" }).click();
    await one.getByLabel("Description").waitFor();
  }
  await other.getByLabel("Description").fill("Changed by the faster one");
  await other.getByRole("button", { name: "Save changes" }).click();
  await other.getByRole("button", { name: "Save changes", disabled: true }).waitFor();
  await page.getByLabel("Description").fill("Typed by the slower one");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("This role was changed").waitFor();
  await page.getByText("Changed by the faster one").waitFor();
  assert.equal(await page.getByLabel("Description").inputValue(), "Typed by the slower one");
  await page.getByRole("button", { name: "Save my version" }).click();
  await page.getByText("This role was changed").waitFor({ state: "detached" });
  await other.reload();
  await other.getByLabel("Description").waitFor();
  assert.equal(await other.getByLabel("Description").inputValue(), "Typed by the slower one");
  await other.close();
});

await step("a rotated proxy secret does not conflict with the form on the same page", async () => {
  // As with a listener for checks that other machines reach.
  await page.route("**/snippets/*", async (route) => {
    if (route.request().method() !== "GET") return route.continue();
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), needs_secret: true } });
  });
  await stage.open("Applications");
  await page.getByRole("link", { name: "deployments" }).click();
  await page.getByRole("button", { name: "Rotate secret" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate secret" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  for (const hosts of ["deploy.example.org\ndeploy.example.net", "deploy.example.org"]) {
    await page.getByLabel("Hosts").fill(hosts);
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByRole("status").filter({ hasText: "Application saved" }).waitFor({ state: "attached" });
    assert.equal(await page.getByText("was changed while you were editing it").count(), 0);
  }
  // A request that is being answered ends first.
  await page.unrouteAll({ behavior: "wait" });
});

await step("the audit log contains all changes and can be filtered", async () => {
  await stage.open("Audit");
  for (const action of ["role.create", "application.create", "role-binding.create"]) {
    await page.getByLabel("Action", { exact: true }).fill(action);
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("cell", { name: action }).first().waitFor();
    assert.match(page.url(), new RegExp(`action=${action}`));
  }
});

await step("a full sync can be started", async () => {
  await stage.open("Gitea");
  await page.getByRole("button", { name: "Sync now" }).click();
  await page.getByRole("status").filter({ hasText: "Sync finished" }).waitFor({ state: "attached" });
});

await step("a role can be assigned to a provider group, which is marked as identified by name", async () => {
  await stage.open("Providers");
  await page.getByRole("heading", { name: "Okta", exact: true }).waitFor();
  await page.getByText("Samovar signs out of the provider").waitFor();
  await page.getByRole("link", { name: world.group }).click();
  await page.getByRole("heading", { name: `group ${world.group} of okta (by name)` }).waitFor();
  await page.getByRole("button", { name: "Assign deployer" }).click();
  await page.getByText("1 person would gain access").waitFor();
  await page.getByRole("button", { name: "Assign role" }).click();
  await page.getByText("by name: can be taken over by a rename").waitFor();
  await page.getByRole("button", { name: "Remove deployer" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("button", { name: "Remove deployer" }).waitFor({ state: "detached" });
});

await step("the current session is marked", async () => {
  await stage.open("Sessions");
  await page.getByText("current session").first().waitFor();
});

await step("a role is removed, after the impact was shown", async () => {
  await stage.open("Access");
  await page.getByRole("button", { name: /^Deployers/ }).click();
  await page.getByRole("button", { name: "Remove deployer" }).click();
  await page.getByText("1 person would lose access").waitFor();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("button", { name: "Remove deployer" }).waitFor({ state: "detached" });
});

await step("a role that is assigned cannot be deleted; the dialog names the subjects", async () => {
  await stage.open("Roles");
  await page.getByRole("link", { name: "administrator", exact: true }).click();
  await page.getByRole("heading", { name: "Assigned to" }).waitFor();
  await page.getByRole("listitem").filter({ hasText: world.administrator.login }).waitFor();
  await stage.open("Access");
  await page.getByRole("button", { name: /^Deployers/ }).click();
  await page.getByRole("button", { name: "Assign deployer" }).click();
  await page.getByText("1 person would gain access").waitFor();
  await page.getByRole("button", { name: "Assign role" }).click();
  await page.getByRole("link", { name: "deployer", exact: true }).click();
  await page.getByRole("button", { name: "Delete role" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Still assigned to acme/Deployers. Remove those first; you'll see who loses access.").waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Delete role" }).isDisabled());
  await dialog.getByRole("button", { name: "Cancel" }).click();
});

await step("an unknown path shows the page 'Page not found'", async () => {
  await page.goto(`${world.samovar}/gitea/no-such-page`);
  await page.getByRole("heading", { name: "Page not found" }).waitFor();
  await page.getByRole("link", { name: "Open the overview" }).click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
});

await step("every page is accessible and fits a narrow screen", () => stage.pagesFit());

await step("a sign-out lasts", async () => {
  await stage.reveal(page.getByRole("button", { name: "Sign out" }));
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(`${world.samovar}/auth/signed-out*`);
  await page.goto(`${world.samovar}/access`);
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  assert.equal(new URL(page.url()).origin, world.samovar);
});

await stage.end();
