"""An example: a deployment board whose endpoints are guarded by Samovar.

    SAMOVAR_URL=https://samovar.example.com uvicorn example:app

Settings come from the environment; only `SAMOVAR_URL` must be there. The board is forgotten at the end.
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, WebSocket
from samovar import PROBLEMS, Principal, Samovar

samovar = Samovar(
    os.environ["SAMOVAR_URL"],
    audience=os.environ.get("SAMOVAR_AUDIENCE", "deploy-api"),
    permissions={
        "deployments:read": "See what was deployed",
        "deployments:write": "Start deployments",
        "deployments:delete": "Strike a deployment off the board",
    },
    # public client of the docs page: its Authorize button signs people in
    docs_client_id=os.environ.get("SAMOVAR_DOCS_CLIENT_ID"),
    # confidential client of this application: for `live=…` and `gitea_tokens`
    client_id=os.environ.get("SAMOVAR_CLIENT_ID"),
    client_secret=os.environ.get("SAMOVAR_CLIENT_SECRET"),
    # people with nothing but a token of Gitea may use it; the application in Samovar says in its `gitea_tokens` which
    gitea_tokens=os.environ.get("SAMOVAR_GITEA_TOKENS") == "yes",
)

app = FastAPI(title="Deployment board", lifespan=samovar.lifespan)
samovar.install(app)

Known = Annotated[Principal, Depends(samovar.require())]
Reader = Annotated[Principal, Depends(samovar.require("deployments:read"))]
Writer = Annotated[Principal, Depends(samovar.require("deployments:write"))]
# these ask Samovar as well, where there is a client to ask as, so that a lost team counts before the token ends:
# whether the token is in force, once in a few seconds; or for a decision about each call, which Samovar records
LIVE = "SAMOVAR_CLIENT_ID" in os.environ
Striker = Annotated[Principal, Depends(samovar.require("deployments:delete", live="introspect" if LIVE else None))]
Clearer = Annotated[Principal, Depends(samovar.require("deployments:delete", live="decision" if LIVE else None))]
# without a permission, the application's routes in Samovar decide by method and path
Routed = Annotated[Principal, Depends(samovar.require(live="decision" if LIVE else None))]

board: list[str] = []


@app.get("/health")
def health() -> dict[str, str]:
    """Open to everybody."""
    return {"status": "well"}


@app.get("/whoami", responses=PROBLEMS)
async def whoami(caller: Known) -> Principal:
    """Needs a token, and nothing in particular."""
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
async def strike(name: str, caller: Striker) -> None:
    """Needs `deployments:delete` in a token that is still in force."""
    board[:] = [each for each in board if each.partition(" ")[0] != name]


@app.delete("/deployments", status_code=204, responses=PROBLEMS)
async def clear(caller: Clearer) -> None:
    """Needs `deployments:delete`, decided by Samovar now."""
    board.clear()


@app.get("/reports/{name}", responses=PROBLEMS)
async def report(name: str, caller: Routed) -> str:
    """Needs what the application's routes in Samovar ask for."""
    return f"{sum(each.partition(' ')[0] == name for each in board)} deployments of {name}"


@app.websocket("/deployments/live")
async def live(websocket: WebSocket, caller: Reader) -> None:
    """Says how many there are, whenever it is asked, until the caller's token ends."""
    await samovar.accept(websocket)
    async with samovar.while_valid(caller):
        async for _ in websocket.iter_text():
            await websocket.send_text(f"{len(board)} deployments")
