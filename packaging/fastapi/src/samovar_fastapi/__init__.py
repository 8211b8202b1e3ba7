"""Samovar for FastAPI: authenticates the caller and checks permissions, with one dependency per endpoint.

    samovar = Samovar("https://samovar.example.com", audience="deploy-api")
    app = FastAPI(lifespan=samovar.lifespan)
    samovar.install(app)

    @app.post("/deployments")
    async def deploy(caller: Annotated[Principal, Depends(samovar.require("deployments:write"))]) -> None: ...

Tokens are verified with Samovar's published keys, without a request per call. The README explains every option and what
is verified. The names below are the package's API; its modules may change.
"""

from .dependency import Samovar
from .live import Live
from .principal import Principal, RemoteIdentity
from .problem import PROBLEMS, Problem, ProblemError

__all__ = ["PROBLEMS", "Live", "Principal", "Problem", "ProblemError", "RemoteIdentity", "Samovar"]
