"""Samovar for FastAPI: who calls, and whether they may, with one dependency per endpoint.

    samovar = Samovar("https://samovar.example.com", audience="deploy-api")
    app = FastAPI(lifespan=samovar.lifespan)
    samovar.install(app)

    @app.post("/deployments")
    async def deploy(caller: Annotated[Principal, Depends(samovar.require("deployments:write"))]) -> None: ...

One file: copy it into your project. Needs FastAPI, Pydantic 2, PyJWT with `crypto`, and httpx. Tokens are verified by
the published keys, without a call per request. What every option does and what is verified stands in the README beside
this file. It never believes a token's word about its own key or algorithm, never believes a bare `Remote-*` header,
never puts anything that a caller sent, nor the text of an exception, into an answer, and refuses whatever it cannot
decide.
"""

import asyncio
import base64
import binascii
import hashlib
import json
import logging
import re
import secrets
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from functools import cached_property
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar
from urllib.parse import quote, unquote, urlsplit

import anyio
import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from fastapi import FastAPI, HTTPException, Request, Response, Security, WebSocket, WebSocketException
from fastapi.openapi.models import OAuthFlowAuthorizationCode, OAuthFlows
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketState

__all__ = ["PROBLEMS", "Live", "Principal", "Problem", "Refusal", "RemoteIdentity", "Samovar"]

log = logging.getLogger("samovar")

# ---------------------------------------------------------------------------------------------------------------------
# What an endpoint is given
# ---------------------------------------------------------------------------------------------------------------------


class Principal(BaseModel):
    """Who calls, and what this call may do."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Samovar's id; never changes and is never given to anybody else. Store this one."""
    kind: Literal["user", "service-account"]
    provider: str | None = None
    """Where a person's account is: `gitea`, or another provider's id in Samovar. `None` of a service account."""
    name: str
    """Login at that provider, or name of the service account, for display: names change hands."""
    scopes: frozenset[str] = frozenset()
    """What this call may do."""
    scopes_cut: bool = False
    """Behind a proxy: what it may do did not fit into a header, so `scopes` is empty."""
    roles: frozenset[str] = frozenset()
    """Names of the roles held in this application."""
    roles_cut: bool = False
    """Behind a proxy: there are more roles than fitted into a header."""
    client_id: str | None = None
    """The client that got the token; the service account itself where it came on its own; `None` behind a proxy."""
    act: tuple[str, ...] = ()
    """Clients that act on the principal's behalf, the one that calls now first."""
    token_id: str
    expires: datetime
    """When this identity ends; a connection that stays open longer must be closed then (`Samovar.while_valid`)."""
    grant_id: str | None = None
    full_name: str | None = None
    email: str | None = None
    """Of people of other providers than Gitea only one that the provider says it has verified."""
    groups: tuple[str, ...] = ()
    groups_cut: bool = False
    """There may be more groups."""

    def may(self, permission: str) -> bool:
        """Does the scope hold this permission, by itself or as `resource:*`? What begins with `gitea.` is none."""
        return not permission.startswith("gitea.") and _holds(self.scopes, permission)


class RemoteIdentity(BaseModel):
    """The `Remote-*` headers, decoded. For display: a list that did not fit was cut, and no decision may rest on it."""

    model_config = ConfigDict(frozen=True)

    user: str = ""
    user_id: str = ""
    name: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    cut: bool = False
    """Did a list not fit?"""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "RemoteIdentity":
        """Decodes: percent-encoded UTF-8, `,` between the entries of a list, `...` last in one that was cut."""
        groups, groups_cut = _list_header(headers.get("remote-groups", ""))
        roles, roles_cut = _list_header(headers.get("remote-roles", ""))
        return cls(
            user=unquote(headers.get("remote-user", "")),
            user_id=unquote(headers.get("remote-user-id", "")),
            name=unquote(headers.get("remote-name", "")),
            email=unquote(headers.get("remote-email", "")),
            groups=groups,
            roles=roles,
            cut=groups_cut or roles_cut,
        )


def _list_header(value: str) -> tuple[tuple[str, ...], bool]:
    entries = [entry for entry in value.split(",") if entry]
    cut = entries[-1:] == ["..."]
    return tuple(unquote(entry) for entry in entries[: len(entries) - cut]), cut


def _holds(scopes: Iterable[str], permission: str) -> bool:
    if permission in scopes:
        return True
    resource = permission.partition(":")[0]
    return not resource.startswith("samovar.") and f"{resource}:*" in scopes


# ---------------------------------------------------------------------------------------------------------------------
# Refusals
# ---------------------------------------------------------------------------------------------------------------------


class Problem(BaseModel):
    """A problem document (RFC 9457); go by `code`."""

    type: str = "about:blank"
    code: str
    title: str
    status: int
    detail: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": text,
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
    for status, text in {
        400: "Two tokens, or a path that can be read in two ways",
        401: "No token, or one that is not accepted; `code` says why",
        403: "The token's scope is too narrow, or Samovar denies it",
        429: "Too many tokens that are not accepted came from this network; wait",
        503: "Samovar cannot be asked; try again",
    }.items()
}
"""For `FastAPI(responses=PROBLEMS)` or `APIRouter(responses=PROBLEMS)`: what the dependencies can answer."""

_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    429: "Too Many Requests",
    503: "Service Unavailable",
}

# code -> status, error of RFC 6750, sentence; the sentences hold no quotes, because headers carry them
_CODES: dict[str, tuple[int, str | None, str]] = {
    "credentials_missing": (401, None, "no token was sent; send `Authorization: Bearer` and an access token"),
    "token_malformed": (401, "invalid_token", "this is no token of Samovar; send one unchanged, as it was issued"),
    "token_type_wrong": (401, "invalid_token", "this kind of token is not taken here; send an access token of Samovar"),
    "token_key_unknown": (401, "invalid_token", "the key that the token names is not published; get a new token"),
    "token_signature_invalid": (401, "invalid_token", "the signature does not fit the key; get a new token"),
    "token_expired": (401, "invalid_token", "the token has expired; get a new one"),
    "token_not_yet_valid": (401, "invalid_token", "the token is not valid yet; wait, or compare the servers' clocks"),
    "token_issuer_wrong": (401, "invalid_token", "claim `iss` must be `{expected}`; get a token there"),
    "token_audience_wrong": (401, "invalid_token", "claim `aud` must be `{expected}`; get a token for that audience"),
    "token_claim_invalid": (401, "invalid_token", "claim `{claim}` must be {expected}; get a new token"),
    "token_revoked": (401, "invalid_token", "the token is not in force any more; sign in again, or make a new one"),
    "scope_insufficient": (403, "insufficient_scope", "the token's scope lacks `{missing}`; get a token with it"),
    "principal_disabled": (401, "invalid_token", "the account is disabled or gone; ask whoever looks after it"),
    "session_ended": (401, "invalid_token", "the session has ended; sign in again"),
    "permission_missing": (403, None, "{missing} is missing; ask for a role that gives it in `{audience}`"),
    "permissions_cut": (403, None, "what you hold does not fit into a header; hold fewer permissions, or `resource:*`"),
    "repository_access_missing": (403, None, "access to the repository in the path is missing; ask its owners"),
    "route_unknown": (403, None, "the application has no route for this in Samovar; ask who looks after its routes"),
    "origin_foreign": (403, None, "a page of another site opened this connection; open it from the application's own"),
    "target_ambiguous": (400, "invalid_request", "this can be read in two ways; send one identity, and a plain path"),
    "too_many_requests": (429, None, "too many tokens that are not accepted came from your network; wait"),
    "membership_stale": (503, None, "Samovar cannot tell who is in which team at present; try again"),
    "samovar_unavailable": (503, None, "Samovar cannot be asked at present; try again"),
}


_UNKNOWN: tuple[int, str | None, str] = (0, None, "")


class Refusal(HTTPException):
    """Why a call is refused: a problem document with the codes of Samovar's own API, and its `WWW-Authenticate`."""

    def __init__(self, code: str, *, members: Mapping[str, str] | None = None, **words: str) -> None:
        status, error, sentence = _CODES[code]
        self.code = code
        self.members = dict(members or {})
        detail = sentence.format(**words)
        headers = {"Cache-Control": "no-store"}
        challenge = 'Bearer realm="samovar"'
        if error is not None:
            challenge += f', error="{error}", error_description="{detail}"'
        if error == "insufficient_scope":
            challenge += f', scope="{words["scope"]}"'
        if error is not None or status == 401:
            headers["WWW-Authenticate"] = challenge
        if status in (429, 503):
            headers["Retry-After"] = "5"
        super().__init__(status, detail, headers)

    def document(self) -> dict[str, Any]:
        """The problem document."""
        title = _TITLES[self.status_code]
        problem = Problem(code=self.code, title=title, status=self.status_code, detail=self.detail)
        return {**problem.model_dump(), **self.members}

    def close(self) -> WebSocketException:
        """The same for a WebSocket, whose reason has room for 123 bytes."""
        again_later = self.status_code in (429, 503)
        return WebSocketException(1013 if again_later else 1008, f"{self.code}: {self.detail}"[:123])


async def _answer(_: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, Refusal):
        raise refusal
    return JSONResponse(refusal.document(), refusal.status_code, refusal.headers, media_type="application/problem+json")


# ---------------------------------------------------------------------------------------------------------------------
# Tokens: shape, key, signature, claims
# ---------------------------------------------------------------------------------------------------------------------

_LONGEST = 8 * 1024
_TOKEN_LIFE = 600
_ASSERTION_LIFE = 60
_DEEPEST_ACT = 3
_KID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PERSONAL_TOKEN = re.compile(r"[0-9a-f]{40}")
# the key decides; the token's `alg` must agree with it
_KEY_TYPES = {"EdDSA": ("OKP", "Ed25519"), "ES256": ("EC", "P-256"), "RS256": ("RSA", None)}
_JWS = jwt.PyJWS(algorithms=list(_KEY_TYPES))

_Text = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
_Seconds = Annotated[int, Field(ge=0, le=253402300799)]  # the year 9999 ends there
_SCOPE_WORDS = r"^([\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*)?$"
_Scope = Annotated[str, StringConstraints(pattern=_SCOPE_WORDS)]


class _Actor(BaseModel):
    model_config = ConfigDict(strict=True)
    sub: _Text
    act: "_Actor | None" = None

    def chain(self) -> tuple[str, ...]:
        return (self.sub, *(self.act.chain() if self.act else ()))


class _Claims(BaseModel):
    """What both kinds of token say; strict: a number is no string, `true` is no number."""

    model_config = ConfigDict(strict=True, frozen=True)
    iss: _Text
    aud: _Text
    sub: _Text
    jti: _Text
    iat: _Seconds
    exp: _Seconds
    principal_kind: Literal["user", "service-account"]
    provider: _Text | None = None
    preferred_username: Annotated[str, StringConstraints(max_length=1024)]
    roles: list[_Text]


class _AccessToken(_Claims):
    nbf: _Seconds
    client_id: _Text
    scope: _Scope
    grant_id: _Text | None = None
    act: _Actor | None = None


class _Assertion(_Claims):
    nbf: _Seconds | None = None
    scope: _Scope | None = None
    name: str | None = None
    email: str | None = None
    groups: list[_Text] = []
    groups_cut: bool = False
    roles_cut: bool = False
    permissions: list[_Text] | None = None
    permissions_cut: bool = False


_Any = TypeVar("_Any", bound=_Claims)

_EXPECTED = {
    "aud": "exactly one string",
    "scope": "one string of words with single spaces between them",
    "roles": "a list of strings",
    "groups": "a list of strings",
    "permissions": "a list of strings, or left out with `permissions_cut`",
    "principal_kind": "`user` or `service-account`",
    "preferred_username": "a string",
    "act": f"an object with `sub`, nested {_DEEPEST_ACT} deep at most",
    **dict.fromkeys(("exp", "iat", "nbf"), "a whole number of seconds"),
    **dict.fromkeys(("groups_cut", "roles_cut", "permissions_cut"), "`true` or left out"),
}


class _Unverified:
    """A token taken apart. Nothing of it is believed."""

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST or text.count(".") != 2:
            raise Refusal("token_malformed")
        self.text = text
        header, payload, signature = text.split(".")
        self.header = _object(header)
        self.payload = _object(payload)
        _bytes(signature)

    def kid_and_algorithm(self, kind: str) -> tuple[str, str]:
        """The header must be one that Samovar writes: exactly `alg`, `kid` and `typ`."""
        if self.header.get("typ") != kind:
            raise Refusal("token_type_wrong")
        kid, algorithm = self.header.get("kid"), self.header.get("alg")
        known = isinstance(algorithm, str) and algorithm in _KEY_TYPES
        if self.header.keys() != {"alg", "kid", "typ"} or not known:
            raise Refusal("token_malformed")
        if not isinstance(kid, str) or not _KID.fullmatch(kid):
            raise Refusal("token_malformed")
        return kid, str(algorithm)

    def is_access_token_of_gitea(self) -> bool:
        """Gitea's own claims: `gnt`, the number of a grant, and `tt`, zero for an access token."""
        grant, kind, end = (self.payload.get(name) for name in ("gnt", "tt", "exp"))
        numbers = all(type(each) is int for each in (grant, kind, end))
        return self.header.get("typ") == "JWT" and numbers and kind == 0

    def ended(self, now: float) -> bool:
        end = self.payload.get("exp")
        return type(end) is int and end <= now

    def signed_by(self, key: jwt.PyJWK, algorithm: str) -> bool:
        if key.algorithm_name != algorithm:
            return False
        try:
            _JWS.decode_complete(self.text, key, algorithms=[algorithm])
        except (jwt.PyJWTError, ValueError):
            return False
        return True


def _bytes(part: str) -> bytes:
    """Base64url as RFC 7515 wants it: no padding, no other letters, one spelling."""
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise Refusal("token_malformed") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise Refusal("token_malformed")
    return raw


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(part).decode(), object_pairs_hook=_once, parse_constant=_never)
    except (ValueError, RecursionError):
        raise Refusal("token_malformed") from None
    if not isinstance(value, dict):
        raise Refusal("token_malformed")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a member stands twice")
    return value


def _never(_: str) -> None:
    raise ValueError("no such number in JSON")


def _published_keys(body: Any) -> dict[str, jwt.PyJWK]:
    """The keys that fit the table; others are left out, private ones and doubles make the whole set unbelievable."""
    listed = body.get("keys") if isinstance(body, dict) else None
    if not isinstance(listed, list) or len(listed) > 64:
        raise ValueError("not a set of keys")
    keys: dict[str, jwt.PyJWK] = {}
    for entry in listed:
        if not isinstance(entry, dict) or entry.get("use") != "sig":
            continue
        kid, algorithm = entry.get("kid"), entry.get("alg")
        wanted = _KEY_TYPES.get(algorithm) if isinstance(algorithm, str) else None
        if (entry.get("kty"), entry.get("crv")) != wanted or not isinstance(kid, str) or not _KID.fullmatch(kid):
            continue
        if kid in keys or "d" in entry:
            raise ValueError("not a set of public keys")
        try:
            key = jwt.PyJWK(entry, algorithm)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if not isinstance(key.key, RSAPublicKey) or key.key.key_size >= 2048:
            keys[kid] = key
    if not keys:
        raise ValueError("no usable key")
    return keys


# ---------------------------------------------------------------------------------------------------------------------
# Asking Samovar
# ---------------------------------------------------------------------------------------------------------------------

_LARGEST_ANSWER = 256 * 1024
_KEYS = "keys"
_PATIENCE = 1  # seconds

_T = TypeVar("_T")


class _Away(Exception):
    """Samovar did not give an answer to go by."""


class _Answer(NamedTuple):
    status: int
    max_age: int | None
    body: Any


class _Wire:
    """Connections and questions of one event loop (a test client has a loop per call, and they cannot be shared)."""

    def __init__(self, client: httpx.AsyncClient, timeout: float) -> None:
        self.loop = asyncio.get_running_loop()
        self.client = client
        self.timeout = timeout
        self.under_way: dict[object, asyncio.Task[Any]] = {}
        # what anybody can have asked must leave connections for keys and decisions
        self.exchanges = asyncio.Semaphore(_EXCHANGES)

    def begin(self, name: object, work: Callable[[], Coroutine[Any, Any, _T]]) -> asyncio.Task[_T]:
        """One piece of work of a name at a time. It goes on when those who wait for it are cancelled."""
        if name not in self.under_way:
            task = self.under_way[name] = self.loop.create_task(work())
            task.add_done_callback(lambda _: self._ended(name, task))
        return self.under_way[name]

    def _ended(self, name: object, task: asyncio.Task[Any]) -> None:
        del self.under_way[name]
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, _Away | Refusal):
            log.error("a question to Samovar broke off", exc_info=error)

    async def outcome(self, task: asyncio.Task[_T]) -> _T:
        """What came of it, for everybody who waits: the same answer, or the same failure."""
        await asyncio.wait({task})
        if task.cancelled():
            raise _Away("closed")
        return task.result()

    async def close(self) -> None:
        """Ends what is under way, and closes the connections."""
        if self.loop is asyncio.get_running_loop():
            tasks = list(self.under_way.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self.client.aclose()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One of the exchanges at a time; who waits too long for it gets none."""
        try:
            await asyncio.wait_for(self.exchanges.acquire(), self.timeout)
        except asyncio.TimeoutError:
            raise _Away("too many exchanges at a time") from None
        try:
            yield
        finally:
            self.exchanges.release()

    async def send(self, request: httpx.Request) -> _Answer:
        """Follows no redirect, reads no more than it must, and hides what went wrong from callers."""
        try:
            with anyio.fail_after(self.timeout):
                answer = await self.client.send(request, stream=True)
                try:
                    raw = b""
                    async for chunk in answer.aiter_bytes():
                        raw += chunk
                        if len(raw) > _LARGEST_ANSWER:
                            raise _Away("an answer that is too long")
                finally:
                    await answer.aclose()
            body = json.loads(raw)
        except (httpx.HTTPError, TimeoutError, ValueError, RecursionError) as error:
            raise _Away(type(error).__name__) from None
        age = re.search(r"(?:^|[,\s])max-age=(\d{1,9})", answer.headers.get("cache-control", ""))
        return _Answer(status=answer.status_code, max_age=int(age.group(1)) if age else None, body=body)


class _Keys:
    """The published keys: honoured as long as Samovar says, kept for a while when it is away."""

    def __init__(self, refetch_after: float, stale_for: float, monotonic: Callable[[], float]) -> None:
        self._refetch_after = refetch_after
        self._stale_for = stale_for
        self._monotonic = monotonic
        self._keys: dict[str, jwt.PyJWK] = {}
        self._due = self._end = self._next_try = self._last_try = float("-inf")

    def has(self, kid: str) -> bool:
        return kid in self._keys

    async def find(self, kid: str, wire: _Wire, fetch: Callable[[], Awaitable[_Answer]]) -> jwt.PyJWK | None:
        """The key of that id. Raises `_Away` when there are none to go by."""
        now = self._monotonic()
        known = kid in self._keys
        new = self._keys and not known and now >= self._last_try + self._refetch_after
        if new or now >= max(self._due, self._next_try):
            wire.begin(_KEYS, lambda: self._read(fetch))
        reading = wire.under_way.get(_KEYS)
        good = known and now < self._end
        if reading is not None and not (good and now < max(self._due, self._next_try + 60)):
            # a withdrawn key must not serve once more; but calls do not wait for a Samovar that hangs, or just failed
            await asyncio.wait({reading}, timeout=_PATIENCE if good else None)
        if not self._keys or self._monotonic() >= self._end:
            raise _Away("no keys")
        return self._keys.get(kid)

    async def _read(self, fetch: Callable[[], Awaitable[_Answer]]) -> None:
        self._last_try = self._monotonic()
        try:
            answer = await fetch()
            if answer.status != 200:
                raise _Away(f"status {answer.status}")
            self._keys = _published_keys(answer.body)
        except Exception as error:
            unexpected = not isinstance(error, _Away | ValueError)
            log.warning("the keys of Samovar could not be read (%s)", error, exc_info=unexpected)
            self._next_try = self._monotonic() + 5
            return
        life = min(max(300 if answer.max_age is None else answer.max_age, 30), 3600)
        self._next_try, self._due = float("-inf"), self._last_try + life
        self._end = self._due + self._stale_for


class _Failures:
    """Exchanges that gave no token: so many at once, then one each few seconds, for each network and in all.

    By network first and in all last, so that one stranger's nonsense keeps no one else's token out.
    """

    _OF_NETWORK = 10, 6.0
    _IN_ALL = 600, 0.1

    def __init__(self, monotonic: Callable[[], float], most: int = 10_000) -> None:
        self._monotonic = monotonic
        self._most = most
        self._worn_off_at: dict[str, float] = {}

    def check(self, network: str) -> None:
        """Raises `Refusal` when there were too many."""
        now = self._monotonic()
        for name, (at_once, each) in (network, self._OF_NETWORK), ("", self._IN_ALL):
            if self._worn_off_at.get(name, now) - now > (at_once - 1) * each:
                raise Refusal("too_many_requests")

    def add(self, network: str) -> None:
        """One more."""
        now = self._monotonic()
        if network not in self._worn_off_at and len(self._worn_off_at) >= self._most:
            self._worn_off_at = {name: at for name, at in self._worn_off_at.items() if at > now}
            while len(self._worn_off_at) >= self._most:
                self._worn_off_at.pop(next(iter(self._worn_off_at)))
        for name, (_, each) in (network, self._OF_NETWORK), ("", self._IN_ALL):
            self._worn_off_at[name] = max(self._worn_off_at.get(name, now), now) + each


def _network(connection: HTTPConnection) -> str:
    """24 bits of IPv4, 48 of IPv6: what one stranger has at hand."""
    host = connection.client.host if connection.client else "-"
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


class _Memory(Generic[_T]):
    """What Samovar answered about a token, each until its end, by a hash that is of no use elsewhere."""

    def __init__(self, monotonic: Callable[[], float], most: int = 10_000) -> None:
        self._monotonic = monotonic
        self._most = most
        self._secret = secrets.token_bytes(32)
        self._entries: dict[bytes, tuple[float, _T]] = {}

    async def get(self, token: str, wire: _Wire, ask: Callable[[], Awaitable[tuple[float, _T]]]) -> _T:
        """The remembered answer, or a new one: one question at a time for each token. `ask` says how long it lives."""
        name = hashlib.blake2b(token.encode(), key=self._secret, digest_size=32).digest()
        if (entry := self._live(name)) is not None:
            return entry[1]
        joined = name in wire.under_way
        value = await wire.outcome(wire.begin(name, lambda: self._learn(name, ask)))
        if joined and self._live(name) is None:
            # that question was asked too long before this call; whichever is under way now was not
            value = await wire.outcome(wire.begin(name, lambda: self._learn(name, ask)))
        return value

    def _live(self, name: bytes) -> tuple[float, _T] | None:
        entry = self._entries.get(name)
        return entry if entry is not None and entry[0] > self._monotonic() else None

    async def _learn(self, name: bytes, ask: Callable[[], Awaitable[tuple[float, _T]]]) -> _T:
        began = self._monotonic()
        life, value = await ask()
        self._make_room()
        self._entries[name] = (began + life, value)
        return value

    def _make_room(self) -> None:
        if len(self._entries) < self._most:
            return
        now = self._monotonic()
        self._entries = {name: entry for name, entry in self._entries.items() if entry[0] > now}
        while len(self._entries) >= self._most:
            self._entries.pop(next(iter(self._entries)))


# ---------------------------------------------------------------------------------------------------------------------
# The one thing that an application makes
# ---------------------------------------------------------------------------------------------------------------------

_PROTOCOL = "samovar"
_TOKEN_PROTOCOL = "samovar.token."  # noqa: S105 - a prefix, no secret
_PERMISSION = re.compile(r"[a-z][a-z0-9._-]{0,63}:[a-z][a-z0-9._-]{0,63}")
_APPLICATION = re.compile(r"[a-z]([a-z0-9-]{0,62}[a-z0-9])?")
_PATH = "samovar.path"
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name of RFC 8693
_REFUSED_FOR = 10  # seconds
_EXCHANGES = 50  # at a time; half of the connections
_CHECK = "check client_id, client_secret and internal_url"

Live = Literal["introspect", "decision"]
"""What Samovar itself is asked: whether the token is still in force, or for a decision."""


class _Known(NamedTuple):
    """Somebody, with the token that says so (`None` behind a proxy) and the scope that narrows, where there is one."""

    principal: Principal
    token: str | None
    scope: frozenset[str] | None


class _Exchanged(NamedTuple):
    token: str | None
    refused: str


class _Scheme(OAuth2):
    """Shows the endpoints' scopes and the *Authorize* button in the docs page; checks nothing itself."""

    def __init__(self, url: str, audience: str) -> None:
        # FastAPI gives every description of a permission its place here
        self.flow = OAuthFlowAuthorizationCode(
            authorizationUrl=f"{url}/oauth/authorize", tokenUrl=f"{url}/oauth/token", scopes={}
        )
        flows = OAuthFlows(authorizationCode=self.flow)
        super().__init__(flows=flows, scheme_name=f"Samovar-{audience}", auto_error=False)

    async def __call__(self, request: HTTPConnection) -> None:
        """Nothing: `require` reads what was sent."""


class Samovar:
    """Verifies tokens for one application. Make one, use its `require` everywhere."""

    def __init__(
        self,
        url: str,
        audience: str,
        *,
        permissions: Mapping[str, str] | None = None,
        docs_client_id: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        gitea_tokens: bool = False,
        behind_proxy: bool = False,
        token_header: Literal["Authorization", "Samovar-Token"] = "Authorization",  # noqa: S107 - a header's name
        leeway: int = 30,
        fresh_for: float = 5,
        keys_refetch_after: float = 60,
        keys_stale_for: float = 3600,
        internal_url: str | None = None,
        allow_plain_http: bool = False,
        ca_file: str | None = None,
        timeout: float = 5,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        _must_be_text(
            client_id=client_id,
            client_secret=client_secret,
            docs_client_id=docs_client_id,
            internal_url=internal_url,
            ca_file=ca_file,
        )
        _must_be_seconds("leeway", leeway, 0, 120)
        _must_be_seconds("fresh_for", fresh_for, 0, 30)
        _must_be_seconds("keys_refetch_after", keys_refetch_after, 1, 3600)
        _must_be_seconds("keys_stale_for", keys_stale_for, 0, 604_800)
        _must_be_seconds("timeout", timeout, 0.1, 60)
        self.url = _address("url", url, allow_plain_http)
        if urlsplit(self.url).path:
            raise ValueError("url: give Samovar's `external_url`, which has no path; internal_url may have one")
        self._inner = self.url if internal_url is None else _address("internal_url", internal_url, allow_plain_http)
        if not isinstance(audience, str) or not _APPLICATION.fullmatch(audience) or audience == "samovar":
            raise ValueError("audience: give the application's name in Samovar, such as `deploy-api`")
        self.audience = audience
        if token_header not in ("Authorization", "Samovar-Token"):
            raise ValueError("token_header is `Authorization` or `Samovar-Token`; no other one carries a token")
        own_header = token_header != "Authorization"  # noqa: S105 - a header's name
        if behind_proxy and (gitea_tokens or own_header):
            raise ValueError("behind a proxy only Samovar-Assertion is read; leave out gitea_tokens and token_header")
        if docs_client_id is not None and own_header:
            raise ValueError("the docs page sends Authorization alone; leave out docs_client_id, or token_header")
        if (client_id is None) != (client_secret is None):
            raise ValueError("client_id and client_secret: give both or none")
        if gitea_tokens and client_id is None:
            # without a client Samovar sees strangers at one address, and anybody's nonsense uses up what they may ask
            raise ValueError("gitea_tokens needs client_id and client_secret of a confidential client")
        self._docs_client_id = docs_client_id
        self._client = (client_id, client_secret) if client_id is not None and client_secret is not None else None
        self._gitea_tokens = gitea_tokens
        self._behind_proxy = behind_proxy
        self._token_header = token_header
        self._leeway = leeway
        self._fresh_for = fresh_for
        try:
            self._trusted = ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            raise ValueError(f"ca_file: {ca_file} cannot be read as PEM certificates; {error}") from None
        self._timeout = timeout
        self._transport = transport
        self._clock = clock
        self._keys = _Keys(keys_refetch_after, keys_stale_for, monotonic)
        self._exchanged: _Memory[_Exchanged] = _Memory(monotonic)
        self._failures = _Failures(monotonic)
        self._introspected: _Memory[frozenset[str] | None] = _Memory(monotonic)
        self._wire_now: _Wire | None = None
        self._scheme = _Scheme(self.url, audience)
        self._docs_scopes: list[str] = []
        self._required: dict[tuple[tuple[str, ...], Live | None], Callable[..., Coroutine[Any, Any, Principal]]] = {}
        if permissions is not None and not isinstance(permissions, Mapping):
            raise TypeError('permissions: give each its description, {"deployments:write": "Start deployments"}')
        for permission, text in (permissions or {}).items():
            self._document(permission, text)

    # -- what an application calls

    def install(self, app: FastAPI) -> None:
        """Answers refusals as problem documents, and tells the docs page which public client it is."""
        app.add_exception_handler(Refusal, _answer)
        if self._docs_client_id is not None:
            if (app.swagger_ui_init_oauth or {}).get("clientId", self._docs_client_id) != self._docs_client_id:
                raise ValueError("the docs page is one client; give docs_client_id to one Samovar of an application")
            app.swagger_ui_init_oauth = {
                "clientId": self._docs_client_id,
                "usePkceWithAuthorizationCodeGrant": True,
                "scopes": self._docs_scopes,
            }

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Reads the keys before the first call and closes the connections after the last; may be left out."""
        try:
            await self._key("")
        except _Away:
            log.warning("Samovar at %s does not answer; calls are refused until it does", self._inner)
        try:
            yield
        finally:
            await self.close()

    async def close(self) -> None:
        """Ends what is under way, and closes the connections."""
        wire, self._wire_now = self._wire_now, None
        if wire is not None:
            await wire.close()

    def require(self, *permissions: str, live: Live | None = None) -> Callable[..., Coroutine[Any, Any, Principal]]:
        """A dependency that lets in who has all these permissions, or anybody known when there are none.

        The same words give the same dependency, which therefore runs once for each request and can be overridden in
        tests. `live` asks Samovar as well, which sees a lost team or a revoked token before the token ends.
        """
        if live not in (None, "introspect", "decision"):
            raise ValueError('live is "introspect" or "decision"')
        if live is not None and self._client is None:
            raise ValueError("live needs client_id and client_secret of a confidential client of this application")
        if live == "introspect" and self._behind_proxy:
            raise ValueError('behind a proxy no token arrives that could be asked about; use live="decision"')
        for permission in permissions:
            self._document(permission, "")
        words = (permissions, live)
        if words not in self._required:
            self._required[words] = self._dependency(permissions, live)
        return self._required[words]

    def _dependency(
        self, permissions: tuple[str, ...], live: Live | None
    ) -> Callable[..., Coroutine[Any, Any, Principal]]:
        async def required(
            connection: HTTPConnection, _: None = Security(self._scheme, scopes=list(permissions))
        ) -> Principal:
            return await _told(connection, self._admit(connection, permissions, live))

        return required

    @cached_property
    def optional(self) -> Callable[..., Coroutine[Any, Any, Principal | None]]:
        """A dependency that gives `None` when nobody says who calls; a bad token is refused all the same."""

        async def known(connection: HTTPConnection, _: None = Security(self._scheme)) -> Principal | None:
            async def identify() -> Principal | None:
                known = await self._identify(connection)
                return known.principal if known else None

            return await _told(connection, identify())

        return known

    @cached_property
    def remote(self) -> Callable[..., Coroutine[Any, Any, RemoteIdentity]]:
        """A dependency that gives the `Remote-*` headers, for display, of a caller whose assertion was verified."""
        if not self._behind_proxy:
            raise ValueError("remote needs behind_proxy=True: without an assertion anybody can send these headers")

        async def decoded(connection: HTTPConnection) -> RemoteIdentity:
            return await _told(connection, self._remote(connection))

        return decoded

    async def accept(self, websocket: WebSocket) -> None:
        """Accepts, naming the subprotocol that a browser needs to hear when it sent its token as one."""
        await websocket.accept(subprotocol=_PROTOCOL if _PROTOCOL in _offered(websocket) else None)

    @asynccontextmanager
    async def while_valid(self, principal: Principal) -> AsyncIterator[None]:
        """Ends what stands inside when the identity ends: a WebSocket is closed with 1008 and `token_expired`."""
        left = principal.expires.timestamp() + self._leeway - self._clock()
        with anyio.move_on_after(max(left, 0)) as scope:
            yield
        if scope.cancelled_caught:
            raise Refusal("token_expired").close()

    def _document(self, permission: str, text: str) -> None:
        if not isinstance(permission, str) or not isinstance(text, str):
            raise TypeError(
                'give permissions one by one and as texts: require("deployments:read", "deployments:write")'
            )
        if not _PERMISSION.fullmatch(permission):
            raise ValueError(f"{permission} is no permission; write `resource:action`")
        if permission.startswith("gitea."):
            raise ValueError(
                f"{permission} bounds what a token may do and gives nothing; let a route of the application in Samovar "
                'ask for repository access, and write require(live="decision")'
            )
        if permission.startswith("samovar."):
            raise ValueError(
                f"{permission} is for Samovar's own API, and no token of an application holds it; "
                "name a permission of the application, such as `deployments:write`, and put it into a role"
            )
        if permission not in self._scheme.flow.scopes:
            self._scheme.flow.scopes[permission] = text
            self._docs_scopes.append(permission)

    # -- who calls

    def _must_hold(self, scopes: frozenset[str], permissions: tuple[str, ...], *, cut: bool = False) -> None:
        missing = " ".join(each for each in permissions if not _holds(scopes, each))
        if missing and cut:
            raise Refusal("permissions_cut")
        if missing and self._behind_proxy:
            raise Refusal("permission_missing", missing=f"`{missing}`", audience=self.audience)
        self._must_be_within(scopes, permissions)

    def _must_be_within(self, scopes: frozenset[str], permissions: tuple[str, ...]) -> None:
        missing = " ".join(each for each in permissions if not _holds(scopes, each))
        if missing:
            scope = " ".join(permissions)
            raise Refusal("scope_insufficient", missing=missing, scope=scope, members={"scope": scope})

    async def _admit(self, connection: HTTPConnection, permissions: tuple[str, ...], live: Live | None) -> Principal:
        known = await self._identify(connection, live)
        if known is None:
            raise Refusal("credentials_missing")
        principal, _, scope = known
        if live != "decision":
            self._must_hold(principal.scopes, permissions, cut=principal.scopes_cut)
            return principal
        if scope is not None:
            self._must_be_within(scope, permissions)
        async with _available():
            await self._decide(connection, known, permissions)
        return principal.model_copy(update={"scopes": principal.scopes | set(permissions)})

    async def _identify(self, connection: HTTPConnection, live: Live | None = None) -> _Known | None:
        async with _available():
            if self._behind_proxy:
                return await self._by_assertion(connection)
            text = self._sent(connection)
            if text is None:
                return None
            if self._is_of_gitea(text):
                text = await self._exchange(text, _network(connection))
            claims = await self._verify(text, "at+jwt", _AccessToken, _TOKEN_LIFE)
            scopes = frozenset(claims.scope.split())
            if live == "introspect":
                scopes = _both(scopes, await self._introspect(text, claims))
        principal = Principal(
            client_id=claims.client_id,
            act=claims.act.chain() if claims.act else (),
            grant_id=claims.grant_id,
            scopes=scopes,
            **_common(claims),
        )
        return _Known(principal, text, scopes)

    def _sent(self, connection: HTTPConnection) -> str | None:
        """The one token that was sent: in the header, or, for browsers' WebSockets, as a subprotocol."""
        found = [each.removeprefix(_TOKEN_PROTOCOL) for each in _offered(connection) if _is_token(each)]
        for value in connection.headers.getlist(self._token_header):
            scheme, _, rest = value.strip().partition(" ")
            if self._token_header == "Samovar-Token":  # noqa: S105 - a header's name
                found.append(value.strip())
            elif scheme.lower() == "bearer" or (scheme.lower() == "token" and self._gitea_tokens):
                found.append(rest.strip())
        if len(found) > 1:
            raise Refusal("target_ambiguous")
        return found[0] if found else None

    async def _by_assertion(self, connection: HTTPConnection) -> _Known | None:
        """Behind a proxy only what Samovar signed counts."""
        sent = connection.headers.getlist("samovar-assertion")
        if len(sent) > 1:
            raise Refusal("target_ambiguous")
        if not sent or not sent[0]:
            return None
        claims = await self._verify(sent[0], "samovar-assertion+jwt", _Assertion, _ASSERTION_LIFE)
        if isinstance(connection, WebSocket) and _is_foreign(connection):
            raise Refusal("origin_foreign")
        if claims.permissions is None and not claims.permissions_cut:
            raise _claim_invalid("permissions")
        principal = Principal(
            # a list that was cut is never taken for the whole
            scopes=frozenset(() if claims.permissions_cut else claims.permissions or ()),
            scopes_cut=claims.permissions_cut,
            roles_cut=claims.roles_cut,
            full_name=claims.name or None,
            email=claims.email or None,
            groups=tuple(claims.groups),
            groups_cut=claims.groups_cut,
            **_common(claims),
        )
        return _Known(principal, None, None if claims.scope is None else frozenset(claims.scope.split()))

    async def _remote(self, connection: HTTPConnection) -> RemoteIdentity:
        known = await self._identify(connection)
        if known is None:
            return RemoteIdentity()
        if any(len(connection.headers.getlist(name)) > 1 for name in connection.headers if name.startswith("remote-")):
            raise Refusal("target_ambiguous")
        remote = RemoteIdentity.of(connection.headers)
        if remote.user_id and remote.user_id != known.principal.id:
            raise Refusal("target_ambiguous")
        return remote

    # -- verifying

    async def _verify(self, text: str, kind: str, model: type[_Any], longest: int) -> _Any:
        """Shape, kind and issuer first: what cannot be ours costs no call. Then key, signature, claims, time."""
        token = _Unverified(text)
        kid, algorithm = token.kid_and_algorithm(kind)
        if token.payload.get("iss") != self.url:
            raise Refusal("token_issuer_wrong", members={"claim": "iss", "expected": self.url}, expected=self.url)
        if not self._keys.has(kid) and token.ended(self._clock() - self._leeway):
            raise self._expired(token.payload["exp"])
        key = await self._key(kid)
        if key is None:
            raise Refusal("token_key_unknown")
        if not token.signed_by(key, algorithm):
            raise Refusal("token_signature_invalid")
        return self._claims(token.payload, model, longest)

    def _claims(self, payload: dict[str, Any], model: type[_Any], longest: int) -> _Any:
        try:
            claims = model.model_validate(payload)
        except ValidationError as error:
            claim = str(error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"][0])
            raise _claim_invalid(claim) from None
        actor = getattr(claims, "act", None)
        if actor is not None and len(actor.chain()) > _DEEPEST_ACT:
            raise _claim_invalid("act")
        if claims.aud != self.audience:
            members = {"claim": "aud", "expected": self.audience}
            raise Refusal("token_audience_wrong", members=members, expected=self.audience)
        if not 0 < claims.exp - claims.iat <= longest:
            raise _claim_refused("exp", f"later than `iat`, by at most {longest} seconds")
        self._in_time(claims.exp, max(claims.iat, getattr(claims, "nbf", None) or 0))
        return claims

    def _in_time(self, end: int, begin: int) -> None:
        now = self._clock()
        if end + self._leeway <= now:
            raise self._expired(end)
        if begin - self._leeway > now:
            members = {"valid_from": _moment(begin), "server_time": _moment(now)}
            raise Refusal("token_not_yet_valid", members=members)

    def _expired(self, end: int) -> Refusal:
        end = min(max(end, 0), 253402300799)
        members = {"expired_at": _moment(end), "server_time": _moment(self._clock())}
        return Refusal("token_expired", members=members)

    async def _key(self, kid: str) -> jwt.PyJWK | None:
        wire, address = self._wire(), f"{self._inner}/oauth/jwks"
        return await self._keys.find(kid, wire, lambda: wire.send(wire.client.build_request("GET", address)))

    # -- asking

    def _wire(self) -> _Wire:
        if self._wire_now is None or self._wire_now.loop is not asyncio.get_running_loop():
            client = httpx.AsyncClient(
                verify=self._trusted,
                timeout=self._timeout,
                transport=self._transport,
                follow_redirects=False,
                headers={"Accept": "application/json"},
            )
            self._wire_now = _Wire(client, self._timeout)
        return self._wire_now

    async def _post(self, path: str, *, form: dict[str, str] | None = None, document: Any = None) -> _Answer:
        headers = {}
        if self._client is not None:
            pair = ":".join(quote(word, safe="") for word in self._client)
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        wire = self._wire()
        request = wire.client.build_request("POST", self._inner + path, data=form, json=document, headers=headers)
        return await wire.send(request)

    async def _introspect(self, text: str, claims: _AccessToken) -> frozenset[str]:
        """What the token may do now (RFC 7662)."""

        async def ask() -> tuple[float, frozenset[str] | None]:
            answer = await self._post("/oauth/introspect", form={"token": text, "token_type_hint": "access_token"})
            _must_be_ready(answer)
            body = answer.body if isinstance(answer.body, dict) else {}
            active = body.get("active")
            if answer.status != 200 or type(active) is not bool:
                log.error("introspection was answered %s; %s", answer.status, _CHECK)
                raise _Away("introspection")
            if not active:
                return self._fresh_for, None
            scope = body.get("scope")
            same = (body.get("sub"), body.get("aud")) == (claims.sub, claims.aud)
            if not isinstance(scope, str) or not same:
                raise _Away("introspection of something else")
            return self._fresh_for, frozenset(scope.split())

        scopes = await self._introspected.get(text, self._wire(), ask)
        if scopes is None:
            raise Refusal("token_revoked")
        return scopes

    async def _decide(self, connection: HTTPConnection, known: _Known, permissions: tuple[str, ...]) -> None:
        """Everything must be allowed; nothing of it is remembered."""
        subject: dict[str, Any] = {"type": known.principal.kind, "id": known.principal.id}
        if known.token is not None:
            subject["properties"] = {"access_token": known.token}
        elif known.scope is not None:
            subject["properties"] = {"scope": " ".join(sorted(known.scope))}
        if not permissions:
            method = str(connection.scope.get("method", "GET"))  # a WebSocket has none, and begins with GET
            await self._evaluate(subject, method, {"type": _PATH, "id": _path(connection)})
        for permission in permissions:
            resource, _, action = permission.partition(":")
            await self._evaluate(subject, action, {"type": resource, "id": self.audience}, permission)

    async def _evaluate(
        self, subject: dict[str, Any], action: str, resource: dict[str, str], permission: str | None = None
    ) -> None:
        """May this be done now (AuthZEN's evaluation)?"""
        question = {"subject": subject, "action": {"name": action}, "resource": resource}
        answer = await self._post("/access/v1/evaluation", document=question)
        _must_be_ready(answer)
        body = answer.body if isinstance(answer.body, dict) else {}
        decision, context = body.get("decision"), body.get("context")
        if answer.status != 200 or type(decision) is not bool:
            log.error("a question for a decision was answered %s; %s", answer.status, _CHECK)
            raise _Away("decision")
        if not decision:
            raise self._denied(context if isinstance(context, dict) else {}, permission)

    def _denied(self, context: dict[str, Any], permission: str | None) -> Refusal:
        """In Samovar's word for it, where it is one that is known here; denied it is in any case."""
        code, scope = context.get("code"), context.get("scope")
        if code == "scope_insufficient" and isinstance(scope, str) and re.fullmatch(_SCOPE_WORDS, scope):
            return Refusal(code, missing=scope, scope=scope, members={"scope": scope})
        status, _, sentence = _CODES.get(code, _UNKNOWN) if isinstance(code, str) else _UNKNOWN
        if status in (400, 401, 403) and "{" not in sentence:
            return Refusal(str(code))
        missing = f"`{permission}`" if permission else "a permission that this needs"
        return Refusal("permission_missing", missing=missing, audience=self.audience)

    def _is_of_gitea(self, text: str) -> bool:
        """Only looks at it; Samovar will ask Gitea."""
        if not self._gitea_tokens:
            return False
        if _PERSONAL_TOKEN.fullmatch(text):
            return True
        token = _Unverified(text)
        if not token.is_access_token_of_gitea():
            return False
        if token.ended(self._clock() - self._leeway):
            raise self._expired(token.payload["exp"])
        return True

    async def _exchange(self, text: str, network: str) -> str:
        """A short token of Samovar for one of Gitea (RFC 8693), used again until it ends."""

        async def ask() -> tuple[float, _Exchanged]:
            form = {"grant_type": _EXCHANGE, "subject_token": text, "subject_token_type": _ACCESS_TOKEN}
            self._failures.check(network)
            async with wire.turn():
                self._failures.check(network)  # others may have failed while this one waited
                answer = await self._post("/oauth/token", form={**form, "audience": self.audience})
            _must_be_ready(answer)
            body = answer.body if isinstance(answer.body, dict) else {}
            token, life = body.get("access_token"), body.get("expires_in")
            if answer.status == 200 and isinstance(token, str) and type(life) is int:
                return max(life - 5, 1), _Exchanged(token, "")
            self._failures.add(network)
            refused = _exchange_refused(body) if answer.status == 400 else None
            if refused is None:
                log.error("the exchange of a token of Gitea was answered %s; %s", answer.status, _CHECK)
                refused = "samovar_unavailable"
            return _REFUSED_FOR, _Exchanged(None, refused)

        wire = self._wire()
        exchanged = await self._exchanged.get(text, wire, ask)
        if exchanged.token is None:
            raise Refusal(exchanged.refused, missing="every permission", audience=self.audience)
        return exchanged.token


def _common(claims: _Claims) -> dict[str, Any]:
    return {
        "id": claims.sub,
        "kind": claims.principal_kind,
        "provider": claims.provider,
        "name": claims.preferred_username,
        "roles": frozenset(claims.roles),
        "token_id": claims.jti,
        "expires": datetime.fromtimestamp(claims.exp, timezone.utc),
    }


def _both(sent: frozenset[str], now: frozenset[str]) -> frozenset[str]:
    """What stands in the token and is still so: the narrower word where one of them is `resource:*`."""
    return frozenset(each for each in sent if _holds(now, each)) | frozenset(each for each in now if _holds(sent, each))


def _claim_invalid(claim: str) -> Refusal:
    return _claim_refused(claim, _EXPECTED.get(claim, "a string that is not empty"))


def _claim_refused(claim: str, expected: str) -> Refusal:
    members = {"claim": claim, "expected": expected}
    return Refusal("token_claim_invalid", members=members, claim=claim, expected=expected)


def _must_be_ready(answer: _Answer) -> None:
    if answer.status == 503 and isinstance(answer.body, dict) and answer.body.get("code") == "membership_stale":
        raise Refusal("membership_stale")
    if answer.status == 429 or answer.status >= 500:
        raise _Away(f"status {answer.status}")


def _exchange_refused(body: dict[str, Any]) -> str | None:
    """What Samovar says about the token that was sent, if it is about that."""
    error = body.get("error")
    if error in ("invalid_request", "invalid_grant"):
        return "principal_disabled" if body.get("code") == "principal_disabled" else "token_revoked"
    if error == "invalid_scope":
        return "permission_missing"
    if error != "invalid_target":
        return None
    log.error("this application takes no such tokens of Gitea; say in its `gitea_tokens`, at Samovar, which it takes")
    return "token_type_wrong"


@asynccontextmanager
async def _available() -> AsyncIterator[None]:
    """Without an answer to go by nobody is let in."""
    try:
        yield
    except _Away as error:
        log.warning("Samovar gave no answer to go by (%s)", error)
        raise Refusal("samovar_unavailable") from None


def _path(connection: HTTPConnection) -> str:
    """As it was sent: what decides must see what the caller wrote. Without the query."""
    raw = connection.scope.get("raw_path")
    if not isinstance(raw, bytes):
        return quote(connection.scope["path"])
    try:
        return raw.partition(b"?")[0].decode("ascii")
    except UnicodeDecodeError:
        raise Refusal("target_ambiguous") from None


async def _told(connection: HTTPConnection, work: Awaitable[_T]) -> _T:
    """A WebSocket's client hears a refusal only after the handshake: a close before it is an HTTP 403 without words."""
    try:
        return await work
    except Refusal as refusal:
        if not isinstance(connection, WebSocket):
            raise
        if connection.application_state is WebSocketState.CONNECTING:
            speakable = [each for each in _offered(connection) if not _is_token(each)]
            await connection.accept(subprotocol=speakable[0] if speakable else None)
        raise refusal.close() from None


def _offered(connection: HTTPConnection) -> list[str]:
    return list(connection.scope.get("subprotocols") or [])


def _is_token(protocol: str) -> bool:
    return protocol.startswith(_TOKEN_PROTOCOL)


def _is_foreign(websocket: WebSocket) -> bool:
    """Did a page of another host open it? Browsers send cookies with WebSockets, and always the page's origin."""
    origin = websocket.headers.get("origin")
    if origin is None:
        return False
    try:
        page, own = urlsplit(origin), urlsplit("//" + websocket.headers.get("host", ""))
        port = {"https": 443, "http": 80}.get(page.scheme)
        return (page.hostname, page.port or port) != (own.hostname, own.port or port)
    except ValueError:
        return True


def _must_be_text(**options: str | None) -> None:
    for name, value in options.items():
        if value is not None and (not isinstance(value, str) or not value or value != value.strip()):
            raise ValueError(f"{name} is empty, has blanks around it or is no text; correct it, or leave it out")


def _must_be_seconds(name: str, value: float, least: float, most: float) -> None:
    if not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError(f"{name} must be from {least} to {most} seconds")


def _address(name: str, text: str, allow_plain_http: bool) -> str:
    """In Samovar's own spelling: the host in lower case, without the scheme's own port and a last slash."""
    wrong = f"{name}: give an address of Samovar, such as `https://samovar.example.com`, as its `external_url` says"
    if not isinstance(text, str) or not re.fullmatch(r"https?://[!#-\[\]-~]+", text):
        raise ValueError(wrong)
    try:
        parts = httpx.URL(text)
    except httpx.InvalidURL:
        raise ValueError(wrong) from None
    host, port = parts.raw_host.decode(), parts.port
    odd = parts.userinfo or parts.query or parts.fragment or not (port is None or 0 < port < 65536)
    if odd or not _is_host(host):
        raise ValueError(wrong)
    if parts.scheme == "http" and not _is_loopback(host) and not allow_plain_http:
        raise ValueError(
            f"{name}: plain http is for loopback; use https, or allow_plain_http=True inside a network you trust"
        )
    return f"{parts.scheme}://{parts.netloc.decode()}{parts.raw_path.decode()}".rstrip("/")


def _is_host(host: str) -> bool:
    """A name, or an IP address in its one spelling."""
    if ":" not in host and not re.search(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$", host):
        return re.fullmatch(r"[a-z0-9._-]+", host) is not None
    try:
        return str(ip_address(host)) == host
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
