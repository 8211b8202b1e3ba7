"""A Samovar that takes questions and gives no answer: who waits for it, how long, and what is left behind."""

import asyncio
from collections import Counter
from typing import Any

import anyio
import httpx
import pytest
from conftest import run_background_tasks
from issuer import AUDIENCE, URL, USER, Issuer
from samovar_fastapi import ProblemError, Samovar, keys
from starlette.requests import HTTPConnection

PERSONAL = "0123456789abcdef0123456789abcdef01234567"
KEYS, EXCHANGE, INTROSPECT = "/oauth/jwks", "/oauth/token", "/oauth/introspect"


class Hanging:
    """A Samovar that leaves what holds one of the words `hangs` without an answer until `go`; and a guard that asks."""

    def __init__(self, issuer: Issuer, *hangs: str, timeout: float = 60) -> None:
        self.issuer = issuer
        self.hangs = hangs
        self.asked: Counter[str] = Counter()
        self.reached = asyncio.Event()
        self.go = asyncio.Event()
        body: dict[str, Any] = {"access_token": issuer.token(), "token_type": "Bearer", "expires_in": 300}
        issuer.answers[EXCHANGE] = httpx.Response(200, json=body)
        body = {"active": True, "sub": USER, "aud": AUDIENCE, "scope": "deployments:read"}
        issuer.answers[INTROSPECT] = httpx.Response(200, json=body)
        options: dict[str, Any] = {"clock": issuer.clock, "monotonic": issuer.monotonic, "gitea_tokens": True}
        self.samovar = Samovar(
            URL,
            AUDIENCE,
            client_id="id",
            client_secret="secret",
            transport=httpx.MockTransport(self.answer),
            timeout=timeout,
            **options,
        )

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """What the network brings, and when."""
        self.asked[request.url.path] += 1
        sent = request.url.path + request.content.decode()
        if any(word in sent for word in self.hangs):
            self.reached.set()
            await self.go.wait()
        return self.issuer.answer(request)

    async def call(self, token: str, *, live: bool = True) -> str:
        """A call of an endpoint; gives the caller's name."""
        required = self.samovar.require(live="introspect" if live else None)
        headers = [(b"authorization", b"Bearer " + token.encode())]
        with anyio.fail_after(20):
            return (await required(HTTPConnection({"type": "http", "headers": headers}))).name


@pytest.mark.parametrize("path", [EXCHANGE, INTROSPECT])
def test_a_crowd_with_one_token_hears_of_the_same_failure(issuer: Issuer, path: str) -> None:
    async def crowd() -> None:
        hanging = Hanging(issuer, path, timeout=0.1)
        token = PERSONAL if path == EXCHANGE else issuer.token()
        heard = await asyncio.gather(*[hanging.call(token) for _ in range(50)], return_exceptions=True)
        assert [each.code for each in heard if isinstance(each, ProblemError)] == ["samovar_unavailable"] * 50
        assert hanging.asked[path] == 1
        await hanging.samovar.close()

    asyncio.run(crowd())


def test_no_token_waits_for_the_question_about_another(issuer: Issuer) -> None:
    async def crowd() -> None:
        hangs, *others = (issuer.token(jti=str(number)) for number in range(300))
        hanging = Hanging(issuer, hangs)
        waiting = asyncio.create_task(hanging.call(hangs))
        await hanging.reached.wait()
        for token in others:
            assert await hanging.call(token) == "ben"
        assert not waiting.done()
        hanging.go.set()
        assert await waiting == "ben"
        await hanging.samovar.close()

    asyncio.run(crowd())


def test_whoever_comes_late_to_a_question_does_not_go_by_its_old_answer(issuer: Issuer) -> None:
    async def two() -> None:
        hanging, token = Hanging(issuer, INTROSPECT), issuer.token()
        first = asyncio.create_task(hanging.call(token))
        await hanging.reached.wait()
        issuer.ticks += 50
        late = asyncio.create_task(hanging.call(token))
        await asyncio.sleep(0)  # it comes to wait
        hanging.go.set()
        assert await first == "ben"
        assert await late == "ben"
        assert hanging.asked[INTROSPECT] == 2
        await hanging.samovar.close()

    asyncio.run(two())


def test_tokens_that_anybody_can_make_up_leave_room_for_other_questions(issuer: Issuer) -> None:
    async def crowd() -> None:
        hanging = Hanging(issuer, EXCHANGE)
        made_up = [asyncio.create_task(hanging.call(f"{number:040x}")) for number in range(300)]
        await hanging.reached.wait()
        assert await hanging.call(issuer.token()) == "ben"
        assert hanging.asked[EXCHANGE] == 50
        hanging.go.set()
        assert await asyncio.gather(*made_up) == ["ben"] * 300
        await hanging.samovar.close()

    asyncio.run(crowd())


def test_whoever_gives_up_ends_nobody_elses_question(issuer: Issuer) -> None:
    async def two() -> None:
        hanging, token = Hanging(issuer, INTROSPECT), issuer.token()
        first, second = (asyncio.create_task(hanging.call(token)) for _ in range(2))
        await hanging.reached.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        hanging.go.set()
        assert await second == "ben"
        assert hanging.asked[INTROSPECT] == 1
        await hanging.samovar.close()

    asyncio.run(two())


@pytest.mark.parametrize("path", [KEYS, INTROSPECT])
def test_the_end_of_the_application_ends_what_is_under_way(issuer: Issuer, path: str) -> None:
    async def end() -> None:
        hanging = Hanging(issuer, path)
        waiting = asyncio.create_task(hanging.call(issuer.token()))
        await hanging.reached.wait()
        await hanging.samovar.close()
        with pytest.raises(ProblemError) as refused:
            await waiting
        assert refused.value.code == "samovar_unavailable"
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(end())


@pytest.mark.parametrize("path", [KEYS, INTROSPECT])
def test_a_question_that_ended_with_its_loop_is_asked_again_in_the_next(issuer: Issuer, path: str) -> None:
    hanging, token = Hanging(issuer, path), issuer.token()

    async def give_up() -> asyncio.Task[str]:
        waiting = asyncio.create_task(hanging.call(token))
        await hanging.reached.wait()
        return waiting

    async def again() -> None:
        hanging.hangs = ()
        assert await hanging.call(token) == "ben"
        await hanging.samovar.close()

    assert asyncio.run(give_up()).cancelled()
    asyncio.run(again())
    assert hanging.asked[path] == 2


async def known(hanging: Hanging) -> int:
    """A call that needs nothing but keys; gives how often they have been asked for."""
    assert await hanging.call(hanging.issuer.token(), live=False) == "ben"
    await run_background_tasks()
    return hanging.asked[KEYS]


def test_good_keys_do_not_wait_for_a_samovar_that_hangs(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> None:
        hanging = Hanging(issuer)
        assert await known(hanging) == 1
        hanging.hangs, issuer.away = (KEYS,), True
        issuer.later(300)
        monkeypatch.setattr(keys, "MAX_WAIT", 0)
        for _ in range(5):
            assert await known(hanging) == 2, "one try at a time, however long it takes"
            issuer.later(6)
        hanging.go.set()
        await run_background_tasks()
        hanging.go.clear()
        monkeypatch.setattr(keys, "MAX_WAIT", 60)
        issuer.later(4)
        assert await known(hanging) == 2, "the next try is counted from the end of the last"
        issuer.later(1)
        for _ in range(5):
            assert await known(hanging) == 3, "and no request waits for it"
        await hanging.samovar.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(hang())


def test_known_keys_do_not_wait_for_the_search_for_an_unknown_one(issuer: Issuer) -> None:
    async def search() -> None:
        hanging = Hanging(issuer)
        await known(hanging)
        issuer.later(60)
        hanging.hangs = (KEYS,)
        searching = asyncio.create_task(hanging.call(issuer.sign(issuer.claims(), kid="unknown")))
        await hanging.reached.wait()
        assert await known(hanging) == 2
        hanging.go.set()
        with pytest.raises(ProblemError) as refused:
            await searching
        assert refused.value.code == "token_key_unknown"
        await hanging.samovar.close()

    asyncio.run(search())


def test_a_withdrawn_key_does_not_serve_once_more_when_samovar_is_back(issuer: Issuer) -> None:
    async def withdraw() -> None:
        hanging = Hanging(issuer)
        await known(hanging)
        issuer.later(300)
        issuer.away = True
        assert await known(hanging) == 2
        issuer.later(65)
        issuer.away = False
        withdrawn = issuer.token()
        del issuer.keys["ed-1"]
        with pytest.raises(ProblemError) as refused:
            await hanging.call(withdrawn)
        assert refused.value.code == "token_key_unknown"
        await hanging.samovar.close()

    asyncio.run(withdraw())
