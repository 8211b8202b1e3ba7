"""The published keys that verify tokens: read from Samovar, kept as long as it says, and longer while it is away."""

import asyncio
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from .http_client import SamovarClient, UnavailableError, log
from .token import KEY_ID, KEY_TYPES

MAX_KEYS = 64
MIN_RSA_BITS = 2048
MAX_WAIT = 1  # seconds: for a reading that is due, while the key at hand still serves
RETRY_AFTER = 5  # seconds
MIN_LIFETIME, DEFAULT_LIFETIME, MAX_LIFETIME = 30, 300, 3600  # seconds

_PATH = "/oauth/jwks"
_READING = "keys"


class PublishedKeys:
    """The keys by their id. Keeps what it has when a reading fails, until `stale_for` is over."""

    def __init__(
        self, client: SamovarClient, refetch_after: float, stale_for: float, monotonic: Callable[[], float]
    ) -> None:
        self._client = client
        self._refetch_after = refetch_after
        self._stale_for = stale_for
        self._monotonic = monotonic
        self._keys: dict[str, jwt.PyJWK] = {}
        self._due = self._end = self._next_try = self._last_try = float("-inf")

    def has(self, kid: str) -> bool:
        """Whether a key of that id is at hand."""
        return kid in self._keys

    async def find(self, kid: str) -> jwt.PyJWK | None:
        """The key of that id, or `None` when none is published. Raises `UnavailableError` when no keys can be used."""
        now, pool = self._monotonic(), self._client.pool()
        known = kid in self._keys
        new = self._keys and not known and now >= self._last_try + self._refetch_after
        if new or now >= max(self._due, self._next_try):
            pool.start(_READING, self._read)
        reading = pool.running.get(_READING)
        usable = known and now < self._end
        if reading is not None and not (usable and now < max(self._due, self._next_try + 60)):
            # Wait, so that a withdrawn key is not used again; but not long for a Samovar that does not answer.
            await asyncio.wait({reading}, timeout=MAX_WAIT if usable else None)
        if not self._keys or self._monotonic() >= self._end:
            raise UnavailableError("no keys")
        return self._keys.get(kid)

    async def _read(self) -> None:
        self._last_try = self._monotonic()
        try:
            response = await self._client.get(_PATH)
            if response.status != 200:
                raise UnavailableError(f"status {response.status}")
            self._keys = parse_keys(response.body)
        except Exception as error:
            unexpected = not isinstance(error, UnavailableError | ValueError)
            log.warning("the keys of Samovar could not be read (%s)", error, exc_info=unexpected)
            self._next_try = self._monotonic() + RETRY_AFTER
            return
        age = DEFAULT_LIFETIME if response.max_age is None else response.max_age
        self._next_try, self._due = float("-inf"), self._last_try + min(max(age, MIN_LIFETIME), MAX_LIFETIME)
        self._end = self._due + self._stale_for


def parse_keys(body: Any) -> dict[str, jwt.PyJWK]:
    """The usable keys of a JWK set, without keys of other types. A private key or a double id makes the set invalid."""
    listed = body.get("keys") if isinstance(body, dict) else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise ValueError("not a JWK set, or too many keys")
    keys: dict[str, jwt.PyJWK] = {}
    for entry in listed:
        if not isinstance(entry, dict) or entry.get("use") != "sig":
            continue
        kid, algorithm = entry.get("kid"), entry.get("alg")
        wanted = KEY_TYPES.get(algorithm) if isinstance(algorithm, str) else None
        if (entry.get("kty"), entry.get("crv")) != wanted or not isinstance(kid, str) or not KEY_ID.fullmatch(kid):
            continue
        if kid in keys or "d" in entry:
            raise ValueError("a key id occurs twice, or a key is private")
        try:
            key = jwt.PyJWK(entry, algorithm)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if not isinstance(key.key, RSAPublicKey) or key.key.key_size >= MIN_RSA_BITS:
            keys[kid] = key
    if not keys:
        raise ValueError("no usable key")
    return keys
