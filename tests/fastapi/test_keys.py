"""How the published keys are kept: as long as Samovar says, and not for ever when it is away; asked for seldom."""

import asyncio
from typing import Any

import httpx
import pytest
from conftest import Client, bearer, run_background_tasks
from issuer import AUDIENCE, KEYS, URL, Issuer, make_keys, published
from samovar_fastapi import Samovar
from starlette.requests import HTTPConnection

OTHER = make_keys("2")


def code(client: Any, token: str) -> str:
    """The code of the refusal, or `allowed`."""
    answer = client.get("/known", headers=bearer(token))
    client.portal.call(run_background_tasks)
    assert answer.status_code == 200 or "away" not in answer.text
    return "allowed" if answer.status_code == 200 else answer.json()["code"]


def test_one_reading_serves_as_long_as_it_may_be_kept(client: Client, issuer: Issuer) -> None:
    issuer.max_age = 120
    asked = client()
    for _ in range(5):
        assert code(asked, issuer.token()) == "allowed"
    issuer.later(119)
    assert code(asked, issuer.token()) == "allowed"
    assert issuer.asked["/oauth/jwks"] == 1
    issuer.later(1)
    assert code(asked, issuer.token()) == "allowed"
    assert issuer.asked["/oauth/jwks"] == 2


@pytest.mark.parametrize(("max_age", "kept"), [(None, 300), (0, 30), (10**8, 3600)])
def test_what_samovar_says_is_taken_within_bounds(
    client: Client, issuer: Issuer, max_age: int | None, kept: int
) -> None:
    issuer.max_age = max_age
    asked = client()
    issuer.later(kept - 1)
    code(asked, issuer.token())
    assert issuer.asked["/oauth/jwks"] == 1
    issuer.later(1)
    code(asked, issuer.token())
    assert issuer.asked["/oauth/jwks"] == 2


def test_a_new_key_is_found_and_unknown_ones_cost_one_question_a_minute(client: Client, issuer: Issuer) -> None:
    issuer.max_age = 3600
    asked = client()
    issuer.keys |= OTHER
    assert code(asked, issuer.token("ed-2")) == "token_key_unknown", "the first reading was less than a minute ago"
    issuer.later(60)
    for number in range(20):
        assert code(asked, issuer.sign(issuer.claims(), kid=f"unknown-{number}")) == "token_key_unknown"
    assert issuer.asked["/oauth/jwks"] == 2
    assert code(asked, issuer.token("ed-2")) == "allowed"
    issuer.later(59)
    assert code(asked, issuer.sign(issuer.claims(), kid="unknown")) == "token_key_unknown"
    assert issuer.asked["/oauth/jwks"] == 2
    issuer.later(1)
    assert code(asked, issuer.sign(issuer.claims(), kid="unknown")) == "token_key_unknown"
    assert issuer.asked["/oauth/jwks"] == 3


def test_what_cannot_be_in_force_costs_no_question_whatever_key_it_names(client: Client, issuer: Issuer) -> None:
    asked = client()
    issuer.later(100)
    issuer.asked.clear()
    expired = issuer.sign(issuer.claims(exp=int(issuer.now) - 40), kid="unknown")
    assert code(asked, expired) == "token_expired"
    assert (
        code(asked, issuer.sign(issuer.claims(iss="https://other.example.com"), kid="unknown")) == "token_issuer_wrong"
    )
    assert not issuer.asked


def test_a_withdrawn_key_is_gone_with_the_next_reading(client: Client, issuer: Issuer) -> None:
    asked = client()
    withdrawn = issuer.token()
    del issuer.keys["ed-1"]
    assert code(asked, withdrawn) == "allowed"
    issuer.later(299)
    assert code(asked, withdrawn) == "allowed"
    issuer.later(1)
    assert code(asked, withdrawn) == "token_key_unknown"


def test_old_keys_serve_while_samovar_is_away_and_not_for_ever(client: Client, issuer: Issuer) -> None:
    asked = client(keys_stale_for=600)
    issuer.away = True
    issuer.later(300)
    for _ in range(5):
        assert code(asked, issuer.token()) == "allowed"
    assert issuer.asked["/oauth/jwks"] == 2, "asked once more, and not by everybody"
    issuer.later(5)
    assert code(asked, issuer.token()) == "allowed"
    assert issuer.asked["/oauth/jwks"] == 3, "asked again after a while"
    issuer.later(594)
    assert code(asked, issuer.token()) == "allowed"
    issuer.later(1)
    assert code(asked, issuer.token()) == "samovar_unavailable"
    issuer.away = False
    issuer.later(5)
    assert code(asked, issuer.token()) == "allowed"


def test_without_any_keys_the_answer_is_503_and_heals(client: Client, issuer: Issuer) -> None:
    issuer.away = True
    asked = client()
    answer = asked.get("/known", headers=bearer(issuer.token()))
    assert (answer.status_code, answer.json()["code"]) == (503, "samovar_unavailable")
    assert answer.headers["retry-after"] == "5"
    assert "www-authenticate" not in answer.headers
    assert "no caller" not in answer.text
    assert issuer.asked["/oauth/jwks"] == 1, "no question for each call"
    issuer.away = False
    issuer.later(5)
    assert code(asked, issuer.token()) == "allowed"


def entry(of: str, **changes: Any) -> dict[str, Any]:
    """A published key with changes."""
    made = {**published(of, {**KEYS, **OTHER}[of]), **changes}
    return {name: value for name, value in made.items() if value is not ...}


WEAK = make_keys("weak", rsa_bits=1024)
UNBELIEVABLE: list[Any] = [
    [],
    {},
    {"keys": {}},
    {"keys": []},
    {"keys": ["ed-1", 7, None]},
    {"keys": [entry("ed-1"), entry("ed-1")]},
    {"keys": [entry("ed-1", d="AAAA")]},
    {"keys": [entry("ed-1", alg=...)]},
    {"keys": [entry("ed-1", alg="ES256")]},
    {"keys": [entry("ed-1", alg="HS256", kty="oct", k="AAAA")]},
    {"keys": [entry("ed-1", crv="Ed448")]},
    {"keys": [entry("ed-1", use="enc")]},
    {"keys": [entry("ed-1", use=...)]},
    {"keys": [entry("ed-1", x="AAAA")]},
    {"keys": [entry("ed-1", x=7)]},
    {"keys": [entry("ed-1", kid=7)]},
    {"keys": [entry("ec-1", crv="P-384", kid="ed-1")]},
    {"keys": [published("rsa-weak", WEAK["rsa-weak"])]},
    {"keys": [entry("rsa-1", alg="PS256")]},
    {"keys": [{**entry("ed-1"), "kid": f"k{number}"} for number in range(65)]},
]


@pytest.mark.parametrize("body", UNBELIEVABLE, ids=lambda body: str(body)[:60])
def test_a_set_without_a_usable_key_changes_nothing(client: Client, issuer: Issuer, body: Any) -> None:
    issuer.jwks = body
    asked = client()
    assert code(asked, issuer.token()) == "samovar_unavailable"
    issuer.jwks = None
    issuer.later(5)
    assert code(asked, issuer.token()) == "allowed"
    issuer.jwks = body
    issuer.later(300)
    assert code(asked, issuer.token()) == "allowed"


def test_a_weak_key_among_good_ones_is_no_key(client: Client, issuer: Issuer) -> None:
    issuer.keys |= {"rsa-weak": WEAK["rsa-weak"]}
    asked = client()
    assert code(asked, issuer.token("rsa-weak")) == "token_key_unknown"
    assert code(asked, issuer.token()) == "allowed"


def test_a_crowd_at_the_start_asks_once(issuer: Issuer) -> None:
    samovar = Samovar(URL, AUDIENCE, transport=issuer.transport, clock=issuer.clock, monotonic=issuer.monotonic)
    required = samovar.require("deployments:read")

    async def crowd() -> None:
        headers = [(b"authorization", f"Bearer {issuer.token()}".encode())]
        calls = [required(HTTPConnection({"type": "http", "headers": headers})) for _ in range(50)]
        callers = await asyncio.gather(*calls)
        assert {caller.name for caller in callers} == {"ben"}
        await samovar.close()

    asyncio.run(crowd())
    assert issuer.asked["/oauth/jwks"] == 1


def test_an_answer_without_end_is_cut() -> None:
    import httpx

    def flood(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b" " * (256 * 1024 + 1))

    samovar = Samovar(URL, AUDIENCE, transport=httpx.MockTransport(flood))
    required = samovar.require()
    headers = [(b"authorization", f"Bearer {Issuer().token(exp=4_000_000_000)}".encode())]
    with pytest.raises(Exception, match="503"):
        asyncio.run(required(HTTPConnection({"type": "http", "headers": headers})))


def test_a_crowd_before_the_first_reading_and_one_with_a_new_key_waits_for_one_reading(issuer: Issuer) -> None:
    issuer.max_age = 3600

    async def slowly(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        return issuer.answer(request)

    transport = httpx.MockTransport(slowly)
    samovar = Samovar(URL, AUDIENCE, transport=transport, clock=issuer.clock, monotonic=issuer.monotonic)
    required = samovar.require()

    async def crowd(token: str) -> None:
        headers = [(b"authorization", b"Bearer " + token.encode())]
        await asyncio.gather(*[required(HTTPConnection({"type": "http", "headers": headers})) for _ in range(50)])

    async def both() -> None:
        await crowd(issuer.token())
        assert issuer.asked["/oauth/jwks"] == 1
        issuer.keys |= OTHER
        issuer.later(60)
        await crowd(issuer.token("ed-2"))
        await samovar.close()

    asyncio.run(both())
    assert issuer.asked["/oauth/jwks"] == 2
