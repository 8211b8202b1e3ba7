"""What the tests of the package share: an issuer, and an application that has one endpoint of each kind."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from functools import cache
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, WebSocket
from fastapi.testclient import TestClient
from issuer import AUDIENCE, URL, Issuer
from samovar_fastapi import PROBLEMS, Principal, RemoteIdentity, Samovar

Client = Callable[..., TestClient]

# Every `Samovar` reads the system's certificates, which takes longer than a test; these read them once.
ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]


def application(samovar: Samovar, *, live: bool, proxied: bool) -> FastAPI:
    """One endpoint of each kind."""
    app = FastAPI(lifespan=samovar.lifespan, responses=PROBLEMS)
    samovar.install(app)
    reads = Depends(samovar.require("deployments:read"))

    @app.get("/known")
    async def known(caller: Annotated[Principal, Depends(samovar.require())]) -> Principal:
        return caller

    @app.get("/public")
    async def public(caller: Annotated[Principal | None, Depends(samovar.optional)]) -> str | None:
        return caller.name if caller else None

    @app.get("/deployments")
    def deployments(caller: Annotated[Principal, reads]) -> str:
        return caller.name

    @app.post("/deployments")
    async def deploy(caller: Annotated[Principal, Depends(samovar.require("deployments:write"))]) -> str:
        return caller.name

    @app.delete("/deployments", dependencies=[Depends(samovar.require("deployments:write", "deployments:delete"))])
    async def delete() -> None: ...

    @app.websocket("/log")
    async def deployment_log(websocket: WebSocket, caller: Annotated[Principal, reads]) -> None:
        await samovar.accept(websocket)
        async with samovar.while_valid(caller):
            await websocket.send_text(caller.name)
            async for _ in websocket.iter_text():
                pass

    if live and not proxied:

        @app.put("/deployments")
        async def replace(
            caller: Annotated[Principal, Depends(samovar.require("deployments:write", live="introspect"))],
        ) -> str:
            return caller.name

    if live:

        @app.patch("/deployments")
        async def change(
            caller: Annotated[Principal, Depends(samovar.require("deployments:write", live="decision"))],
        ) -> list[str]:
            return sorted(caller.scopes)

        @app.api_route("/by-route/{name}", methods=["GET", "DELETE"])
        async def by_route(caller: Annotated[Principal, Depends(samovar.require(live="decision"))]) -> str:
            return caller.name

        @app.websocket("/by-route")
        async def talk(
            websocket: WebSocket, caller: Annotated[Principal, Depends(samovar.require(live="decision"))]
        ) -> None:
            await samovar.accept(websocket)
            await websocket.send_text(caller.name)

    if proxied:

        @app.get("/remote")
        async def remote(identity: Annotated[RemoteIdentity, Depends(samovar.remote)]) -> RemoteIdentity:
            return identity

    return app


@pytest.fixture
def issuer() -> Issuer:
    """A Samovar to ask."""
    return Issuer()


@pytest.fixture
def client(issuer: Issuer) -> Iterator[Client]:
    """Makes a client of the application, with more options for `Samovar`."""
    opened: list[TestClient] = []

    def make(**options: Any) -> TestClient:
        options = {"leeway": 30, "clock": issuer.clock, "monotonic": issuer.monotonic, **options}
        samovar = Samovar(URL, AUDIENCE, transport=issuer.transport, **options)
        app = application(samovar, live="client_id" in options, proxied="behind_proxy" in options)
        opened.append(TestClient(app, base_url="https://app.example.com"))
        opened[-1].__enter__()
        return opened[-1]

    yield make
    for each in opened:
        each.__exit__(None, None, None)


async def run_background_tasks() -> None:
    """Lets tasks run that no call waits for. A reading of the keys needs fewer turns of the event loop."""
    for _ in range(50):
        await asyncio.sleep(0)


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}
