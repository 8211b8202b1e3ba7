"""The demo's protected application: a small deployment board that knows nothing of sign-in.

It trusts the `Remote-*` headers because nothing but the proxy in front of it can reach it, and it never asks who may do
what: that is decided before a request gets here. May import nothing but FastAPI.
"""

from datetime import datetime, timezone
from html import escape
from urllib.parse import unquote

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse

IDENTITY = [
    "Remote-User",
    "Remote-User-Id",
    "Remote-Name",
    "Remote-Email",
    "Remote-Groups",
    "Remote-Roles",
]

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
nav a { margin-right: 1rem; } table { border-collapse: collapse; } th, td { text-align: left; padding: .2rem 1rem .2rem 0; }
button { font: inherit; } :root { color-scheme: light dark; }
"""

app = FastAPI(title="Deployment board")
deployments: list[dict[str, str]] = []


def identity(request: Request) -> dict[str, str]:
    """What the proxy says about the caller; values are percent-encoded UTF-8."""
    return {name: unquote(request.headers.get(name, "")) for name in IDENTITY}


def page(title: str, body: str) -> HTMLResponse:
    links = '<nav><a href="/">You</a><a href="/deployments">Deployments</a></nav>'
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
    return HTMLResponse(f"{head}{links}<h1>{title}</h1>{body}")


def table(rows: list[tuple[str, ...]]) -> str:
    cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


@app.get("/", response_class=HTMLResponse)
def you(request: Request) -> HTMLResponse:
    """Shows what the application is told about the caller."""
    return page("Who this application thinks you are", table(list(identity(request).items())))


@app.get("/whoami")
def whoami(request: Request) -> dict[str, str]:
    """The same for scripts."""
    return identity(request)


@app.get("/health")
def health() -> dict[str, str]:
    """Open to everybody."""
    return {"status": "well"}


@app.get("/deployments", response_class=HTMLResponse)
def board() -> HTMLResponse:
    """What was deployed; needs `deployments:read`."""
    rows = [(each["time"], each["repository"], each["by"]) for each in deployments]
    shown = table(rows) if rows else "<p>Nothing was deployed yet.</p>"
    buttons = "".join(
        f'<form method=post action="/deploy/acme/{name}"><button>Deploy acme/{name}</button></form>'
        for name in ("api", "site")
    )
    return page("Deployments", shown + buttons)


@app.get("/deployments.json")
def board_for_scripts() -> list[dict[str, str]]:
    """The same for scripts."""
    return deployments


@app.post("/deploy/{owner}/{repository}")
def deploy(owner: str, repository: str, request: Request) -> RedirectResponse:
    """Writes a line on the board; needs `deployments:write`."""
    deployments.append(
        {
            "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "repository": f"{owner}/{repository}",
            "by": identity(request)["Remote-User"],
        }
    )
    return RedirectResponse("/deployments", status_code=303)
