"""An application behind a proxy that asks Samovar: what the assertion says, and what the headers say, of who calls."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
from samovar_fastapi import Principal, RemoteIdentity, Samovar

samovar = Samovar(
    os.environ["SAMOVAR_URL"],
    audience="deploy-api",
    behind_proxy=True,
    client_id=os.environ["SAMOVAR_CLIENT_ID"],
    client_secret=os.environ["SAMOVAR_CLIENT_SECRET"],
)
app = FastAPI(lifespan=samovar.lifespan)
samovar.install(app)


@app.get("/whoami")
async def whoami(caller: Annotated[Principal, Depends(samovar.require("deployments:read"))]) -> Principal:
    """Needs `deployments:read`."""
    return caller


@app.get("/remote")
async def remote(identity: Annotated[RemoteIdentity, Depends(samovar.remote)]) -> RemoteIdentity:
    """What the headers say."""
    return identity


@app.post("/decided")
def decided(caller: Annotated[Principal, Depends(samovar.require("deployments:write", live="decision"))]) -> str:
    """Needs `deployments:write`, decided by Samovar now."""
    return caller.name


@app.post("/deployments")
def deploy(caller: Annotated[Principal, Depends(samovar.require("deployments:write"))]) -> str:
    """Needs `deployments:write`."""
    return caller.name
