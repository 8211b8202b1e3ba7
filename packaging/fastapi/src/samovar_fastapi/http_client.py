"""Requests to Samovar: one connection pool per event loop, and each request that is already running is shared.

What goes wrong becomes `UnavailableError` and a line in the log; no caller sees the text of an exception.
"""

import asyncio
import base64
import hashlib
import json
import logging
import re
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote

import anyio
import httpx

from .problem import ProblemError

log = logging.getLogger("samovar")

MAX_RESPONSE_BYTES = 256 * 1024
MAX_EXCHANGES = 50
"""Token exchanges at a time: half of the connections of a pool."""
CHECK_CLIENT = "check client_id, client_secret and internal_url"

T = TypeVar("T")


class UnavailableError(Exception):
    """Samovar sent no usable response."""


class SamovarResponse(NamedTuple):
    """A response of Samovar."""

    status: int
    max_age: int | None
    """`max-age` of `Cache-Control`, in seconds."""
    body: Any
    """Decoded JSON."""

    def members(self) -> dict[str, Any]:
        """The members of the body; none when it is not an object."""
        return self.body if isinstance(self.body, dict) else {}


class ConnectionPool:
    """Connections and running requests of one event loop. A test client has a loop per call; loops share nothing."""

    def __init__(self, client: httpx.AsyncClient, timeout: float) -> None:
        self.loop = asyncio.get_running_loop()
        self.client = client
        self.timeout = timeout
        self.running: dict[object, asyncio.Task[Any]] = {}
        # Anyone can cause exchanges, so they must leave connections for keys and decisions.
        self._exchanges = asyncio.Semaphore(MAX_EXCHANGES)

    def start(self, name: object, work: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """Starts the work, or gives the task of that name that runs. It continues when those who wait are cancelled."""
        if name not in self.running:
            task = self.running[name] = self.loop.create_task(work())
            task.add_done_callback(lambda _: self._ended(name, task))
        return self.running[name]

    def _ended(self, name: object, task: asyncio.Task[Any]) -> None:
        del self.running[name]
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, UnavailableError | ProblemError):
            log.error("a request to Samovar failed", exc_info=error)

    async def result(self, task: asyncio.Task[T]) -> T:
        """The task's result or exception, the same for all who wait for it."""
        await asyncio.wait({task})
        if task.cancelled():
            raise UnavailableError("closed")
        return task.result()

    async def close(self) -> None:
        """Cancels what is running, and closes the connections."""
        if self.loop is asyncio.get_running_loop():
            tasks = list(self.running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self.client.aclose()

    @asynccontextmanager
    async def exchange_slot(self) -> AsyncIterator[None]:
        """One of `MAX_EXCHANGES`. Raises `UnavailableError` when none becomes free within the timeout."""
        try:
            await asyncio.wait_for(self._exchanges.acquire(), self.timeout)
        except asyncio.TimeoutError:
            raise UnavailableError("too many exchanges at a time") from None
        try:
            yield
        finally:
            self._exchanges.release()

    async def send(self, request: httpx.Request) -> SamovarResponse:
        """Sends one request. Follows no redirect, and reads no more than `MAX_RESPONSE_BYTES`."""
        try:
            with anyio.fail_after(self.timeout):
                response = await self.client.send(request, stream=True)
                try:
                    raw = b""
                    async for chunk in response.aiter_bytes():
                        raw += chunk
                        if len(raw) > MAX_RESPONSE_BYTES:
                            raise UnavailableError("the response is too long")
                finally:
                    await response.aclose()
            body = json.loads(raw)
        except (httpx.HTTPError, TimeoutError, ValueError, RecursionError) as error:
            raise UnavailableError(type(error).__name__) from None
        age = re.search(r"(?:^|[,\s])max-age=(\d{1,9})", response.headers.get("cache-control", ""))
        return SamovarResponse(status=response.status_code, max_age=int(age.group(1)) if age else None, body=body)


class ClientSettings(NamedTuple):
    """How Samovar is reached."""

    base_url: str
    credentials: tuple[str, str] | None
    """Id and secret of the confidential client."""
    trust: ssl.SSLContext
    timeout: float
    """Seconds, for one request."""
    transport: httpx.AsyncBaseTransport | None


class SamovarClient:
    """Sends requests to Samovar from the event loop that runs."""

    def __init__(self, settings: ClientSettings) -> None:
        self._settings = settings
        self._pool: ConnectionPool | None = None

    @property
    def has_credentials(self) -> bool:
        """Whether requests carry the id and the secret of a confidential client."""
        return self._settings.credentials is not None

    def pool(self) -> ConnectionPool:
        """The pool of the running event loop."""
        if self._pool is None or self._pool.loop is not asyncio.get_running_loop():
            client = httpx.AsyncClient(
                verify=self._settings.trust,
                timeout=self._settings.timeout,
                transport=self._settings.transport,
                follow_redirects=False,
                headers={"Accept": "application/json"},
            )
            self._pool = ConnectionPool(client, self._settings.timeout)
        return self._pool

    async def close(self) -> None:
        """Cancels what is running, and closes the connections. A later request opens new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def get(self, path: str) -> SamovarResponse:
        """Without credentials."""
        pool = self.pool()
        return await pool.send(pool.client.build_request("GET", self._settings.base_url + path))

    async def post(self, path: str, *, form: dict[str, str] | None = None, document: Any = None) -> SamovarResponse:
        """As the confidential client, where there is one (RFC 6749, section 2.3.1)."""
        headers = {}
        if self._settings.credentials is not None:
            pair = ":".join(quote(word, safe="") for word in self._settings.credentials)
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        pool, address = self.pool(), self._settings.base_url + path
        return await pool.send(pool.client.build_request("POST", address, data=form, json=document, headers=headers))


class ResponseCache(Generic[T]):
    """What Samovar answered about tokens, each until its end. Keeps a keyed hash instead of the token."""

    def __init__(self, monotonic: Callable[[], float], max_entries: int = 10_000) -> None:
        self._monotonic = monotonic
        self._max_entries = max_entries
        self._key = secrets.token_bytes(32)
        self._entries: dict[bytes, tuple[float, T]] = {}

    def __len__(self) -> int:
        """How many answers it holds, current or not."""
        return len(self._entries)

    async def get(self, token: str, pool: ConnectionPool, ask: Callable[[], Awaitable[tuple[float, T]]]) -> T:
        """The kept answer or a new one; `ask` gives its lifetime in seconds. One request at a time for each token."""
        name = hashlib.blake2b(token.encode(), key=self._key, digest_size=32).digest()
        if (entry := self._current(name)) is not None:
            return entry[1]
        joined = name in pool.running
        value = await pool.result(pool.start(name, lambda: self._ask(name, ask)))
        if joined and self._current(name) is None:
            # That request began too long before this call. The one that runs now, or that starts here, did not.
            value = await pool.result(pool.start(name, lambda: self._ask(name, ask)))
        return value

    def _current(self, name: bytes) -> tuple[float, T] | None:
        entry = self._entries.get(name)
        return entry if entry is not None and entry[0] > self._monotonic() else None

    async def _ask(self, name: bytes, ask: Callable[[], Awaitable[tuple[float, T]]]) -> T:
        began = self._monotonic()
        lifetime, value = await ask()
        self._make_room()
        self._entries[name] = (began + lifetime, value)
        return value

    def _make_room(self) -> None:
        if len(self._entries) < self._max_entries:
            return
        now = self._monotonic()
        self._entries = {name: entry for name, entry in self._entries.items() if entry[0] > now}
        while len(self._entries) >= self._max_entries:
            self._entries.pop(next(iter(self._entries)))


def raise_if_unavailable(response: SamovarResponse) -> None:
    """Raises for a response that says that Samovar, or Gitea behind it, cannot answer now."""
    if response.status == 503 and response.members().get("code") == "membership_stale":
        raise ProblemError("membership_stale")
    if response.status == 429 or response.status >= 500:
        raise UnavailableError(f"status {response.status}")


@asynccontextmanager
async def deny_if_unavailable() -> AsyncIterator[None]:
    """Turns `UnavailableError` into `samovar_unavailable`: without an answer, access is denied."""
    try:
        yield
    except UnavailableError as error:
        log.warning("Samovar sent no usable response (%s)", error)
        raise ProblemError("samovar_unavailable") from None
