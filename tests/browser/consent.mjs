// Programs on a person's machine that ask for consent: the answer reaches each at its loopback address, an IPv6 one too,
// although no content security policy can name that.
//
// Started by main.rs with one JSON document in WORLD, as first-use.mjs is.
import { strict as assert } from "node:assert";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { start } from "./stage.mjs";

const world = JSON.parse(process.env.WORLD);
const stage = await start(world);
const { page, step } = stage;

/** A program that waits for its answer at an address. */
async function program(host) {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/html").end(`<link rel="icon" href="data:,"><p>The program has ${request.url.split("?")[0]}</p>`);
  });
  server.listen(0, host);
  await once(server, "listening");
  const { address, port } = server.address();
  return { server, redirect: `http://${address.includes(":") ? `[${address}]` : address}:${port}/callback` };
}

await step("a person signs in", async () => {
  await page.goto(`${world.samovar}/sessions`);
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await stage.signInAtGitea(world.member);
});

for (const [host, client] of Object.entries(world.programs)) {
  const { server, redirect } = await program(host);
  const challenge = createHash("sha256").update(randomBytes(32).toString("base64url")).digest("base64url");
  const query = new URLSearchParams({ response_type: "code", client_id: client, redirect_uri: redirect, state: host, code_challenge: challenge, code_challenge_method: "S256" });
  for (const [button, member] of [["Decline", "error"], ["Allow", "code"]]) {
    await step(`${button.toLowerCase()}: the answer reaches the program at ${redirect}`, async () => {
      await page.goto(`${world.samovar}/oauth/authorize?${query}`);
      await page.getByRole("button", { name: button }).click();
      await page.getByText("The program has /callback").waitFor();
      const { origin, pathname, searchParams } = new URL(page.url());
      assert.equal(origin + pathname, redirect);
      assert.deepEqual([...searchParams.keys()].filter((name) => name !== "error_description"), [member, "state", "iss"]);
      assert.deepEqual([searchParams.get("state"), searchParams.get("iss")], [host, world.samovar]);
    });
  }
  await step("without a session, consent leads to sign-in and asks again", async () => {
    await page.goto(`${world.samovar}/oauth/authorize?${query}`);
    await page.context().clearCookies({ domain: new URL(world.samovar).hostname });
    const asked = page.waitForResponse((answer) => answer.url().startsWith(`${world.samovar}/oauth/authorize`) && answer.request().method() === "GET");
    await page.getByRole("button", { name: "Allow" }).click();
    await asked;
    await page.getByRole("button", { name: "Decline" }).click();
    await page.getByText("The program has /callback").waitFor();
  });
  server.closeAllConnections();
  server.close();
}

await stage.end();
