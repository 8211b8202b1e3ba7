"""Keeps schemathesis from ending the session that it works with: an id of it, or of its person, becomes one of nobody."""

import os
from typing import Any

import schemathesis

NOBODY = "01900000-0000-7000-8000-000000000000"
OWN = {os.environ["SAMOVAR_OWN_SESSION"], os.environ["SAMOVAR_OWN_USER"]}


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    if case.method == "DELETE" and case.path_parameters.get("id") in OWN:
        case.path_parameters["id"] = NOBODY
