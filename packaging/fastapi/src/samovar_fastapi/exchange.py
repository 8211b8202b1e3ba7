"""Tokens of Gitea: exchanged at Samovar's token endpoint (RFC 8693) for a short token of Samovar.

Sends them nowhere else, and keeps only a keyed hash of each. Networks that send tokens which Samovar rejects must wait.
"""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from starlette.requests import HTTPConnection

from .http_client import (
    CHECK_CLIENT,
    ResponseCache,
    SamovarClient,
    SamovarResponse,
    log,
    raise_if_unavailable,
)
from .problem import ProblemError

REJECTION_LIFETIME = 10  # seconds
RENEW_BEFORE_END = 5  # seconds

_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name of RFC 8693


class _Exchanged(NamedTuple):
    """The token that Samovar issued, or the code of a problem."""

    token: str | None
    code: str


class TokenExchange:
    """Exchanges tokens of Gitea for tokens of Samovar, each again only after the last one has ended."""

    def __init__(self, client: SamovarClient, audience: str, monotonic: Callable[[], float]) -> None:
        self._client = client
        self._audience = audience
        self._cache: ResponseCache[_Exchanged] = ResponseCache(monotonic)
        self._limiter = FailureLimiter(monotonic)

    async def exchange(self, text: str, network: str) -> str:
        """A token of Samovar. Raises `ProblemError` when Samovar rejects this one."""
        pool = self._client.pool()

        async def ask() -> tuple[float, _Exchanged]:
            form = {"grant_type": _GRANT_TYPE, "subject_token": text, "subject_token_type": _ACCESS_TOKEN}
            self._limiter.check(network)
            async with pool.exchange_slot():
                self._limiter.check(network)  # others may have failed while this one waited
                response = await self._client.post("/oauth/token", form={**form, "audience": self._audience})
            raise_if_unavailable(response)
            token, lifetime = response.members().get("access_token"), response.members().get("expires_in")
            if response.status == 200 and isinstance(token, str) and type(lifetime) is int:
                return max(lifetime - RENEW_BEFORE_END, 1), _Exchanged(token, "")
            self._limiter.add(network)
            return REJECTION_LIFETIME, _Exchanged(None, _code_of_rejection(response))

        exchanged = await self._cache.get(text, pool, ask)
        if exchanged.token is None:
            raise ProblemError(exchanged.code, missing="every permission", audience=self._audience)
        return exchanged.token


class FailureLimiter:
    """Limits exchanges that gave no token, for each network and then for all networks together.

    Each has a number at once and then one per interval (a token bucket). The limit of a network comes first, so that
    one network that sends invalid tokens does not use up what all networks share.
    """

    _PER_NETWORK = 10, 6.0  # at once; seconds for one more
    _TOTAL = 600, 0.1

    def __init__(self, monotonic: Callable[[], float], max_networks: int = 10_000) -> None:
        self._monotonic = monotonic
        self._max_networks = max_networks
        self._empty_at: dict[str, float] = {}

    def check(self, network: str) -> None:
        """Raises `too_many_requests` when the network, or all together, failed too often."""
        now = self._monotonic()
        for name, (at_once, interval) in (network, self._PER_NETWORK), ("", self._TOTAL):
            if self._empty_at.get(name, now) - now > (at_once - 1) * interval:
                raise ProblemError("too_many_requests")

    def add(self, network: str) -> None:
        """Counts one failure."""
        now = self._monotonic()
        if network not in self._empty_at and len(self._empty_at) >= self._max_networks:
            self._empty_at = {name: at for name, at in self._empty_at.items() if at > now}
            while len(self._empty_at) >= self._max_networks:
                self._empty_at.pop(next(iter(self._empty_at)))
        for name, (_, interval) in (network, self._PER_NETWORK), ("", self._TOTAL):
            self._empty_at[name] = max(self._empty_at.get(name, now), now) + interval


def network_of(connection: HTTPConnection) -> str:
    """The caller's network: 24 bits of an IPv4 address, 48 of an IPv6 address, as one party usually holds them."""
    host = connection.client.host if connection.client else "-"
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def _code_of_rejection(response: SamovarResponse) -> str:
    """The problem code for a response without a token: about the token that was sent, or `samovar_unavailable`."""
    body = response.members()
    error = body.get("error") if response.status == 400 else None
    if error in ("invalid_request", "invalid_grant"):
        return "principal_disabled" if body.get("code") == "principal_disabled" else "token_revoked"
    if error == "invalid_scope":
        return "permission_missing"
    if error == "invalid_target":
        log.error("this application accepts no such tokens of Gitea; list them in its `gitea_tokens` in Samovar")
        return "token_type_wrong"
    log.error("the exchange of a token of Gitea was answered %s; %s", response.status, CHECK_CLIENT)
    return "samovar_unavailable"
