"""An example: a list of deployments whose endpoints need permissions from Samovar.

    SAMOVAR_URL=https://samovar.example.com uvicorn example:app

Settings come from the environment; only `SAMOVAR_URL` is required. The list is in memory only.
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, WebSocket
from samovar_fastapi import PROBLEMS, Principal, Samovar

samovar = Samovar(
    os.environ["SAMOVAR_URL"],
    audience=os.environ.get("SAMOVAR_AUDIENCE", "deploy-api"),
    permissions={
        "deployments:read": "See what was deployed",
        "deployments:write": "Start deployments",
        "deployments:delete": "Remove deployments from the list",
    },
    # public client of the docs page: its Authorize button signs people in
    docs_client_id=os.environ.get("SAMOVAR_DOCS_CLIENT_ID"),
    # confidential client of this application: for `live=…` and `gitea_tokens`
    client_id=os.environ.get("SAMOVAR_CLIENT_ID"),
    client_secret=os.environ.get("SAMOVAR_CLIENT_SECRET"),
    # also accept tokens of Gitea; the application's `gitea_tokens` in Samovar lists which ones
    gitea_tokens=os.environ.get("SAMOVAR_GITEA_TOKENS") == "yes",
)

app = FastAPI(title="Deployment board", lifespan=samovar.lifespan)
samovar.install(app)

Authenticated = Annotated[Principal, Depends(samovar.require())]
Reader = Annotated[Principal, Depends(samovar.require("deployments:read"))]
Writer = Annotated[Principal, Depends(samovar.require("deployments:write"))]
# with a confidential client these ask Samovar as well, so that a lost team counts before the token ends: whether the
# token is still valid, once in a few seconds; or for a decision about each call, which Samovar records
LIVE = "SAMOVAR_CLIENT_ID" in os.environ
Remover = Annotated[Principal, Depends(samovar.require("deployments:delete", live="introspect" if LIVE else None))]
Clearer = Annotated[Principal, Depends(samovar.require("deployments:delete", live="decision" if LIVE else None))]
# without a permission, the application's routes in Samovar decide by method and path
Routed = Annotated[Principal, Depends(samovar.require(live="decision" if LIVE else None))]

board: list[str] = []


@app.get("/health")
def health() -> dict[str, str]:
    """Public."""
    return {"status": "well"}


@app.get("/whoami", responses=PROBLEMS)
async def whoami(caller: Authenticated) -> Principal:
    """Needs a token, and no permission."""
    return caller


@app.get("/deployments", responses=PROBLEMS)
def deployments(caller: Reader) -> list[str]:
    """Needs `deployments:read`."""
    return board


@app.post("/deployments/{name}", status_code=201, responses=PROBLEMS)
async def deploy(name: str, caller: Writer) -> str:
    """Needs `deployments:write`."""
    board.append(f"{name} by {caller.name}")
    return board[-1]


@app.delete("/deployments/{name}", status_code=204, responses=PROBLEMS)
async def remove(name: str, caller: Remover) -> None:
    """Needs `deployments:delete` in a token that is still valid."""
    board[:] = [each for each in board if each.partition(" ")[0] != name]


@app.delete("/deployments", status_code=204, responses=PROBLEMS)
async def clear(caller: Clearer) -> None:
    """Needs `deployments:delete`, decided by Samovar now."""
    board.clear()


@app.get("/reports/{name}", responses=PROBLEMS)
async def report(name: str, caller: Routed) -> str:
    """Needs what the application's route in Samovar requires."""
    return f"{sum(each.partition(' ')[0] == name for each in board)} deployments of {name}"


@app.websocket("/deployments/live")
async def live(websocket: WebSocket, caller: Reader) -> None:
    """Answers each message with the number of deployments, until the caller's token ends."""
    await samovar.accept(websocket)
    async with samovar.while_valid(caller):
        async for _ in websocket.iter_text():
            await websocket.send_text(f"{len(board)} deployments")
