"""Verifies one token: form, type and issuer, then key, signature, claims and time, in that order.

What cannot be a valid token of the issuer is rejected before it costs a request to Samovar.
"""

from collections.abc import Callable
from datetime import datetime, timezone
from typing import NamedTuple

from .keys import PublishedKeys
from .problem import ProblemError, invalid_claim
from .token import MAX_TIMESTAMP, AnyClaims, Claims, TokenKind, UnverifiedToken, parse_claims


class Clock(NamedTuple):
    """The wall clock, and how many seconds it may differ from Samovar's."""

    leeway: float
    """Seconds."""
    now: Callable[[], float]


class TokenVerifier:
    """Accepts tokens of one issuer for one audience."""

    def __init__(self, issuer: str, audience: str, keys: PublishedKeys, clock: Clock) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._clock = clock

    async def verify(self, text: str, kind: TokenKind[AnyClaims]) -> AnyClaims:
        """The claims of a valid token. Raises `ProblemError`, or `UnavailableError` without keys."""
        token = UnverifiedToken(text)
        kid, algorithm = token.kid_and_algorithm(kind.typ)
        if token.payload.get("iss") != self._issuer:
            members = {"claim": "iss", "expected": self._issuer}
            raise ProblemError("token_issuer_wrong", members=members, expected=self._issuer)
        if not self._keys.has(kid):
            self.reject_expired(token)
        key = await self._keys.find(kid)
        if key is None:
            raise ProblemError("token_key_unknown")
        if not token.is_signed_by(key, algorithm):
            raise ProblemError("token_signature_invalid")
        claims = parse_claims(token.payload, kind.claims)
        self._check(claims, kind.max_lifetime)
        return claims

    def reject_expired(self, token: UnverifiedToken) -> None:
        """Raises `token_expired` when `exp` has passed."""
        if token.has_expired(self._clock.now() - self._clock.leeway):
            raise self._expired(token.payload["exp"])

    def _check(self, claims: Claims, max_lifetime: int) -> None:
        if claims.aud != self._audience:
            members = {"claim": "aud", "expected": self._audience}
            raise ProblemError("token_audience_wrong", members=members, expected=self._audience)
        if not 0 < claims.exp - claims.iat <= max_lifetime:
            raise invalid_claim("exp", f"later than `iat`, by at most {max_lifetime} seconds")
        now = self._clock.now()
        if claims.exp + self._clock.leeway <= now:
            raise self._expired(claims.exp)
        begin = max(claims.iat, getattr(claims, "nbf", None) or 0)
        if begin - self._clock.leeway > now:
            members = {"valid_from": _timestamp(begin), "server_time": _timestamp(now)}
            raise ProblemError("token_not_yet_valid", members=members)

    def _expired(self, end: int) -> ProblemError:
        end = min(max(end, 0), MAX_TIMESTAMP)
        members = {"expired_at": _timestamp(end), "server_time": _timestamp(self._clock.now())}
        return ProblemError("token_expired", members=members)


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
