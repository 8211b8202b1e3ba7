"""Which tokens are taken, and that each thing that can be wrong with one has its own answer."""

import json
import re
from datetime import datetime, timezone
from typing import Any

import pytest
from conftest import Client, bearer
from issuer import KEYS, NOW, URL, USER, Issuer, encode, gitea_token, make_keys
from jwt.algorithms import HMACAlgorithm

CHALLENGE = re.compile(
    r'Bearer realm="samovar"(?:, error="(\w+)", error_description="([^"\\]+)"(?:, scope="([^"\\]+)")?)?'
)


def refused(client: Client, token: str, code: str, status: int = 401) -> dict[str, Any]:
    """Asserts that the answer is this refusal in every respect; gives the document."""
    answer = client().get("/deployments", headers=bearer(token))
    document: dict[str, Any] = answer.json()
    assert (answer.status_code, document["code"]) == (status, code), document
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    challenge = CHALLENGE.fullmatch(answer.headers["www-authenticate"])
    assert challenge
    assert challenge[2] == document["detail"]
    assert challenge[1] == ("invalid_token" if status == 401 else "insufficient_scope")
    assert document["status"] == status
    assert "; " in document["detail"], "says what to do next"
    return document


@pytest.mark.parametrize("kid", KEYS)
def test_a_token_of_each_algorithm_says_who_calls(client: Client, issuer: Issuer, kid: str) -> None:
    acting = {"sub": "client-a", "act": {"sub": "client-b"}}
    answer = client().get("/known", headers=bearer(issuer.token(kid, act=acting, grant_id="grant-1")))
    assert answer.status_code == 200
    who = answer.json()
    assert who["id"] == USER
    assert (who["kind"], who["name"], who["grant_id"]) == ("user", "ben", "grant-1")
    assert who["act"] == ["client-a", "client-b"]
    assert sorted(who["scopes"]) == ["deployments:read", "deployments:write"]
    assert who["roles"] == ["deployer"]
    assert datetime.fromisoformat(who["expires"]) == datetime.fromtimestamp(NOW + 300, timezone.utc)


def test_no_token_is_told_nothing_but_that_one_is_needed(client: Client) -> None:
    for headers in ({}, {"Authorization": "Basic YTpi"}, {"Samovar-Token": "x"}, {"Remote-User": "ben"}):
        answer = client().get("/deployments?access_token=x", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "credentials_missing")
        assert answer.headers["www-authenticate"] == 'Bearer realm="samovar"'


def test_an_expired_token_says_when_and_what_the_clock_says(client: Client, issuer: Issuer) -> None:
    token = issuer.token()
    issuer.now += 329
    assert client().get("/deployments", headers=bearer(token)).status_code == 200, "within the leeway"
    issuer.now += 1
    document = refused(client, token, "token_expired")
    assert document["expired_at"] == "2026-09-21T14:18:20Z"
    assert document["server_time"] == "2026-09-21T14:18:50Z"


def test_a_token_of_the_future_is_not_an_expired_one(client: Client, issuer: Issuer) -> None:
    for claim in ("nbf", "iat"):
        near: dict[str, Any] = {claim: NOW + 30}
        assert client().get("/deployments", headers=bearer(issuer.token(**near))).status_code == 200
        far: dict[str, Any] = {claim: NOW + 31}
        assert refused(client, issuer.token(**far), "token_not_yet_valid")["valid_from"] == "2026-09-21T14:13:51Z"


def test_issuer_audience_and_scope_have_their_own_answers(client: Client, issuer: Issuer) -> None:
    for issuer_text in ("https://other.example.com", URL + "/", 7, None, ...):
        assert URL in refused(client, issuer.token(iss=issuer_text), "token_issuer_wrong")["detail"]
    for audience in ("samovar", "Deploy-api", "deploy-api "):
        assert "`deploy-api`" in refused(client, issuer.token(aud=audience), "token_audience_wrong")["detail"]
    document = refused(client, issuer.token(scope="deployments:write"), "scope_insufficient", 403)
    assert document["scope"] == "deployments:read"
    refused(client, issuer.token(scope=""), "scope_insufficient", 403)
    refused(client, issuer.token(scope="deployments:READ deployments:rea deployments"), "scope_insufficient", 403)


def test_a_wildcard_holds_its_own_resource_and_never_samovars(client: Client, issuer: Issuer) -> None:
    assert client().post("/deployments", headers=bearer(issuer.token(scope="deployments:*"))).status_code == 200
    for scope in ("deploy:*", "*", "*:*", "*:write"):
        refused(client, issuer.token(scope=scope), "scope_insufficient", 403)


NO_TEXT: list[Any] = [7, True, None, [], {}, 1.5, "", ...]
NO_MOMENT: list[Any] = ["1790000300", True, None, [], {}, 1790000300.0, -1, 10**12, ...]
FOUR_DEEP = {"sub": "a", "act": {"sub": "b", "act": {"sub": "c", "act": {"sub": "d"}}}}
BAD_CLAIMS: dict[str, list[Any]] = {
    "exp": [*NO_MOMENT, NOW - 1, NOW + 601],
    "iat": [*NO_MOMENT, NOW - 301],
    "nbf": NO_MOMENT,
    "aud": [*NO_TEXT, ["deploy-api"], ["deploy-api", "other"]],
    "sub": [*NO_TEXT, "x" * 1025],
    "jti": NO_TEXT,
    "client_id": NO_TEXT,
    "preferred_username": [7, True, None, [], {}, 1.5, ..., "\ud800", "x" * 1025],
    "scope": [7, True, None, [], {}, ..., ["deployments:read"], "a:b  c:d", " a:b", "a:b\n", 'a:"b'],
    "principal_kind": [*NO_TEXT, "admin", "User"],
    "roles": [7, True, None, {}, ..., "deployer", [7], [None], [["deployer"]]],
    "grant_id": [7, True, [], {}, 1.5, ""],
    "act": [7, True, [], {}, "client", {"sub": 7}, {"sub": "a", "act": "b"}, FOUR_DEEP],
}


@pytest.mark.parametrize("claim", BAD_CLAIMS)
def test_a_bad_claim_is_named_with_what_was_expected(client: Client, issuer: Issuer, claim: str) -> None:
    asked = client()
    for value in BAD_CLAIMS[claim]:
        answer = asked.get("/deployments", headers=bearer(issuer.token(**{claim: value})))
        document = answer.json()
        named = "exp" if claim == "iat" and value == NOW - 301 else claim
        assert (answer.status_code, document["code"]) == (401, "token_claim_invalid"), (value, document)
        assert document["detail"].startswith(f"claim `{named}` must be "), (value, document)


def test_numbers_beyond_all_bounds_are_refused_and_nothing_breaks(client: Client, issuer: Issuer) -> None:
    whole = json.dumps(issuer.claims())
    asked = client()
    for number in ("1e400", "-1e400", "9" * 4000, "9" * 5000, "NaN", "Infinity", "1790000300.5", "0x10"):
        payload = whole.replace(f'"exp": {NOW + 300}', f'"exp": {number}').encode()
        for token in (issuer.sign(payload), issuer.sign(payload).replace("ed-1", "gone")):
            answer = asked.get("/deployments", headers=bearer(token))
            assert answer.status_code == 401, number


def test_a_member_that_stands_twice_is_malformed(client: Client, issuer: Issuer) -> None:
    whole = json.dumps(issuer.claims())
    refused(client, issuer.sign(whole.replace("{", '{"aud": "x", ', 1).encode()), "token_malformed")
    head = b'{"alg":"EdDSA","kid":"ed-1","typ":"at+jwt","typ":"at+jwt"}'
    _, body, signature = issuer.token().split(".")
    refused(client, f"{encode(head)}.{body}.{signature}", "token_malformed")


MALFORMED = [
    "x",
    "..",
    "a.b",
    "a.b.c.d",
    "a.b.c",
    "é.é.é",
    "a" * 9000,
    "e30.e30.",
    "W10.W10.W10",
    f"{encode(b'[' * 5000)}.e30.x",
    f"{encode(b'nonsense')}.e30.x",
    f"{encode(bytes(range(128, 160)))}.e30.x",
]


@pytest.mark.parametrize("token", MALFORMED)
def test_what_is_no_token_costs_no_call(client: Client, issuer: Issuer, token: str) -> None:
    asked = client()
    issuer.asked.clear()
    answer = asked.get("/deployments", headers={b"Authorization": f"Bearer {token}".encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) in [(401, "token_malformed"), (401, "token_type_wrong")]
    assert not issuer.asked


def test_padding_and_other_spellings_of_the_same_bytes_are_malformed(client: Client, issuer: Issuer) -> None:
    head, body, signature = issuer.token().split(".")
    last = chr(ord(signature[-1]) + 1)
    for part in (signature + "=", signature + "==", signature + "AAA", signature[:-1] + last, "+" + signature):
        refused(client, f"{head}.{body}.{part}", "token_malformed")


EXTRA = [
    {"crit": ["exp"]},
    {"crit": []},
    {"crit": ["b64"], "b64": False},
    {"b64": False},
    {"jwk": {"kty": "OKP"}},
    {"jku": "https://trap.example.com/"},
    {"x5u": "https://trap.example.com/"},
    {"x5c": ["MII"]},
    {"x5t": "x"},
    {"cty": "JWT"},
    {"zip": "DEF"},
    {"kid": ...},
    {"alg": ...},
    {"kid": 7},
    {"kid": "../../etc/passwd"},
    {"kid": "ed-1\u0000"},
    {"kid": "k" * 65},
    {"kid": ""},
    {"alg": None},
    {"alg": ["EdDSA"]},
]


@pytest.mark.parametrize("header", EXTRA, ids=str)
def test_a_header_that_samovar_does_not_write_is_malformed(
    client: Client, issuer: Issuer, header: dict[str, Any]
) -> None:
    asked = client()
    issuer.asked.clear()
    answer = asked.get("/deployments", headers=bearer(issuer.sign(issuer.claims(), **header)))
    assert answer.json()["code"] == "token_malformed"
    assert not issuer.asked


NONE = ["none", "None", "NONE", "nOnE", "", " none", "none ", "none\u0000", "HS256", "HS384", "HS512", "PS256", "RS512"]


@pytest.mark.parametrize("algorithm", [*NONE, "ES384", "EdDSA ", "eddsa", "Ed25519", "ES256K", "\nHS256"])
def test_no_other_algorithm_is_taken(client: Client, issuer: Issuer, algorithm: str) -> None:
    head, body, signature = issuer.sign(issuer.claims(), alg=algorithm).split(".")
    for part in ("", signature):
        refused(client, f"{head}.{body}.{part}", "token_malformed")


def test_public_keys_never_become_shared_secrets(client: Client, issuer: Issuer) -> None:
    material = [KEYS["rsa-1"].public_key().public_numbers().n.to_bytes(256, "big"), b"", b"rsa-1"]
    for algorithm in ("HS256", "RS256", "EdDSA", "ES256"):
        for secret in material:
            head, body = encode({"alg": algorithm, "kid": "rsa-1", "typ": "at+jwt"}), encode(issuer.claims())
            signature = HMACAlgorithm(HMACAlgorithm.SHA256).sign(f"{head}.{body}".encode(), secret)
            answer = client().get("/deployments", headers=bearer(f"{head}.{body}.{encode(signature)}"))
            assert answer.json()["code"] in ("token_malformed", "token_signature_invalid")


def test_a_signature_must_fit_the_key_and_its_algorithm(client: Client, issuer: Issuer) -> None:
    head, body, signature = issuer.token().split(".")
    other = encode(issuer.claims(sub="other"))
    empty = encode(bytes(64))
    for token in (f"{head}.{other}.{signature}", f"{head}.{body}.{empty}", f"{head}.{body}."):
        refused(client, token, "token_signature_invalid")
    for kid in KEYS:
        for named in KEYS:
            if named != kid:
                refused(client, issuer.sign(issuer.claims(), kid, kid=named), "token_signature_invalid")
    foreign = Issuer(keys=make_keys())
    for kid in KEYS:
        refused(client, foreign.token(kid), "token_signature_invalid")


def test_other_kinds_of_token_are_told_so(client: Client, issuer: Issuer) -> None:
    for kind in (
        "JWT",
        "jwt",
        "AT+JWT",
        "application/at+jwt",
        "samovar-assertion+jwt",
        "logout+jwt",
        "dpop+jwt",
        "",
        ...,
        7,
    ):
        refused(client, issuer.sign(issuer.claims(), typ=kind), "token_type_wrong")
    refused(client, gitea_token(), "token_type_wrong")
    refused(client, "0123456789abcdef0123456789abcdef01234567", "token_malformed")


def test_two_tokens_are_one_too_many(client: Client, issuer: Issuer) -> None:
    twice = [("Authorization", f"Bearer {issuer.token()}"), ("Authorization", "Bearer x")]
    answer = client().get("/deployments", headers=twice)
    assert (answer.status_code, answer.json()["code"]) == (400, "target_ambiguous")
    assert 'error="invalid_request"' in answer.headers["www-authenticate"]


def test_samovars_own_header_is_read_where_authorization_is_the_applications(client: Client, issuer: Issuer) -> None:
    asked = client(token_header="Samovar-Token")
    token = issuer.token()
    assert asked.get("/deployments", headers={"Samovar-Token": token, "Authorization": "Bearer own"}).status_code == 200
    assert asked.get("/deployments", headers=bearer(token)).json()["code"] == "credentials_missing"


def test_who_may_be_anybody_is_still_refused_with_a_bad_token(client: Client, issuer: Issuer) -> None:
    asked = client()
    assert asked.get("/public").json() is None
    assert asked.get("/public", headers=bearer(issuer.token())).json() == "ben"
    assert asked.get("/public", headers=bearer("x")).status_code == 401


def test_nothing_that_was_sent_comes_back(client: Client, issuer: Issuer) -> None:
    planted = "Pl4ntedByTheCaller"
    tokens = [
        issuer.token(iss=planted),
        issuer.token(aud=planted),
        issuer.token(aud=[planted]),
        issuer.token(scope=planted),
        issuer.token(exp=planted),
        issuer.sign(issuer.claims(), typ=planted),
        issuer.sign(issuer.claims(), kid=planted),
        planted,
    ]
    for token in tokens:
        answer = client().get("/deployments", headers=bearer(token))
        assert planted not in answer.text + str(answer.headers)
