"""`Samovar`: what an application creates, and the dependencies that its endpoints use.

Reads the credential of a request and has it verified. It never trusts a bare `Remote-*` header, never chooses between
two credentials, and denies access when it cannot decide.
"""

import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from functools import cached_property
from typing import Any, Literal

import anyio
import httpx
from fastapi import FastAPI, Security, WebSocket
from fastapi.openapi.models import OAuthFlowAuthorizationCode, OAuthFlows
from fastapi.security import OAuth2
from starlette.requests import HTTPConnection

from .exchange import TokenExchange, network_of
from .http_client import ClientSettings, SamovarClient, UnavailableError, deny_if_unavailable, log
from .keys import PublishedKeys
from .live import Live, LiveChecks
from .options import Options, check_permission
from .principal import AuthenticatedPrincipal, Principal, RemoteIdentity, holds, intersection
from .problem import ProblemError, insufficient_scope, problem_response
from .token import (
    ACCESS_TOKEN,
    ASSERTION,
    Claims,
    UnverifiedToken,
    invalid_claim_type,
    is_gitea_personal_token,
)
from .verifier import Clock, TokenVerifier
from .websocket import accept_websocket, answer_errors, is_cross_origin, tokens_in_subprotocols

PrincipalDependency = Callable[..., Coroutine[Any, Any, Principal]]


class _SecurityScheme(OAuth2):
    """Shows the endpoints' scopes and the *Authorize* button on the docs page; checks nothing itself."""

    def __init__(self, url: str, audience: str) -> None:
        # FastAPI shows the description of every permission in `scopes`.
        self.flow = OAuthFlowAuthorizationCode(
            authorizationUrl=f"{url}/oauth/authorize", tokenUrl=f"{url}/oauth/token", scopes={}
        )
        flows = OAuthFlows(authorizationCode=self.flow)
        super().__init__(flows=flows, scheme_name=f"Samovar-{audience}", auto_error=False)

    async def __call__(self, request: HTTPConnection) -> None:
        """Nothing: `require` reads the credential."""


class Samovar:
    """Verifies tokens for one application. Create one, and use its `require` everywhere."""

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
        options = self._options = Options(
            url=url,
            audience=audience,
            docs_client_id=docs_client_id,
            client_id=client_id,
            client_secret=client_secret,
            gitea_tokens=gitea_tokens,
            behind_proxy=behind_proxy,
            token_header=token_header,
            leeway=leeway,
            fresh_for=fresh_for,
            keys_refetch_after=keys_refetch_after,
            keys_stale_for=keys_stale_for,
            internal_url=internal_url,
            allow_plain_http=allow_plain_http,
            ca_file=ca_file,
            timeout=timeout,
        )
        self.url = options.issuer()
        self.audience = audience
        self._client = SamovarClient(
            ClientSettings(options.base_url(), options.credentials(), options.load_trust(), timeout, transport)
        )
        self._clock = Clock(leeway, clock)
        self._keys = PublishedKeys(self._client, keys_refetch_after, keys_stale_for, monotonic)
        self._verifier = TokenVerifier(self.url, audience, self._keys, self._clock)
        self._exchange = TokenExchange(self._client, audience, monotonic)
        self._live = LiveChecks(self._client, audience, fresh_for, monotonic)
        self._scheme = _SecurityScheme(self.url, audience)
        self._docs_scopes: list[str] = []
        self._required: dict[tuple[tuple[str, ...], Live | None], PrincipalDependency] = {}
        if permissions is not None and not isinstance(permissions, Mapping):
            raise TypeError('permissions: give each its description, {"deployments:write": "Start deployments"}')
        for permission, text in (permissions or {}).items():
            self._add_to_docs(permission, text)

    def install(self, app: FastAPI) -> None:
        """Makes the application answer errors as problem documents, and configures the docs page's public client."""
        app.add_exception_handler(ProblemError, problem_response)
        client = self._options.docs_client_id
        if client is not None:
            if (app.swagger_ui_init_oauth or {}).get("clientId", client) != client:
                raise ValueError("the docs page has one client; give docs_client_id to one Samovar of an application")
            app.swagger_ui_init_oauth = {
                "clientId": client,
                "usePkceWithAuthorizationCodeGrant": True,
                "scopes": self._docs_scopes,
            }

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Reads the keys before the first call and closes the connections after the last. Optional."""
        try:
            await self._keys.find("")
        except UnavailableError:
            log.warning("Samovar at %s does not answer; calls are denied until it does", self._options.base_url())
        try:
            yield
        finally:
            await self.close()

    async def close(self) -> None:
        """Cancels running requests to Samovar, and closes the connections."""
        await self._client.close()

    def require(self, *permissions: str, live: Live | None = None) -> PrincipalDependency:
        """A dependency that needs all these permissions; without any, it needs an authenticated caller.

        The same arguments give the same dependency, so it runs once for each request and tests can override it. `live`
        asks Samovar as well, which knows of a lost team or a revoked token before the token ends.
        """
        if live not in (None, "introspect", "decision"):
            raise ValueError('live is "introspect" or "decision"')
        if live is not None and not self._client.has_credentials:
            raise ValueError("live needs client_id and client_secret of a confidential client of this application")
        if live == "introspect" and self._options.behind_proxy:
            raise ValueError('behind a proxy there is no token to introspect; use live="decision"')
        for permission in permissions:
            self._add_to_docs(permission, "")
        key = (permissions, live)
        if key not in self._required:
            self._required[key] = self._dependency(permissions, live)
        return self._required[key]

    def _dependency(self, permissions: tuple[str, ...], live: Live | None) -> PrincipalDependency:
        async def required(
            connection: HTTPConnection, _: None = Security(self._scheme, scopes=list(permissions))
        ) -> Principal:
            return await answer_errors(connection, self._authorize(connection, permissions, live))

        return required

    @cached_property
    def optional(self) -> Callable[..., Coroutine[Any, Any, Principal | None]]:
        """A dependency that gives `None` without a credential. An invalid credential is an error all the same."""

        async def authenticated(connection: HTTPConnection, _: None = Security(self._scheme)) -> Principal | None:
            async def authenticate() -> Principal | None:
                caller = await self._authenticate(connection)
                return caller.principal if caller else None

            return await answer_errors(connection, authenticate())

        return authenticated

    @cached_property
    def remote(self) -> Callable[..., Coroutine[Any, Any, RemoteIdentity]]:
        """A dependency that gives the decoded `Remote-*` headers of a verified caller, for display."""
        if not self._options.behind_proxy:
            raise ValueError("remote needs behind_proxy=True: without an assertion, any caller can send these headers")

        async def decoded(connection: HTTPConnection) -> RemoteIdentity:
            return await answer_errors(connection, self._remote_identity(connection))

        return decoded

    async def accept(self, websocket: WebSocket) -> None:
        """Accepts the WebSocket, with the subprotocol that a browser expects when its token is one."""
        await accept_websocket(websocket)

    @asynccontextmanager
    async def while_valid(self, principal: Principal) -> AsyncIterator[None]:
        """Ends the block when the identity ends: the WebSocket is closed with 1008 and `token_expired`."""
        left = principal.expires.timestamp() + self._clock.leeway - self._clock.now()
        with anyio.move_on_after(max(left, 0)) as scope:
            yield
        if scope.cancelled_caught:
            raise ProblemError("token_expired").for_websocket()

    def _add_to_docs(self, permission: str, description: str) -> None:
        check_permission(permission, description)
        if permission not in self._scheme.flow.scopes:
            self._scheme.flow.scopes[permission] = description
            self._docs_scopes.append(permission)

    async def _authorize(
        self, connection: HTTPConnection, permissions: tuple[str, ...], live: Live | None
    ) -> Principal:
        caller = await self._authenticate(connection, live)
        if caller is None:
            raise ProblemError("credentials_missing")
        principal, _, scope = caller
        if live != "decision":
            self._check_permissions(principal, permissions)
            return principal
        if scope is not None:
            _check_scope(scope, permissions)
        async with deny_if_unavailable():
            await self._live.decide(connection, caller, permissions)
        return principal.model_copy(update={"scopes": principal.scopes | set(permissions)})

    def _check_permissions(self, principal: Principal, permissions: tuple[str, ...]) -> None:
        missing = " ".join(each for each in permissions if not holds(principal.scopes, each))
        if missing and principal.scopes_cut:
            raise ProblemError("permissions_cut")
        if missing and self._options.behind_proxy:
            raise ProblemError("permission_missing", missing=f"permission `{missing}`", audience=self.audience)
        _check_scope(principal.scopes, permissions)

    async def _authenticate(
        self, connection: HTTPConnection, live: Live | None = None
    ) -> AuthenticatedPrincipal | None:
        async with deny_if_unavailable():
            if self._options.behind_proxy:
                return await self._by_assertion(connection)
            text = self._sent_token(connection)
            if text is None:
                return None
            if self._is_gitea_token(text):
                text = await self._exchange.exchange(text, network_of(connection))
            claims = await self._verifier.verify(text, ACCESS_TOKEN)
            scopes = frozenset(claims.scope.split())
            if live == "introspect":
                scopes = intersection(scopes, await self._live.introspect(text, claims))
        principal = Principal(
            client_id=claims.client_id,
            act=claims.act.chain() if claims.act else (),
            grant_id=claims.grant_id,
            scopes=scopes,
            **_common_fields(claims),
        )
        return AuthenticatedPrincipal(principal, text, scopes)

    def _sent_token(self, connection: HTTPConnection) -> str | None:
        """The one token of the request: in the header or, for a browser's WebSocket, as a subprotocol."""
        header = self._options.token_header
        found = tokens_in_subprotocols(connection)
        for value in connection.headers.getlist(header):
            scheme, _, rest = value.strip().partition(" ")
            if header == "Samovar-Token":
                found.append(value.strip())
            elif scheme.lower() == "bearer" or (scheme.lower() == "token" and self._options.gitea_tokens):
                found.append(rest.strip())
        if len(found) > 1:
            raise ProblemError("target_ambiguous")
        return found[0] if found else None

    def _is_gitea_token(self, text: str) -> bool:
        """By its form alone; Samovar asks Gitea."""
        if not self._options.gitea_tokens:
            return False
        if is_gitea_personal_token(text):
            return True
        token = UnverifiedToken(text)
        if not token.is_gitea_access_token():
            return False
        self._verifier.reject_expired(token)
        return True

    async def _by_assertion(self, connection: HTTPConnection) -> AuthenticatedPrincipal | None:
        """Behind a proxy: only what Samovar signed counts."""
        sent = connection.headers.getlist("samovar-assertion")
        if len(sent) > 1:
            raise ProblemError("target_ambiguous")
        if not sent or not sent[0]:
            return None
        claims = await self._verifier.verify(sent[0], ASSERTION)
        if isinstance(connection, WebSocket) and is_cross_origin(connection):
            raise ProblemError("origin_foreign")
        if claims.permissions is None and not claims.permissions_cut:
            raise invalid_claim_type("permissions")
        principal = Principal(
            # An incomplete list is never taken for the whole.
            scopes=frozenset(() if claims.permissions_cut else claims.permissions or ()),
            scopes_cut=claims.permissions_cut,
            roles_cut=claims.roles_cut,
            full_name=claims.name or None,
            email=claims.email or None,
            groups=tuple(claims.groups),
            groups_cut=claims.groups_cut,
            **_common_fields(claims),
        )
        scope = None if claims.scope is None else frozenset(claims.scope.split())
        return AuthenticatedPrincipal(principal, None, scope)

    async def _remote_identity(self, connection: HTTPConnection) -> RemoteIdentity:
        caller = await self._authenticate(connection)
        if caller is None:
            return RemoteIdentity()
        if any(len(connection.headers.getlist(name)) > 1 for name in connection.headers if name.startswith("remote-")):
            raise ProblemError("target_ambiguous")
        remote = RemoteIdentity.from_headers(connection.headers)
        if remote.user_id and remote.user_id != caller.principal.id:
            raise ProblemError("target_ambiguous")
        return remote


def _check_scope(scopes: frozenset[str], permissions: tuple[str, ...]) -> None:
    missing = " ".join(each for each in permissions if not holds(scopes, each))
    if missing:
        raise insufficient_scope(missing, " ".join(permissions))


def _common_fields(claims: Claims) -> dict[str, Any]:
    return {
        "id": claims.sub,
        "kind": claims.principal_kind,
        "provider": claims.provider,
        "name": claims.preferred_username,
        "roles": frozenset(claims.roles),
        "token_id": claims.jti,
        "expires": datetime.fromtimestamp(claims.exp, timezone.utc),
    }
