// openid-client and oauth4webapi use the server: they check everything that the standards let a client check.
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import assert from "node:assert/strict";

const { url, cookie, web, service, machine, redirect } = JSON.parse(process.env.FLOW);
const server = new URL(url);
const insecure = { execute: [client.allowInsecureRequests], algorithm: "oauth2" };
const raw = { [oauth.allowInsecureRequests]: true };

// A person lets a public client act for them.
const config = await client.discovery(server, web.id, undefined, client.None(), insecure);
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const start = client.buildAuthorizationUrl(config, {
  redirect_uri: redirect,
  scope: "deployments:write",
  state,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
});
const sent = await fetch(start, { headers: { cookie }, redirect: "manual" });
const callback = new URL(sent.headers.get("location"));
const checks = { pkceCodeVerifier: verifier, expectedState: state };
const tokens = await client.authorizationCodeGrant(config, callback, checks);
assert.equal(tokens.scope, "deployments:write");
await assert.rejects(
  client.authorizationCodeGrant(config, new URL(callback.href.replace("iss=", "iss=x")), checks),
);
const next = await client.refreshTokenGrant(config, tokens.refresh_token);
assert.notEqual(next.refresh_token, tokens.refresh_token);

// The service for which the token is verifies it by itself (RFC 9068), and asks what it is worth now.
const as = await oauth.processDiscoveryResponse(
  server,
  await oauth.discoveryRequest(server, { algorithm: "oauth2", ...raw }),
);
const request = new Request(redirect, { headers: { authorization: `Bearer ${next.access_token}` } });
const claims = await oauth.validateJwtAccessToken(as, request, "deploy-api", {
  signingAlgorithms: ["EdDSA"],
  ...raw,
});
assert.equal(claims.client_id, web.id);
await assert.rejects(oauth.validateJwtAccessToken(as, request, "other-api", raw));
const asking = await client.discovery(
  server,
  service.id,
  service.secret,
  client.ClientSecretBasic(service.secret),
  insecure,
);
const active = await client.tokenIntrospection(asking, next.access_token);
assert.equal(active.active, true);
assert.equal(active.sub, claims.sub);
await client.tokenRevocation(config, next.refresh_token);
assert.equal((await client.tokenIntrospection(asking, next.access_token)).active, false);

// A machine gets a token for itself.
const account = await client.discovery(
  server,
  machine.id,
  machine.secret,
  client.ClientSecretPost(machine.secret),
  insecure,
);
const own = await client.clientCredentialsGrant(account, { audience: "deploy-api" });
assert.equal(own.expires_in, 300);
const wrong = await client.discovery(server, machine.id, "x", client.ClientSecretBasic("x"), insecure);
const refused = client.clientCredentialsGrant(wrong, { audience: "deploy-api" });
await assert.rejects(refused, (error) => error.status === 401);
