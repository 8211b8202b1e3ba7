"""Keeps schemathesis from removing what it works with: in a change, the id of its session, of its person, or of the role
binding that makes the person an administrator becomes the id of no object.
"""

import os
from typing import Any

import schemathesis

UNKNOWN_ID = "01900000-0000-7000-8000-000000000000"
OWN = os.environ["SAMOVAR_OWN"].split()


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    if case.method in ("PUT", "DELETE") and case.path_parameters.get("id") in OWN:
        case.path_parameters["id"] = UNKNOWN_ID
