"""Endpoints of every kind, WebSockets, and what the docs page knows."""

import re
import threading
from typing import Annotated, Any

import httpx
import pytest
from conftest import Client, bearer
from fastapi import APIRouter, Depends, FastAPI
from fastapi.testclient import TestClient
from issuer import AUDIENCE, URL, Issuer
from samovar_fastapi import Principal, Samovar
from starlette.websockets import WebSocketDisconnect


def test_sync_and_async_endpoints_ask_for_their_own_permission(client: Client, issuer: Issuer) -> None:
    asked, reader = client(), bearer(issuer.token(scope="deployments:read"))
    assert asked.get("/deployments", headers=reader).json() == "ben"
    assert asked.post("/deployments", headers=reader).json()["code"] == "scope_insufficient"
    writer = bearer(issuer.token(scope="deployments:write deployments:read"))
    assert asked.post("/deployments", headers=writer).json() == "ben"


def test_all_permissions_are_needed_and_all_are_named(client: Client, issuer: Issuer) -> None:
    answer = client().delete("/deployments", headers=bearer(issuer.token()))
    assert answer.status_code == 403
    assert answer.json()["scope"] == "deployments:write deployments:delete"
    assert "lacks `deployments:delete`;" in answer.json()["detail"]
    assert 'scope="deployments:write deployments:delete"' in answer.headers["www-authenticate"]


def test_a_whole_router_is_guarded_by_one_dependency(issuer: Issuer) -> None:
    samovar = Samovar(URL, AUDIENCE, transport=issuer.transport, clock=issuer.clock)
    router = APIRouter(prefix="/admin", dependencies=[Depends(samovar.require("users:write"))])

    @router.get("/users")
    def users() -> list[str]:
        return [threading.current_thread().name]

    app = FastAPI()
    samovar.install(app)
    app.include_router(router)
    asked = TestClient(app)  # a loop for each call: connections and locks of another one must not be met again
    assert asked.get("/admin/users").status_code == 401
    for _ in range(3):
        assert asked.get("/admin/users", headers=bearer(issuer.token(scope="users:write"))).status_code == 200
        assert asked.get("/admin/users", headers=bearer(issuer.token())).status_code == 403
    assert app.openapi()["paths"]["/admin/users"]["get"]["security"] == [{"Samovar-deploy-api": ["users:write"]}]


def test_without_install_a_refusal_is_still_one(issuer: Issuer) -> None:
    samovar = Samovar(URL, AUDIENCE, transport=issuer.transport)
    app = FastAPI()

    @app.get("/")
    def guarded(_: Annotated[Principal, Depends(samovar.require())]) -> None: ...

    answer = TestClient(app).get("/")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="samovar"'


def test_a_mistake_in_the_program_is_found_when_it_starts() -> None:
    samovar = Samovar(URL, AUDIENCE)
    for permission in ("deployments", "deployments:*", "Deployments:write", "a:b c:d", "", ":"):
        with pytest.raises(ValueError, match="resource:action"):
            samovar.require(permission)
    with pytest.raises(ValueError, match="behind_proxy"):
        _ = samovar.remote
    with pytest.raises(ValueError, match="client_secret"):
        samovar.require("deployments:write", live="decision")
    with pytest.raises(ValueError, match="gitea_tokens needs client_id and client_secret"):
        Samovar(URL, AUDIENCE, gitea_tokens=True)
    client: dict[str, Any] = {"client_id": "id", "client_secret": "secret"}
    with pytest.raises(ValueError, match="introspect"):
        Samovar(URL, AUDIENCE, **client).require("deployments:write", live="always")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="behind a proxy"):
        Samovar(URL, AUDIENCE, behind_proxy=True, **client).require(live="introspect")


MISTAKES: list[tuple[str, dict[str, Any]]] = [
    *(
        ("url: give an address", {"url": url})
        for url in (
            "",
            None,
            "samovar.example.com",
            "HTTPS://samovar.example.com",
            "https://",
            "https:///oauth",
            "https://:443",
            "https://samovar.example.com:0",
            "https://samovar.example.com:65536",
            "https://samovar.example.com:x",
            "https://samovar.example.com/?x",
            "https://samovar.example.com/#x",
            "ftp://samovar.example.com",
            'https://samovar.example.com/"',
            "https://samovar.example.com\n",
            "https://b\xfccher.example.com",
            "https://ada:secret@samovar.example.com",
            "https://[::1",
            "https://[0:0::1]",
            "https://127.1",
        )
    ),
    ("url: .* which has no path", {"url": "https://samovar.example.com/oauth"}),
    ("url: plain http", {"url": "http://samovar.example.com"}),
    ("url: plain http", {"url": "http://127.0.0.1.example.com"}),
    ("internal_url: plain http", {"internal_url": "http://10.0.0.1:8000"}),
    ("internal_url: give an address", {"internal_url": "https://"}),
    *(
        ("audience: give the application's name", {"audience": name})
        for name in ("", None, "samovar", 'a"b', "Deploy-API", "deploy_api", "deploy-", "9x", "a" * 65, ["deploy-api"])
    ),
    *(
        (f"{name} is empty", {"client_id": "id", "client_secret": "secret", name: text})
        for name in ("client_id", "client_secret", "docs_client_id", "internal_url", "ca_file")
        for text in ("", " ", "x\n", 7)
    ),
    *(
        (f"{name} must be from", {name: seconds})
        for name, most in (
            ("leeway", 121),
            ("fresh_for", 31),
            ("keys_refetch_after", 3601),
            ("keys_stale_for", 604_801),
            ("timeout", 61),
        )
        for seconds in (-1, most, float("nan"), float("inf"), "5", None)
    ),
    ("timeout must be from", {"timeout": 0}),
    ("keys_refetch_after must be from", {"keys_refetch_after": 0}),
    ("client_id and client_secret: give both or none", {"client_id": "x"}),
    ("client_id and client_secret: give both or none", {"client_secret": "x"}),
    ("ca_file: /nowhere/ca.pem cannot be read", {"ca_file": "/nowhere/ca.pem"}),
    (f"ca_file: {re.escape(__file__)} cannot be read", {"ca_file": __file__}),
    ("token_header is", {"token_header": "authorization"}),
    ("token_header is", {"token_header": "X-Token"}),
    ("behind a proxy only", {"behind_proxy": True, "token_header": "Samovar-Token"}),
    ("behind a proxy only", {"behind_proxy": True, "gitea_tokens": True, "client_id": "x", "client_secret": "x"}),
    (
        "the docs page sends Authorization alone; leave out docs_client_id",
        {"docs_client_id": "x", "token_header": "Samovar-Token"},
    ),
]


@pytest.mark.parametrize(("sentence", "options"), MISTAKES, ids=[str(options) for _, options in MISTAKES])
def test_an_option_that_cannot_be_meant_is_found_when_it_starts(sentence: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}"):
        Samovar(**{"url": URL, "audience": AUDIENCE, **options})


def test_a_secret_is_not_repeated_when_it_is_refused() -> None:
    with pytest.raises(ValueError, match="client_secret") as refused:
        Samovar(URL, AUDIENCE, client_id="id", client_secret="smvc_cret\n")
    assert "smvc" not in str(refused.value)


def test_an_address_is_taken_in_the_spelling_that_samovar_has_for_it() -> None:
    for text, spelled in [
        (URL, URL),
        (URL + "/", URL),
        ("https://Samovar.Example.COM:443/", URL),
        ("https://samovar.example.com:8443", "https://samovar.example.com:8443"),
        ("http://LOCALHOST:80", "http://localhost"),
        ("http://127.0.0.2:8000", "http://127.0.0.2:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ]:
        assert Samovar(text, AUDIENCE).url == spelled
    Samovar(URL, AUDIENCE, internal_url="http://my_samovar:8000/auth", allow_plain_http=True)


def test_words_that_give_nothing_are_no_permissions(issuer: Issuer) -> None:
    options: dict[str, Any] = {"client_id": "id", "client_secret": "secret"}
    samovar = Samovar(URL, AUDIENCE, **options)
    for live in None, "introspect", "decision":
        for word in "gitea.repository:write", "gitea.other:read":
            with pytest.raises(ValueError, match=r'ask for repository access, and write require\(live="decision"\)'):
                samovar.require("deployments:write", word, live=live)
        with pytest.raises(ValueError, match="name a permission of the application"):
            samovar.require("samovar.roles:write", live=live)
    for word in "gitea.repository:read", "samovar.roles:read":
        with pytest.raises(ValueError, match=word):
            Samovar(URL, AUDIENCE, permissions={word: "See"})
    samovar.require("giteas:write", "gitea:write", "samovar:read", "samovars.x:read")


def test_a_scope_for_repositories_gives_no_permission(issuer: Issuer) -> None:
    samovar = Samovar(URL, AUDIENCE, transport=issuer.transport, clock=issuer.clock)
    app = FastAPI()

    @app.get("/")
    async def may(caller: Annotated[Principal, Depends(samovar.require())]) -> bool:
        return caller.may("gitea.repository:write")

    assert TestClient(app).get("/", headers=bearer(issuer.token(scope="gitea.repository:write"))).json() is False


@pytest.mark.parametrize("permission", [["a:b"], [], ("a:b",), None, 7, b"a:b"])
def test_what_is_no_text_is_no_permission(permission: Any) -> None:
    with pytest.raises(TypeError, match="one by one and as texts"):
        Samovar(URL, AUDIENCE).require(permission)
    wrong: list[Any] = [["a:b"], [], "a:b"]
    for permissions in wrong:
        with pytest.raises(TypeError, match="give each its description"):
            Samovar(URL, AUDIENCE, permissions=permissions)
    with pytest.raises(TypeError, match="as texts"):
        Samovar(URL, AUDIENCE, permissions={"a:b": permission})


@pytest.mark.parametrize("live", ["", "always", [], True, 0])
def test_there_are_two_ways_to_ask(live: Any) -> None:
    with pytest.raises(ValueError, match='live is "introspect" or "decision"'):
        Samovar(URL, AUDIENCE, client_id="id", client_secret="secret").require("a:b", live=live)


def test_an_inner_address_is_asked_and_the_public_one_is_the_issuer(issuer: Issuer) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        request.url = request.url.copy_with(path="/oauth/jwks")
        return issuer.answer(request)

    transport = httpx.MockTransport(answer)
    samovar = Samovar(URL, AUDIENCE, internal_url="https://inner.test/auth/", transport=transport, clock=issuer.clock)
    app = FastAPI()

    @app.get("/")
    async def guarded(caller: Annotated[Principal, Depends(samovar.require())]) -> str:
        return caller.name

    assert TestClient(app).get("/", headers=bearer(issuer.token())).json() == "ben"
    assert seen == ["https://inner.test/auth/oauth/jwks"]
    flow = app.openapi()["components"]["securitySchemes"]["Samovar-deploy-api"]["flows"]["authorizationCode"]
    assert flow["authorizationUrl"] == f"{URL}/oauth/authorize"


def test_the_document_shows_each_endpoints_scopes_and_where_to_authorize(client: Client) -> None:
    document = client(permissions={"deployments:read": "See what was deployed"}).get("/openapi.json").json()
    scheme = document["components"]["securitySchemes"]["Samovar-deploy-api"]
    assert scheme["type"] == "oauth2"
    flow = scheme["flows"]["authorizationCode"]
    assert (flow["authorizationUrl"], flow["tokenUrl"]) == (f"{URL}/oauth/authorize", f"{URL}/oauth/token")
    assert flow["scopes"] == {
        "deployments:read": "See what was deployed",
        "deployments:write": "",
        "deployments:delete": "",
    }
    operations = document["paths"]["/deployments"]
    assert operations["get"]["security"] == [{"Samovar-deploy-api": ["deployments:read"]}]
    assert operations["delete"]["security"] == [{"Samovar-deploy-api": ["deployments:write", "deployments:delete"]}]
    assert document["paths"]["/known"]["get"]["security"] == [{"Samovar-deploy-api": []}]
    problem = operations["get"]["responses"]["401"]["content"]["application/problem+json"]
    assert "code" in problem["schema"]["required"]
    assert "parameters" not in operations["get"]


def test_the_docs_page_is_a_public_client_with_pkce(client: Client) -> None:
    page = client(docs_client_id="0198c1de-docs").get("/docs").text
    told = re.search(r"ui\.initOAuth\((.*)\)", page)
    assert told
    assert '"clientId": "0198c1de-docs"' in told[1]
    assert '"usePkceWithAuthorizationCodeGrant": true' in told[1]
    assert '"scopes": ["deployments:read", "deployments:write", "deployments:delete"]' in told[1]
    assert "ecret" not in told[1]
    assert "initOAuth" not in client().get("/docs").text


def test_two_of_them_in_one_application_stand_beside_each_other(issuer: Issuer) -> None:
    one, two = (Samovar(URL, audience, docs_client_id=audience) for audience in (AUDIENCE, "report-api"))
    app = FastAPI()
    one.install(app)
    with pytest.raises(ValueError, match="give docs_client_id to one"):
        two.install(app)
    one.install(app)
    for path, guard in ("/deployments", one), ("/reports", two):
        app.get(path, dependencies=[Depends(guard.require(f"{path[1:]}:read"))])(lambda: None)
    document = app.openapi()
    schemes = document["components"]["securitySchemes"]
    scopes = {name: list(scheme["flows"]["authorizationCode"]["scopes"]) for name, scheme in schemes.items()}
    assert scopes == {"Samovar-deploy-api": ["deployments:read"], "Samovar-report-api": ["reports:read"]}
    assert document["paths"]["/reports"]["get"]["security"] == [{"Samovar-report-api": ["reports:read"]}]


def test_a_websocket_takes_the_token_as_header_or_as_subprotocol(client: Client, issuer: Issuer) -> None:
    asked, token = client(), issuer.token()
    with asked.websocket_connect("/log", headers=bearer(token)) as socket:
        assert socket.receive_text() == "ben"
        assert socket.accepted_subprotocol is None
    offered = ["samovar", f"samovar.token.{token}"]
    with asked.websocket_connect("/log", subprotocols=offered) as socket:
        assert socket.receive_text() == "ben"
        assert socket.accepted_subprotocol == "samovar"


def refusal(client: TestClient, **options: Any) -> tuple[int, str]:
    """How a WebSocket that was not wanted is closed."""
    with client.websocket_connect("/log", **options) as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_text()
    return closed.value.code, closed.value.reason


def test_a_refused_websocket_is_closed_with_the_reason(client: Client, issuer: Issuer) -> None:
    asked = client()
    token = issuer.token()
    expired = issuer.token(exp=int(issuer.now) - 40, iat=int(issuer.now) - 100, nbf=0)
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "credentials_missing: "),
        ({"headers": bearer(expired)}, "token_expired: the token has expired; get a new one"),
        ({"headers": bearer(issuer.token(scope="a:b"))}, "scope_insufficient: "),
        ({"headers": bearer(issuer.token(aud="x"))}, "token_audience_wrong: "),
        ({"subprotocols": ["chat", f"samovar.token.{expired}"]}, "token_expired: "),
        ({"subprotocols": ["samovar.token."]}, "token_malformed: "),
        ({"headers": bearer(token), "subprotocols": ["samovar", f"samovar.token.{token}"]}, "target_ambiguous: "),
        ({"subprotocols": [f"samovar.token.{token}", f"samovar.token.{token}"]}, "target_ambiguous: "),
    ]
    for options, reason in cases:
        code, told = refusal(asked, **options)
        assert (code, told[: len(reason)]) == (1008, reason)
        assert len(told.encode()) <= 123


def test_a_websocket_is_told_to_come_back_when_samovar_is_away(client: Client, issuer: Issuer) -> None:
    issuer.away = True
    code, reason = refusal(client(), headers=bearer(issuer.token()))
    assert (code, reason.partition(":")[0]) == (1013, "samovar_unavailable")


def test_an_open_websocket_ends_with_its_token(client: Client, issuer: Issuer) -> None:
    asked = client(leeway=0)
    token = issuer.token()
    issuer.now += 299.95
    with asked.websocket_connect("/log", headers=bearer(token)) as socket:
        assert socket.receive_text() == "ben"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert closed.value.code == 1008
    assert closed.value.reason.startswith("token_expired")


def test_http_endpoints_read_no_token_from_a_subprotocol(client: Client, issuer: Issuer) -> None:
    headers = {"Sec-WebSocket-Protocol": f"samovar, samovar.token.{issuer.token()}"}
    assert client().get("/known", headers=headers).json()["code"] == "credentials_missing"
