// The browser and what every step needs: Chromium from the system, Gitea's sign-in form, pictures, and a watch on
// everything that the content security policy blocked or a script threw.
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const PAGES = [
  "/",
  "/access",
  "/roles",
  "/roles/new",
  "/applications",
  "/applications/new",
  "/service-accounts",
  "/service-accounts/new",
  "/clients/new",
  "/explain",
  "/sessions",
  "/tokens",
  "/audit",
  "/gitea",
  "/providers",
  "/signing-keys",
  "/api/docs",
];

export async function start(world) {
  const browser = await chromium.launch({ executablePath: world.chromium, args: ["--no-sandbox"] });
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, locale: "en-GB" });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const errors = [];
  context.on("weberror", (error) => errors.push(String(error.error())));
  context.on("console", (message) => {
    // A refused call is written to the console by the browser itself, and is part of some steps.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) errors.push(message.text());
  });

  async function step(name, work) {
    try {
      await work();
      assert.deepEqual(errors, [], "the browser's console is quiet");
      console.log(`ok: ${name}`);
    } catch (error) {
      console.error(`failed: ${name}\nat ${page.url()}\n${await page.locator("body").innerText()}\n`, error);
      await browser.close();
      process.exit(1);
    }
  }

  async function signInAtGitea({ login, password }) {
    await page.locator("input[name=user_name]").fill(login);
    await page.locator("input[name=password]").fill(password);
    await page.locator("input[name=password]").press("Enter");
    const consent = page.locator("button[name=granted][value=true]");
    const back = page.waitForURL(`${world.samovar}/**`);
    await Promise.race([consent.waitFor().then(() => consent.click(), () => undefined), back]);
    await back;
  }

  /** Opens the menus of the navigation, one after the other, until the wanted link is visible. */
  async function reveal(wanted) {
    const menus = page.getByRole("navigation").locator("button[aria-expanded]");
    for (let n = 0; n < (await menus.count()) && !(await wanted.isVisible()); n++) await menus.nth(n).click();
  }

  async function open(name) {
    const link = page.getByRole("navigation").getByRole("link", { name, exact: true });
    await page.getByRole("navigation").waitFor();
    await reveal(link);
    // The page that is left may have the same title.
    const left = await page.locator("h1").elementHandle();
    await link.click();
    await left.waitForElementState("hidden");
    await page.getByRole("heading", { name, level: 1, exact: true }).waitFor();
  }

  async function route(place, { path, methods, requires, permissions, repository }) {
    const row = page.getByRole("listitem", { name: `Route ${place}`, exact: true });
    await row.getByLabel("Path").fill(path);
    await row.getByLabel("Methods").fill(methods);
    await row.getByLabel("Requires").selectOption(requires);
    if (repository) await row.getByLabel("Repository access").selectOption(repository);
    if (permissions) await row.getByRole("textbox", { name: /^Permissions/ }).fill(permissions);
  }

  /** A picture of the page for people, when a folder for pictures is given. */
  async function shot(name) {
    if (!world.pictures) return;
    await page.setViewportSize({ width: 980, height: 600 });
    for (const [colorScheme, suffix] of [
      ["light", ""],
      ["dark", "-dark"],
    ]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${world.pictures}/${name}${suffix}.png` });
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1200, height: 800 });
  }

  const axe = await readFile(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

  /** Violations of the accessibility rules on the current page, found by axe-core. */
  async function violations(colorScheme) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run());
    return found.violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0].html}`);
  }

  /** The page, on a narrow screen in both themes. Leaves the screen narrow. */
  async function fits(path) {
    await page.setViewportSize({ width: 360, height: 740 });
    const answer = await page.goto(world.samovar + path);
    assert.equal(answer.status(), 200, path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    assert.deepEqual([...(await violations("dark")), ...(await violations("light"))], [], path);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${path} is ${over} pixels wider than the screen`);
  }

  async function pagesFit(paths = PAGES) {
    for (const path of paths) await fits(path);
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("navigation").getByRole("link", { name: "Roles" }).click();
    await page.getByRole("heading", { name: "Roles", exact: true }).waitFor();
    await page.setViewportSize({ width: 1200, height: 800 });
  }

  return { page, step, signInAtGitea, open, reveal, route, shot, fits, pagesFit, secondPage: () => context.newPage(), end: () => browser.close() };
}
