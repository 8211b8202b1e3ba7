"""What is asked of Samovar itself: the exchange of Gitea's tokens, and whether a token is still in force."""

import asyncio
import base64
from typing import Any

import httpx
import pytest
from conftest import Client, bearer
from issuer import AUDIENCE, NOW, URL, USER, Issuer, encode, gitea_token
from samovar_fastapi import ProblemError, Samovar
from samovar_fastapi.http_client import ConnectionPool, ResponseCache
from starlette.requests import HTTPConnection

PERSONAL = "0123456789abcdef0123456789abcdef01234567"
EXCHANGE = "/oauth/token"
INTROSPECT = "/oauth/introspect"
CONFIDENTIAL: dict[str, Any] = {"client_id": "id:1", "client_secret": "smvc_s%cret"}


def exchanged(issuer: Issuer, **changes: Any) -> None:
    """Samovar gives a token for one of Gitea."""
    body = {"access_token": issuer.token(**changes), "token_type": "Bearer", "expires_in": 300}
    issuer.answers[EXCHANGE] = httpx.Response(200, json=body)


@pytest.mark.parametrize("token", [PERSONAL, gitea_token()], ids=["personal", "oauth"])
@pytest.mark.parametrize("scheme", ["Bearer", "token"])
def test_a_token_of_gitea_is_exchanged_once_and_used_until_it_ends(
    client: Client, issuer: Issuer, token: str, scheme: str
) -> None:
    exchanged(issuer)
    asked = client(gitea_tokens=True, keys_stale_for=10_000, **CONFIDENTIAL)
    for _ in range(3):
        assert asked.get("/deployments", headers={"Authorization": f"{scheme} {token}"}).json() == "ben"
    assert issuer.forms == [
        {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "audience": AUDIENCE,
        }
    ]
    assert None not in issuer.basic
    issuer.later(295)
    exchanged(issuer)
    assert asked.get("/deployments", headers={"Authorization": f"{scheme} {token}"}).json() == "ben"
    assert issuer.asked[EXCHANGE] == 2


def test_a_confidential_client_says_who_it_is(client: Client, issuer: Issuer) -> None:
    exchanged(issuer)
    client(gitea_tokens=True, **CONFIDENTIAL).get("/known", headers=bearer(PERSONAL))
    assert issuer.basic[0] is not None
    assert base64.b64decode(issuer.basic[0].removeprefix("Basic ")) == b"id%3A1:smvc_s%25cret"


def test_without_the_option_tokens_of_gitea_are_refused_unasked(client: Client, issuer: Issuer) -> None:
    asked = client()
    for token, code in (PERSONAL, "token_malformed"), (gitea_token(), "token_type_wrong"):
        assert asked.get("/known", headers=bearer(token)).json()["code"] == code
    assert asked.get("/known", headers={"Authorization": f"token {PERSONAL}"}).json()["code"] == "credentials_missing"
    assert issuer.asked[EXCHANGE] == 0


REFUSALS = [
    (400, {"error": "invalid_request"}, 401, "token_revoked"),
    (400, {"error": "invalid_grant", "error_description": "a secret of the inside"}, 401, "token_revoked"),
    (400, {"error": "invalid_scope"}, 403, "permission_missing"),
    (400, {"error": "invalid_target"}, 401, "token_type_wrong"),
    (400, {"error": "invalid_grant", "code": "principal_disabled"}, 401, "principal_disabled"),
    (400, {"error": "invalid_grant", "code": "token_expired"}, 401, "token_revoked"),
    (401, {"error": "invalid_client"}, 503, "samovar_unavailable"),
    (400, {"error": "unauthorized_client"}, 503, "samovar_unavailable"),
    (400, {"error": "something_new"}, 503, "samovar_unavailable"),
    (400, {"error": ["invalid_target"]}, 503, "samovar_unavailable"),
    (400, ["nonsense"], 503, "samovar_unavailable"),
    (404, {"error": "invalid_grant"}, 503, "samovar_unavailable"),
    (302, {}, 503, "samovar_unavailable"),
    (200, {"access_token": 7, "expires_in": 300}, 503, "samovar_unavailable"),
    (200, {"access_token": "x", "expires_in": True}, 503, "samovar_unavailable"),
    (429, {"error": "slow_down"}, 503, "samovar_unavailable"),
    (500, {"error": "server_error"}, 503, "samovar_unavailable"),
    (503, {"code": "membership_stale"}, 503, "membership_stale"),
]


@pytest.mark.parametrize(("status", "body", "expected", "code"), REFUSALS)
def test_what_samovar_refuses_is_refused_and_remembered_shortly(
    client: Client, issuer: Issuer, status: int, body: Any, expected: int, code: str
) -> None:
    issuer.answers[EXCHANGE] = httpx.Response(status, json=body)
    asked = client(gitea_tokens=True, **CONFIDENTIAL)
    for _ in range(3):
        answer = asked.get("/known", headers=bearer(PERSONAL))
        assert (answer.status_code, answer.json()["code"]) == (expected, code)
        assert "inside" not in answer.text
    assert issuer.asked[EXCHANGE] == (3 if status in (429, 500, 503) else 1)
    exchanged(issuer)
    issuer.later(10)
    assert asked.get("/known", headers=bearer(PERSONAL)).status_code == 200


@pytest.mark.parametrize(("status", "error"), [(401, "invalid_client"), (404, "not_found")])
def test_whoever_runs_the_application_is_told_what_to_check(
    client: Client, issuer: Issuer, caplog: pytest.LogCaptureFixture, status: int, error: str
) -> None:
    issuer.answers[EXCHANGE] = issuer.answers[INTROSPECT] = httpx.Response(status, json={"error": error})
    asked = client(gitea_tokens=True, **CONFIDENTIAL)
    for method, path, token in ("GET", "/known", PERSONAL), ("PUT", "/deployments", issuer.token()):
        caplog.clear()
        assert asked.request(method, path, headers=bearer(token)).status_code == 503
        assert f"was answered {status}; check client_id, client_secret and internal_url" in caplog.text
        assert PERSONAL not in caplog.text


def test_what_cannot_be_a_token_of_gitea_is_not_carried_there(client: Client, issuer: Issuer) -> None:
    asked = client(gitea_tokens=True, **CONFIDENTIAL)
    tokens = [
        (PERSONAL.upper().replace("0", "A"), "token_malformed"),
        (PERSONAL[1:], "token_malformed"),
        (PERSONAL + "0", "token_malformed"),
        (gitea_token(tt=1), "token_type_wrong"),
        (gitea_token(gnt="4"), "token_type_wrong"),
        (gitea_token(exp=NOW - 30), "token_expired"),
        (f"{encode({'typ': 'JWT'})}.{encode({'gnt': 1, 'tt': 0})}.x", "token_malformed"),
        (f"{encode({'typ': 'JWT'})}.{encode({'gnt': 1, 'tt': 0})}.{encode(b'x')}", "token_type_wrong"),
        ("x" * 9000, "token_malformed"),
    ]
    for token, code in tokens:
        assert asked.get("/known", headers=bearer(token)).json()["code"] == code
    assert issuer.asked[EXCHANGE] == 0


def test_a_token_that_samovar_gave_is_verified_like_any_other(client: Client, issuer: Issuer) -> None:
    exchanged(issuer, aud="samovar")
    answer = client(gitea_tokens=True, **CONFIDENTIAL).get("/known", headers=bearer(PERSONAL))
    assert answer.json()["code"] == "token_audience_wrong"
    exchanged(issuer, scope="")
    answer = client(gitea_tokens=True, **CONFIDENTIAL).get("/deployments", headers=bearer(PERSONAL))
    assert answer.json()["code"] == "scope_insufficient"


def test_a_crowd_with_one_token_is_one_exchange(issuer: Issuer) -> None:
    exchanged(issuer)
    options: dict[str, Any] = {"transport": issuer.transport, "clock": issuer.clock, **CONFIDENTIAL}
    samovar = Samovar(URL, AUDIENCE, gitea_tokens=True, **options)
    required = samovar.require()

    async def crowd() -> None:
        headers = [(b"authorization", b"token " + PERSONAL.encode())]
        await asyncio.gather(*[required(HTTPConnection({"type": "http", "headers": headers})) for _ in range(50)])
        await samovar.close()

    asyncio.run(crowd())
    assert issuer.asked[EXCHANGE] == 1


def asked_from(samovar: Samovar, address: str, tokens: list[str]) -> list[str]:
    """The code with which each of these is refused at one address; `ok` for none."""
    required = samovar.require()

    async def one(token: str) -> str:
        headers = [(b"authorization", b"token " + token.encode())]
        try:
            await required(HTTPConnection({"type": "http", "headers": headers, "client": (address, 1)}))
        except ProblemError as refusal:
            return refusal.code
        return "ok"

    async def each() -> list[str]:
        codes = [await one(token) for token in tokens]
        await samovar.close()
        return codes

    return asyncio.run(each())


def test_token_like_strings_of_one_network_are_limited(issuer: Issuer) -> None:
    issuer.answers[EXCHANGE] = httpx.Response(400, json={"error": "invalid_grant"})
    options: dict[str, Any] = {"clock": issuer.clock, "monotonic": issuer.monotonic, **CONFIDENTIAL}
    samovar = Samovar(URL, AUDIENCE, gitea_tokens=True, transport=issuer.transport, **options)
    nonsense = [f"{number:040x}" for number in range(1000)]
    codes = asked_from(samovar, "198.51.100.7", nonsense)
    assert codes[:10] == ["token_revoked"] * 10
    assert set(codes[10:]) == {"too_many_requests"}
    assert issuer.asked[EXCHANGE] == 10
    exchanged(issuer)
    assert asked_from(samovar, "198.51.100.8", [PERSONAL]) == ["too_many_requests"], "the same network"
    assert asked_from(samovar, "203.0.113.1", [PERSONAL]) == ["ok"], "another one"
    assert asked_from(samovar, "198.51.100.7", [PERSONAL]) == ["ok"], "what is remembered asks nothing"
    issuer.ticks += 6
    assert asked_from(samovar, "::ffff:198.51.100.7", ["f" * 40]) == ["ok"], "it wears off"


def test_a_crowd_of_made_up_tokens_is_limited_while_it_waits(issuer: Issuer) -> None:
    issuer.answers[EXCHANGE] = httpx.Response(400, json={"error": "invalid_grant"})
    options: dict[str, Any] = {"clock": issuer.clock, "monotonic": issuer.monotonic, **CONFIDENTIAL}
    samovar = Samovar(URL, AUDIENCE, gitea_tokens=True, transport=issuer.transport, **options)
    required = samovar.require()

    async def crowd() -> None:
        headers = [[(b"authorization", f"token {number:040x}".encode())] for number in range(1000)]
        calls = [required(HTTPConnection({"type": "http", "headers": each, "client": ("::1", 1)})) for each in headers]
        heard = await asyncio.gather(*calls, return_exceptions=True)
        assert {each.code for each in heard if isinstance(each, ProblemError)} == {"token_revoked", "too_many_requests"}
        await samovar.close()

    asyncio.run(crowd())
    assert issuer.asked[EXCHANGE] <= 10 + 50, "and those that are under way at a time"


def test_tokens_that_are_good_are_not_limited(issuer: Issuer) -> None:
    exchanged(issuer)
    options: dict[str, Any] = {"clock": issuer.clock, "monotonic": issuer.monotonic, **CONFIDENTIAL}
    samovar = Samovar(URL, AUDIENCE, gitea_tokens=True, transport=issuer.transport, **options)
    tokens = [f"{number:040x}" for number in range(50)]
    assert asked_from(samovar, "2001:db8::1", tokens) == ["ok"] * 50


def test_strangers_of_many_networks_are_limited_in_all(issuer: Issuer) -> None:
    issuer.answers[EXCHANGE] = httpx.Response(400, json={"error": "invalid_grant"})
    options: dict[str, Any] = {"clock": issuer.clock, "monotonic": issuer.monotonic, **CONFIDENTIAL}
    samovar = Samovar(URL, AUDIENCE, gitea_tokens=True, transport=issuer.transport, **options)
    for number in range(100):
        asked_from(samovar, f"10.{number}.0.1", [f"{number * 10 + each:040x}" for each in range(10)])
    assert issuer.asked[EXCHANGE] == 600


def in_force(issuer: Issuer, **changes: Any) -> None:
    """Samovar says that a token is in force."""
    body = {"active": True, "sub": USER, "aud": AUDIENCE, "scope": "deployments:read deployments:write", **changes}
    issuer.answers[INTROSPECT] = httpx.Response(200, json=body)


def test_whether_a_token_is_in_force_is_asked_and_remembered_shortly(client: Client, issuer: Issuer) -> None:
    in_force(issuer)
    asked, token = client(fresh_for=5, **CONFIDENTIAL), issuer.token()
    for _ in range(3):
        assert asked.put("/deployments", headers=bearer(token)).json() == "ben"
    assert issuer.forms == [{"token": token, "token_type_hint": "access_token"}]
    assert issuer.basic[0] is not None
    issuer.answers[INTROSPECT] = httpx.Response(200, json={"active": False})
    issuer.later(4)
    assert asked.put("/deployments", headers=bearer(token)).status_code == 200
    issuer.later(1)
    answer = asked.put("/deployments", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert asked.post("/deployments", headers=bearer(token)).status_code == 200, "others see it when the token ends"


def test_what_was_lost_meanwhile_is_gone_and_nothing_is_won(client: Client, issuer: Issuer) -> None:
    in_force(issuer, scope="deployments:read")
    answer = client(**CONFIDENTIAL).put("/deployments", headers=bearer(issuer.token()))
    assert answer.json()["code"] == "scope_insufficient"
    in_force(issuer)
    answer = client(**CONFIDENTIAL).put("/deployments", headers=bearer(issuer.token(scope="deployments:read")))
    assert answer.json()["code"] == "scope_insufficient"
    in_force(issuer, scope="deployments:*")
    assert client(**CONFIDENTIAL).put("/deployments", headers=bearer(issuer.token())).status_code == 200


UNCLEAR = [
    (200, {}),
    (200, []),
    (200, {"active": "true", "sub": USER, "aud": AUDIENCE, "scope": "deployments:write"}),
    (200, {"active": 1, "sub": USER, "aud": AUDIENCE, "scope": "deployments:write"}),
    (200, {"active": True}),
    (200, {"active": True, "sub": "other", "aud": AUDIENCE, "scope": "deployments:write"}),
    (200, {"active": True, "sub": USER, "aud": "other", "scope": "deployments:write"}),
    (200, {"active": True, "sub": USER, "aud": AUDIENCE, "scope": ["deployments:write"]}),
    (401, {"error": "invalid_client"}),
    (302, {"active": True}),
    (500, {"active": True}),
    (429, {}),
]


@pytest.mark.parametrize(("status", "body"), UNCLEAR)
def test_an_unclear_answer_lets_nobody_in(client: Client, issuer: Issuer, status: int, body: Any) -> None:
    issuer.answers[INTROSPECT] = httpx.Response(status, json=body)
    answer = client(**CONFIDENTIAL).put("/deployments", headers=bearer(issuer.token()))
    assert (answer.status_code, answer.json()["code"]) == (503, "samovar_unavailable")


def test_live_endpoints_close_while_samovar_is_away_and_others_stay_open(client: Client, issuer: Issuer) -> None:
    asked, token = client(**CONFIDENTIAL), issuer.token()
    issuer.away = True
    assert asked.put("/deployments", headers=bearer(token)).json()["code"] == "samovar_unavailable"
    assert asked.post("/deployments", headers=bearer(token)).status_code == 200
    issuer.away = False
    issuer.answers[INTROSPECT] = httpx.Response(503, json={"code": "membership_stale"})
    assert asked.put("/deployments", headers=bearer(token)).json()["code"] == "membership_stale"


def test_a_bad_token_is_not_asked_about(client: Client, issuer: Issuer) -> None:
    asked = client(**CONFIDENTIAL)
    for token in (issuer.token(aud="x"), issuer.token()[:-4] + "AAAA", "x", issuer.token(exp=NOW - 40, iat=NOW - 90)):
        assert asked.put("/deployments", headers=bearer(token)).status_code == 401
    assert issuer.asked[INTROSPECT] == 0


def test_kept_responses_are_bounded(issuer: Issuer) -> None:
    cache: ResponseCache[int] = ResponseCache(issuer.monotonic, max_entries=100)

    async def fill() -> None:
        pool = ConnectionPool(httpx.AsyncClient(transport=issuer.transport), 5)

        async def ask() -> tuple[float, int]:
            return 300, 1

        for number in range(1000):
            await cache.get(str(number), pool, ask)
        await asyncio.sleep(0)
        assert not pool.running

    asyncio.run(fill())
    assert len(cache) == 100
