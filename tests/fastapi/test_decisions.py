"""Decisions that Samovar makes for one call: what it is asked, what its answers mean, and that none is kept."""

from typing import Annotated, Any

import httpx
import pytest
from conftest import Client, bearer
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from issuer import AUDIENCE, URL, USER, Issuer
from samovar_fastapi import Principal, Samovar
from starlette.websockets import WebSocketDisconnect

EVALUATION = "/access/v1/evaluation"
CONFIDENTIAL: dict[str, Any] = {"client_id": "id:1", "client_secret": "smvc_s%cret"}


def says(issuer: Issuer, code: str = "allowed", **context: Any) -> None:
    """What Samovar answers from now on."""
    body = {"decision": code == "allowed", "context": {"code": code, "reasons": [], **context}}
    issuer.answers[EVALUATION] = httpx.Response(200, json=body)


def test_a_decision_is_asked_for_every_call_and_none_is_kept(client: Client, issuer: Issuer) -> None:
    says(issuer)
    asked, token = client(**CONFIDENTIAL), issuer.token()
    for _ in range(3):
        assert asked.patch("/deployments", headers=bearer(token)).status_code == 200
    question = {
        "subject": {"type": "user", "id": USER, "properties": {"access_token": token}},
        "action": {"name": "write"},
        "resource": {"type": "deployments", "id": AUDIENCE},
    }
    assert issuer.questions == [question] * 3
    assert None not in issuer.basic
    says(issuer, "permission_missing", reason="a word of the inside")
    answer = asked.patch("/deployments", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")
    assert "`deployments:write`" in answer.json()["detail"]
    assert "inside" not in answer.text
    assert asked.post("/deployments", headers=bearer(token)).status_code == 200, "others see it when the token ends"


def test_without_permissions_the_routes_in_samovar_decide(client: Client, issuer: Issuer) -> None:
    says(issuer)
    asked, token = client(**CONFIDENTIAL), issuer.token(scope="")
    for method, sent, seen in [
        ("GET", "/by-route/a?token=x", "/by-route/a"),
        ("DELETE", "/by-route/a%20b", "/by-route/a%20b"),
        ("GET", "/by-route/%C3%BC", "/by-route/%C3%BC"),
    ]:
        assert asked.request(method, sent, headers=bearer(token)).json() == "ben"
        assert issuer.questions[-1]["action"] == {"name": method}
        assert issuer.questions[-1]["resource"] == {"type": "samovar.path", "id": seen}
    with asked.websocket_connect("/by-route", headers=bearer(token)) as socket:
        assert socket.receive_text() == "ben"
    assert issuer.questions[-1]["action"] == {"name": "GET"}
    says(issuer, "permission_missing")
    with pytest.raises(WebSocketDisconnect) as closed:  # noqa: SIM117 - what is closed is read inside
        with asked.websocket_connect("/by-route", headers=bearer(token)) as socket:
            socket.receive_text()
    assert (closed.value.code, closed.value.reason.partition(":")[0]) == (1008, "permission_missing")


DENIALS = [
    ("permission_missing", {}, 403, "permission_missing"),
    ("route_unknown", {}, 403, "route_unknown"),
    ("repository_access_missing", {}, 403, "repository_access_missing"),
    ("scope_insufficient", {"scope": "deployments:write"}, 403, "scope_insufficient"),
    ("scope_insufficient", {"scope": 'a"b'}, 403, "permission_missing"),
    ("scope_insufficient", {}, 403, "permission_missing"),
    ("target_ambiguous", {}, 400, "target_ambiguous"),
    ("principal_disabled", {}, 401, "principal_disabled"),
    ("session_ended", {}, 401, "session_ended"),
    ("token_revoked", {}, 401, "token_revoked"),
    ("token_expired", {}, 401, "token_expired"),
    ("token_key_unknown", {}, 401, "token_key_unknown"),
    ("token_claim_invalid", {}, 403, "permission_missing"),
    ("membership_stale", {}, 403, "permission_missing"),
    ("something_new", {}, 403, "permission_missing"),
    (7, {}, 403, "permission_missing"),
]


@pytest.mark.parametrize(("code", "context", "status", "expected"), DENIALS)
def test_a_denial_is_a_refusal_in_samovars_word(
    client: Client, issuer: Issuer, code: Any, context: dict[str, Any], status: int, expected: str
) -> None:
    says(issuer, code, **context)
    asked = client(**CONFIDENTIAL)
    for method, path in ("PATCH", "/deployments"), ("GET", "/by-route/a"):
        answer = asked.request(method, path, headers=bearer(issuer.token()))
        assert (answer.status_code, answer.json()["code"]) == (status, expected)
        assert ("www-authenticate" in answer.headers) == (status != 403 or expected == "scope_insufficient")


UNCLEAR: list[tuple[int, Any]] = [
    (200, {}),
    (200, []),
    (200, {"decision": "true"}),
    (200, {"decision": 1}),
    (200, {"context": {"code": "allowed"}}),
    (201, {"decision": True}),
    (302, {"decision": True}),
    (400, {"error": "invalid_request"}),
    (401, {"error": "invalid_client"}),
    (404, {"decision": True}),
    (429, {"decision": True}),
    (500, {"decision": True}),
    (503, {"decision": True}),
]


@pytest.mark.parametrize(("status", "body"), UNCLEAR)
def test_an_unclear_answer_lets_nobody_in(client: Client, issuer: Issuer, status: int, body: Any) -> None:
    issuer.answers[EVALUATION] = httpx.Response(status, json=body)
    answer = client(**CONFIDENTIAL).patch("/deployments", headers=bearer(issuer.token()))
    assert (answer.status_code, answer.json()["code"]) == (503, "samovar_unavailable")
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize("context", [None, "allowed", [], {"code": "allowed"}])
def test_a_denial_without_a_word_is_a_denial(client: Client, issuer: Issuer, context: Any) -> None:
    issuer.answers[EVALUATION] = httpx.Response(200, json={"decision": False, "context": context})
    answer = client(**CONFIDENTIAL).patch("/deployments", headers=bearer(issuer.token()))
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")


def test_nobody_is_let_in_while_samovar_or_gitea_is_away(client: Client, issuer: Issuer) -> None:
    asked, token = client(**CONFIDENTIAL), issuer.token()
    issuer.away = True
    answer = asked.patch("/deployments", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (503, "samovar_unavailable")
    issuer.away = False
    stale = {"error": "temporarily_unavailable", "code": "membership_stale"}
    issuer.answers[EVALUATION] = httpx.Response(503, json=stale)
    answer = asked.patch("/deployments", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (503, "membership_stale")


def test_what_is_refused_here_is_not_asked_about(client: Client, issuer: Issuer) -> None:
    asked = client(**CONFIDENTIAL)
    narrow = asked.patch("/deployments", headers=bearer(issuer.token(scope="deployments:read")))
    assert narrow.json()["code"] == "scope_insufficient"
    for token in (issuer.token(aud="other"), issuer.token()[:-4] + "AAAA", "x"):
        assert asked.patch("/deployments", headers=bearer(token)).status_code == 401
    assert asked.patch("/deployments").json()["code"] == "credentials_missing"
    assert issuer.asked[EVALUATION] == 0


def test_behind_a_proxy_samovar_decides_about_whom_the_assertion_names(client: Client, issuer: Issuer) -> None:
    says(issuer)
    asked = client(behind_proxy=True, **CONFIDENTIAL)
    cut = issuer.assertion(permissions=..., permissions_cut=True)
    for assertion in issuer.assertion(permissions=[]), cut:
        answer = asked.patch("/deployments", headers={"Samovar-Assertion": assertion})
        assert answer.json() == ["deployments:write"], "what was decided is what the principal holds"
        assert issuer.questions[-1]["subject"] == {"type": "user", "id": USER}
    by_session = {"Samovar-Assertion": issuer.assertion()}
    for scope in "deployments:read", "":
        by_token = {"Samovar-Assertion": issuer.assertion(scope=scope)}
        assert asked.patch("/deployments", headers=by_token).json()["code"] == "scope_insufficient"
    assert issuer.asked[EVALUATION] == 2, "the scope of the caller's token narrows before Samovar is asked"
    says(issuer, "permission_missing")
    assert asked.patch("/deployments", headers=by_session).status_code == 403


@pytest.mark.parametrize("scope", ["a:b", "deployments:read deployments:write", ""])
def test_behind_a_proxy_samovar_is_told_the_scope_of_the_callers_token(
    client: Client, issuer: Issuer, scope: str
) -> None:
    says(issuer, "scope_insufficient", scope="deployments:write")
    headers = {"Samovar-Assertion": issuer.assertion(scope=scope)}
    refused = client(behind_proxy=True, **CONFIDENTIAL).get("/by-route/a", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_insufficient")
    assert issuer.questions[-1]["subject"] == {"type": "user", "id": USER, "properties": {"scope": scope}}


def test_the_same_words_give_the_same_dependency_which_tests_can_override(issuer: Issuer) -> None:
    samovar = Samovar(URL, AUDIENCE, transport=issuer.transport, clock=issuer.clock, **CONFIDENTIAL)
    decision = samovar.require("deployments:write", live="decision")
    assert decision is samovar.require("deployments:write", live="decision")
    assert decision is not samovar.require("deployments:write", live="introspect")
    assert decision is not samovar.require("deployments:write")
    says(issuer)
    app = FastAPI(dependencies=[Depends(decision)])

    @app.get("/")
    def guarded(caller: Annotated[Principal, Depends(decision)]) -> str:
        return caller.name

    client = TestClient(app)
    assert client.get("/", headers=bearer(issuer.token())).json() == "ben"
    assert issuer.asked[EVALUATION] == 1, "once for each request"
    ada = Principal(id="1", kind="user", name="ada", token_id="1", expires=issuer.now)  # type: ignore[arg-type]
    app.dependency_overrides[decision] = lambda: ada
    assert client.get("/").json() == "ada"
