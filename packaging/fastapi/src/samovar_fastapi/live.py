"""Questions to Samovar about one call: whether a token is still valid, and whether an action is allowed now.

Asked after a token was verified. A response that is not clear denies access.
"""

import re
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import quote

from starlette.requests import HTTPConnection

from .http_client import CHECK_CLIENT, ResponseCache, SamovarClient, UnavailableError, log, raise_if_unavailable
from .principal import AuthenticatedPrincipal
from .problem import CODES, ProblemError, insufficient_scope
from .token import SCOPE_PATTERN, AccessTokenClaims

Live = Literal["introspect", "decision"]
"""What Samovar is asked: whether the token is still valid, or for a decision."""

_PATH = "samovar.path"


class LiveChecks:
    """Asks Samovar as the application's confidential client."""

    def __init__(self, client: SamovarClient, audience: str, fresh_for: float, monotonic: Callable[[], float]) -> None:
        self._client = client
        self._audience = audience
        self._fresh_for = fresh_for
        self._introspected: ResponseCache[frozenset[str] | None] = ResponseCache(monotonic)

    async def introspect(self, text: str, claims: AccessTokenClaims) -> frozenset[str]:
        """What the token allows now (RFC 7662); kept for `fresh_for` seconds."""

        async def ask() -> tuple[float, frozenset[str] | None]:
            form = {"token": text, "token_type_hint": "access_token"}
            response = await self._client.post("/oauth/introspect", form=form)
            raise_if_unavailable(response)
            body = response.members()
            active = body.get("active")
            if response.status != 200 or type(active) is not bool:
                log.error("introspection was answered %s; %s", response.status, CHECK_CLIENT)
                raise UnavailableError("introspection")
            if not active:
                return self._fresh_for, None
            scope = body.get("scope")
            same = (body.get("sub"), body.get("aud")) == (claims.sub, claims.aud)
            if not isinstance(scope, str) or not same:
                raise UnavailableError("introspection of another token")
            return self._fresh_for, frozenset(scope.split())

        scopes = await self._introspected.get(text, self._client.pool(), ask)
        if scopes is None:
            raise ProblemError("token_revoked")
        return scopes

    async def decide(
        self, connection: HTTPConnection, caller: AuthenticatedPrincipal, permissions: tuple[str, ...]
    ) -> None:
        """Every permission must be allowed; without any, the application's routes decide. No decision is kept."""
        subject = _subject(caller)
        if not permissions:
            method = str(connection.scope.get("method", "GET"))  # a WebSocket has no method, and begins with GET
            await self._evaluate(subject, method, {"type": _PATH, "id": _raw_path(connection)})
        for permission in permissions:
            resource, _, action = permission.partition(":")
            await self._evaluate(subject, action, {"type": resource, "id": self._audience}, permission)

    async def _evaluate(
        self, subject: dict[str, Any], action: str, resource: dict[str, str], permission: str | None = None
    ) -> None:
        """One evaluation of the OpenID AuthZEN Authorization API."""
        question = {"subject": subject, "action": {"name": action}, "resource": resource}
        response = await self._client.post("/access/v1/evaluation", document=question)
        raise_if_unavailable(response)
        body = response.members()
        decision, context = body.get("decision"), body.get("context")
        if response.status != 200 or type(decision) is not bool:
            log.error("a request for a decision was answered %s; %s", response.status, CHECK_CLIENT)
            raise UnavailableError("decision")
        if not decision:
            raise self._denial(context if isinstance(context, dict) else {}, permission)

    def _denial(self, context: dict[str, Any], permission: str | None) -> ProblemError:
        """With Samovar's code where it is known here; otherwise `permission_missing`."""
        code, scope = context.get("code"), context.get("scope")
        if code == "scope_insufficient" and isinstance(scope, str) and re.fullmatch(SCOPE_PATTERN, scope):
            return insufficient_scope(scope, scope)
        if isinstance(code, str) and code in CODES:
            status, _, text = CODES[code]
            if status in (400, 401, 403) and "{" not in text:
                return ProblemError(code)
        missing = f"permission `{permission}`" if permission else "a permission for this request"
        return ProblemError("permission_missing", missing=missing, audience=self._audience)


def _subject(caller: AuthenticatedPrincipal) -> dict[str, Any]:
    subject: dict[str, Any] = {"type": caller.principal.kind, "id": caller.principal.id}
    if caller.token is not None:
        subject["properties"] = {"access_token": caller.token}
    elif caller.scope is not None:
        subject["properties"] = {"scope": " ".join(sorted(caller.scope))}
    return subject


def _raw_path(connection: HTTPConnection) -> str:
    """The path as the caller sent it, because Samovar must decide about exactly that. Without the query."""
    raw = connection.scope.get("raw_path")
    if not isinstance(raw, bytes):
        return quote(connection.scope["path"])
    try:
        return raw.partition(b"?")[0].decode("ascii")
    except UnicodeDecodeError:
        raise ProblemError("target_ambiguous") from None
