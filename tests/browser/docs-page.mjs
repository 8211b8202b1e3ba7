// FastAPI's own docs page in a browser: its Authorize button signs a person in at Samovar, and an endpoint then answers.
//
// Started by tests/fastapi with one JSON document in DOCS_PAGE; ends with status 1 at the first step that fails.
// Intercepts nothing: Playwright would then answer the preflights that Samovar must answer.
import { strict as assert } from "node:assert";
import { chromium } from "playwright-core";

const world = JSON.parse(process.env.DOCS_PAGE);
const browser = await chromium.launch({ executablePath: world.chromium, args: ["--no-sandbox"] });
const context = await browser.newContext({ locale: "en-GB" });
context.setDefaultTimeout(20_000);
const page = await context.newPage();

try {
  await page.goto(`${world.application}/docs`);
  await page.getByRole("button", { name: "Authorize" }).click();
  const dialog = page.locator(".modal-ux");
  const scopes = dialog.locator("input[type=checkbox]");
  await scopes.first().waitFor({ state: "attached" });
  const chosen = await scopes.evaluateAll((all) => all.filter((each) => each.checked).map((each) => each.name ?? each.id));
  assert.equal(chosen.length, await scopes.count(), "every scope is selected by default");
  assert.equal(await dialog.locator("input#client_id_authorizationCode").inputValue(), world.clientId);
  const opened = context.waitForEvent("page");
  await dialog.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
  const popup = await opened;
  if (world.login) {
    await popup.locator("input[name=user_name]").fill(world.login);
    await popup.locator("input[name=password]").fill(world.password);
    await popup.locator("input[name=password]").press("Enter");
    const gitea = popup.locator("button[name=granted][value=true]");
    // Samovar asks for consent, because any program can use a public client at a loopback address.
    const samovar = popup.getByRole("button", { name: "Allow", exact: true });
    await gitea.or(samovar).waitFor();
    if (await gitea.isVisible()) await gitea.click();
    await samovar.click();
  }
  await dialog.getByRole("button", { name: "Remove authorization" }).waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  for (const { operation, status, text } of world.calls) {
    const block = page.locator(`#operations-default-${operation}`);
    await block.locator(".opblock-summary-control").click();
    await block.getByRole("button", { name: "Try it out" }).click();
    for (const [name, value] of Object.entries(world.parameters ?? {})) {
      const field = block.getByPlaceholder(name);
      if (await field.count()) await field.fill(value);
    }
    await block.getByRole("button", { name: "Execute" }).click();
    const answer = block.locator(".live-responses-table .response");
    await answer.waitFor();
    assert.equal((await answer.locator(".response-col_status").innerText()).trim().split(/\s/)[0], String(status), operation);
    assert.match(await answer.innerText(), new RegExp(text), operation);
  }
} catch (error) {
  const shown = await Promise.all(context.pages().map(async (each) => `${each.url()}\n${await each.locator("body").innerText()}`));
  console.error(shown.join("\n---\n"), error);
  process.exitCode = 1;
}
await browser.close();
