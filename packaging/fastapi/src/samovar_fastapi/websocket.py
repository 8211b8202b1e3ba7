"""What is different for a WebSocket: a token as a subprotocol, the origin of the page, and errors as close frames."""

from collections.abc import Awaitable
from typing import TypeVar
from urllib.parse import urlsplit

from fastapi import WebSocket
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketState

from .problem import ProblemError

PROTOCOL = "samovar"
TOKEN_PREFIX = "samovar.token."  # noqa: S105 - a prefix, not a secret

_T = TypeVar("_T")


def tokens_in_subprotocols(connection: HTTPConnection) -> list[str]:
    """Tokens that a browser sends as subprotocols, because it cannot send `Authorization` with a WebSocket."""
    return [each.removeprefix(TOKEN_PREFIX) for each in _offered(connection) if _is_token(each)]


async def accept_websocket(websocket: WebSocket) -> None:
    """Accepts, with the subprotocol `samovar` where it was offered: a browser fails without an offered one."""
    await websocket.accept(subprotocol=PROTOCOL if PROTOCOL in _offered(websocket) else None)


async def answer_errors(connection: HTTPConnection, work: Awaitable[_T]) -> _T:
    """Awaits the work. For a WebSocket, an error is sent as a close frame after the handshake.

    A close before it would be HTTP 403 without a reason, and browsers show nothing of a failed handshake.
    """
    try:
        return await work
    except ProblemError as error:
        if not isinstance(connection, WebSocket):
            raise
        if connection.application_state is WebSocketState.CONNECTING:
            acceptable = [each for each in _offered(connection) if not _is_token(each)]
            await connection.accept(subprotocol=acceptable[0] if acceptable else None)
        raise error.for_websocket() from None


def is_cross_origin(websocket: WebSocket) -> bool:
    """Whether a page of another host opened it. Browsers send cookies with every WebSocket, and always `Origin`."""
    origin = websocket.headers.get("origin")
    if origin is None:
        return False
    try:
        page, own = urlsplit(origin), urlsplit("//" + websocket.headers.get("host", ""))
        port = {"https": 443, "http": 80}.get(page.scheme)
        return (page.hostname, page.port or port) != (own.hostname, own.port or port)
    except ValueError:
        return True


def _offered(connection: HTTPConnection) -> list[str]:
    return list(connection.scope.get("subprotocols") or [])


def _is_token(protocol: str) -> bool:
    return protocol.startswith(TOKEN_PREFIX)
