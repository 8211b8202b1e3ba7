"""Authlib uses the server, and joserfc verifies its tokens by the published keys."""

import json
import os
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client, OAuthError
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from joserfc import jwt
from joserfc.jwk import KeySet

FLOW = json.loads(os.environ["FLOW"])
URL = FLOW["url"]

document = httpx.get(f"{URL}/.well-known/oauth-authorization-server").json()
metadata = AuthorizationServerMetadata(document)
for check in (
    metadata.validate_authorization_endpoint,
    metadata.validate_token_endpoint,
    metadata.validate_response_types_supported,
    metadata.validate_grant_types_supported,
    metadata.validate_token_endpoint_auth_methods_supported,
    metadata.validate_code_challenge_methods_supported,
):
    check()
assert document["issuer"] == URL
keys = KeySet.import_key_set(httpx.get(document["jwks_uri"]).json())


def verified(text: str) -> dict:
    token = jwt.decode(text, keys, algorithms=["EdDSA", "ES256", "RS256"])
    claims = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": URL},
        aud={"essential": True, "value": "deploy-api"},
        exp={"essential": True},
        sub={"essential": True},
    )
    claims.validate(token.claims)
    assert token.header["typ"] == "at+jwt"
    return token.claims


web = OAuth2Client(
    FLOW["web"]["id"],
    redirect_uri=FLOW["redirect"],
    scope="deployments:write",
    code_challenge_method="S256",
    token_endpoint_auth_method="none",
)
verifier = generate_token(48)
start, state = web.create_authorization_url(document["authorization_endpoint"], code_verifier=verifier)
sent = httpx.get(start, headers={"cookie": FLOW["cookie"]})
callback = sent.headers["location"]
assert parse_qs(urlsplit(callback).query)["iss"] == [URL]
token = web.fetch_token(
    document["token_endpoint"],
    authorization_response=callback,
    state=state,
    code_verifier=verifier,
)
assert verified(token["access_token"])["scope"] == "deployments:write"
again = web.refresh_token(document["token_endpoint"], refresh_token=token["refresh_token"])
assert again["refresh_token"] != token["refresh_token"]

service = OAuth2Client(FLOW["service"]["id"], FLOW["service"]["secret"])
told = service.introspect_token(document["introspection_endpoint"], token=again["access_token"]).json()
assert told["active"] is True and told["username"] == "ben", told

machine = OAuth2Client(
    FLOW["machine"]["id"],
    FLOW["machine"]["secret"],
    token_endpoint_auth_method="client_secret_basic",
)
own = machine.fetch_token(
    document["token_endpoint"], grant_type="client_credentials", audience="deploy-api"
)
assert verified(own["access_token"])["principal_kind"] == "service-account"
assert machine.revoke_token(document["revocation_endpoint"], token=own["access_token"]).status_code == 200

try:
    wrong = OAuth2Client(FLOW["machine"]["id"], "x", token_endpoint_auth_method="client_secret_basic")
    wrong.fetch_token(document["token_endpoint"], grant_type="client_credentials", audience="deploy-api")
except OAuthError as error:
    assert error.error == "invalid_client", error
else:
    raise AssertionError("a wrong secret got a token")
