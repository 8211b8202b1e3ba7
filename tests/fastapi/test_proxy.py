"""Behind a proxy: what Samovar signed is believed, and nothing else."""

from typing import Any

import pytest
from conftest import Client
from fastapi.testclient import TestClient
from issuer import USER, Issuer
from samovar_fastapi import RemoteIdentity
from starlette.websockets import WebSocketDisconnect


def proxied(client: Client, **options: Any) -> TestClient:
    """An application behind a proxy."""
    return client(behind_proxy=True, **options)


def signed(assertion: str, **more: str) -> dict[str, str]:
    """The headers that a proxy sets."""
    return {"Samovar-Assertion": assertion, **{name.replace("_", "-"): value for name, value in more.items()}}


def test_an_assertion_says_who_calls(client: Client, issuer: Issuer) -> None:
    who = proxied(client).get("/known", headers=signed(issuer.assertion())).json()
    assert (who["id"], who["name"], who["full_name"], who["email"]) == (USER, "ben", "Ben Müller", "ben@acme.test")
    assert (who["groups"], who["groups_cut"], who["roles_cut"]) == (["acme/Deployers"], False, False)
    assert (who["client_id"], who["provider"]) == (None, "gitea")
    assert sorted(who["scopes"]) == ["deployments:read", "deployments:write"]


def test_bare_headers_and_tokens_count_for_nothing(client: Client, issuer: Issuer) -> None:
    asked = proxied(client)
    bare = {"Remote-User": "ada", "Remote-User-Id": USER, "Remote-Roles": "deployer", "Remote-Groups": "acme"}
    for headers in (bare, {"Authorization": f"Bearer {issuer.token()}", **bare}, signed("", **bare)):
        answer = asked.get("/known", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "credentials_missing")
        assert asked.get("/public", headers=headers).json() is None
        assert asked.get("/remote", headers=headers).json()["user"] == ""


def test_the_provider_tells_people_of_one_login_apart(client: Client, issuer: Issuer) -> None:
    asked = proxied(client)
    for provider in "gitea", "okta":
        who = asked.get("/known", headers=signed(issuer.assertion(provider=provider))).json()
        assert (who["name"], who["provider"]) == ("ben", provider)
    machine = issuer.assertion(principal_kind="service-account", provider=...)
    assert asked.get("/known", headers=signed(machine)).json()["provider"] is None


def test_permissions_give_what_samovar_says_is_held_whatever_the_roles(client: Client, issuer: Issuer) -> None:
    asked = proxied(client)
    cases = [
        (["deployments:write"], 200),
        (["deployments:*"], 200),
        (["deployments:read"], 403),
        (["deployments.eu:*"], 403),
        ([], 403),
    ]
    for permissions, status in cases:
        answer = asked.post("/deployments", headers=signed(issuer.assertion(permissions=permissions)))
        assert answer.status_code == status
        if status == 403:
            assert answer.json()["code"] == "permission_missing"
            assert "`deployments:write`" in answer.json()["detail"]
            assert "www-authenticate" not in answer.headers


def test_a_list_that_was_cut_is_never_taken_for_the_whole(client: Client, issuer: Issuer) -> None:
    asked = proxied(client)
    for permissions in (..., ["deployments:write"]):
        cut = signed(issuer.assertion(permissions=permissions, permissions_cut=True))
        answer = asked.post("/deployments", headers=cut)
        assert (answer.status_code, answer.json()["code"]) == (403, "permissions_cut")
        who = asked.get("/known", headers=cut).json()
        assert (who["scopes"], who["scopes_cut"]) == ([], True)
    neither = asked.post("/deployments", headers=signed(issuer.assertion(permissions=...)))
    assert (neither.status_code, neither.json()["claim"]) == (401, "permissions")
    marked = signed(issuer.assertion(groups_cut=True, roles_cut=True))
    who = asked.get("/known", headers=marked).json()
    assert (who["groups_cut"], who["roles_cut"], who["scopes_cut"]) == (True, True, False)


def test_assertions_are_checked_as_tokens_are(client: Client, issuer: Issuer) -> None:
    asked = proxied(client)
    cases = [
        (issuer.token(), "token_type_wrong"),
        (issuer.sign(issuer.assertion_claims(), typ="JWT"), "token_type_wrong"),
        (issuer.assertion(aud="other"), "token_audience_wrong"),
        (issuer.assertion(iss="https://other.example.com"), "token_issuer_wrong"),
        (issuer.assertion(exp=int(issuer.now) + 61), "token_claim_invalid"),
        (issuer.assertion(roles="deployer"), "token_claim_invalid"),
        (issuer.assertion(permissions="deployments:write"), "token_claim_invalid"),
        (issuer.assertion(permissions_cut="false"), "token_claim_invalid"),
        (issuer.assertion(provider=7), "token_claim_invalid"),
        (issuer.assertion(iat=int(issuer.now) + 31), "token_not_yet_valid"),
        (issuer.assertion(iat=int(issuer.now) - 90, exp=int(issuer.now) - 30), "token_expired"),
        (issuer.assertion()[:-4] + "AAAA", "token_signature_invalid"),
        ("x", "token_malformed"),
    ]
    for assertion, code in cases:
        answer = asked.get("/known", headers=signed(assertion))
        assert (answer.status_code, answer.json()["code"]) == (401, code)
    twice = [("Samovar-Assertion", issuer.assertion()), ("Samovar-Assertion", issuer.assertion())]
    assert asked.get("/known", headers=twice).json()["code"] == "target_ambiguous"
    assert client().get("/known", headers={"Authorization": f"Bearer {issuer.assertion()}"}).status_code == 401


def test_remote_headers_are_decoded_for_whom_the_assertion_names(client: Client, issuer: Issuer) -> None:
    sent = signed(
        issuer.assertion(),
        Remote_User="ben",
        Remote_User_Id=USER,
        Remote_Name="Ben%20M%C3%BCller%2C%20100%25",
        Remote_Email="",
        Remote_Groups="acme,acme/Deploy%20%2C%20Ers,...",
        Remote_Roles="deployer,reader",
    )
    identity = proxied(client).get("/remote", headers=sent).json()
    assert identity == {
        "user": "ben",
        "user_id": USER,
        "name": "Ben Müller, 100%",
        "email": "",
        "groups": ["acme", "acme/Deploy , Ers"],
        "roles": ["deployer", "reader"],
        "cut": True,
    }


def test_remote_headers_of_somebody_else_are_refused(client: Client, issuer: Issuer) -> None:
    asked, assertion = proxied(client), issuer.assertion()
    other = signed(assertion, Remote_User="ada", Remote_User_Id="0198c1de-0000-7000-8000-000000000001")
    assert asked.get("/remote", headers=other).json()["code"] == "target_ambiguous"
    twice = [("Samovar-Assertion", assertion), ("Remote-User", "ben"), ("Remote-User", "ada")]
    assert asked.get("/remote", headers=twice).json()["code"] == "target_ambiguous"


@pytest.mark.parametrize(
    ("value", "entries", "cut"),
    [
        ("", (), False),
        ("...", (), True),
        ("a,...", ("a",), True),
        ("a", ("a",), False),
        ("%2E..", ("...",), False),
        ("a%2Cb,%ff", ("a,b", "\ufffd"), False),
    ],
)
def test_lists_keep_commas_and_tell_a_cut(value: str, entries: tuple[str, ...], cut: bool) -> None:
    remote = RemoteIdentity.from_headers({"remote-groups": value})
    assert (remote.groups, remote.cut) == (entries, cut)


ORIGINS = [
    ("https://app.example.com", True),
    ("https://app.example.com:443", True),
    ("https://app.example.com:8443", False),
    ("https://evil.example.com", False),
    ("https://app.example.com.evil.test", False),
    ("null", False),
    ("https://app.example.com:x", False),
    ("", False),
]


@pytest.mark.parametrize(("origin", "own"), ORIGINS)
def test_a_page_of_another_site_opens_no_websocket(client: Client, issuer: Issuer, origin: str, own: bool) -> None:
    headers = {**signed(issuer.assertion()), "Origin": origin, "Host": "app.example.com"}
    with proxied(client).websocket_connect("/log", headers=headers) as socket:
        if own:
            assert socket.receive_text() == "ben"
            return
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert (closed.value.code, closed.value.reason.partition(":")[0]) == (1008, "origin_foreign")


def test_a_websocket_of_no_browser_has_no_origin(client: Client, issuer: Issuer) -> None:
    with proxied(client).websocket_connect("/log", headers=signed(issuer.assertion())) as socket:
        assert socket.receive_text() == "ben"
