"""The example as tests serve it: its docs page loads Swagger UI from here instead of a CDN, and its clock can be moved.

`SWAGGER_UI` names the folder of the package `swagger-ui-dist`; `CLOCK` a file that says by how many seconds the
example's clocks are ahead. Everything else is the example's own.
"""

import os
import time
from functools import partial
from pathlib import Path

import fastapi.applications
import samovar_fastapi
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.staticfiles import StaticFiles

fastapi.applications.get_swagger_ui_html = partial(  # type: ignore[attr-defined]
    get_swagger_ui_html,
    swagger_js_url="/swagger-ui/swagger-ui-bundle.js",
    swagger_css_url="/swagger-ui/swagger-ui.css",
    swagger_favicon_url="/swagger-ui/favicon-32x32.png",
)

CLOCK = Path(os.environ["CLOCK"])


def ahead() -> float:
    """How far the clocks are ahead."""
    return float(CLOCK.read_text() or 0) if CLOCK.exists() else 0


samovar_fastapi.Samovar = partial(  # type: ignore[misc,assignment]
    samovar_fastapi.Samovar,
    clock=lambda: time.time() + ahead(),
    monotonic=lambda: time.monotonic() + ahead(),
)

from example import app  # noqa: E402

app.mount("/swagger-ui", StaticFiles(directory=os.environ["SWAGGER_UI"], check_dir=False))

__all__ = ["app"]
