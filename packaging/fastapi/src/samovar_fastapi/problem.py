"""Problem documents (RFC 9457): why a request is rejected.

The one table of codes, statuses and texts. A text never repeats what the caller sent, nor the text of an exception.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException, Request, Response, WebSocketException
from fastapi.responses import JSONResponse
from pydantic import BaseModel


class Problem(BaseModel):
    """A problem document. `code` is stable; programs should read that one."""

    type: str = "about:blank"
    code: str
    title: str
    status: int
    detail: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": text,
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
    for status, text in {
        400: "Two credentials, or a path that can be read in two ways",
        401: "No token, or a token that is not accepted; `code` says why",
        403: "The token's scope is too narrow, or Samovar denies access",
        429: "Too many tokens from this network were rejected; wait",
        503: "Samovar does not answer; try again later",
    }.items()
}
"""For `FastAPI(responses=PROBLEMS)` or `APIRouter(responses=PROBLEMS)`: the errors that the dependencies answer."""

MAX_REASON_BYTES = 123
"""Of a WebSocket's close frame (RFC 6455)."""
RETRY_AFTER = "5"  # seconds

_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    429: "Too Many Requests",
    503: "Service Unavailable",
}

# code -> status, error of RFC 6750, text. Texts contain no quotes, because a header carries them in quotes.
CODES: dict[str, tuple[int, str | None, str]] = {
    "credentials_missing": (401, None, "no token was sent; send an access token in `Authorization: Bearer`"),
    "token_malformed": (401, "invalid_token", "not a token of Samovar; send the token unchanged, as it was issued"),
    "token_type_wrong": (401, "invalid_token", "the token has the wrong type; send an access token of Samovar"),
    "token_key_unknown": (401, "invalid_token", "the token's key is not published; get a new token"),
    "token_signature_invalid": (401, "invalid_token", "the token's signature is invalid; get a new token"),
    "token_expired": (401, "invalid_token", "the token has expired; get a new one"),
    "token_not_yet_valid": (401, "invalid_token", "the token is not valid yet; wait, or compare the servers' clocks"),
    "token_issuer_wrong": (401, "invalid_token", "claim `iss` must be `{expected}`; get a token from that server"),
    "token_audience_wrong": (401, "invalid_token", "claim `aud` must be `{expected}`; get a token for that audience"),
    "token_claim_invalid": (401, "invalid_token", "claim `{claim}` must be {expected}; get a new token"),
    "token_revoked": (401, "invalid_token", "the token is no longer valid; sign in again, or create a new one"),
    "scope_insufficient": (403, "insufficient_scope", "the token's scope lacks `{missing}`; get a token with it"),
    "principal_disabled": (401, "invalid_token", "the account is disabled or deleted; ask an administrator"),
    "session_ended": (401, "invalid_token", "the session has ended; sign in again"),
    "permission_missing": (403, None, "{missing} is missing; ask for a role in `{audience}` that contains it"),
    "permissions_cut": (403, None, "the permissions do not fit into a header; use a role with fewer, or `resource:*`"),
    "repository_access_missing": (403, None, "access to the repository in the path is missing; ask its owners"),
    "route_unknown": (403, None, "the application has no route for this in Samovar; ask the application's owners"),
    "origin_foreign": (403, None, "a page of another site opened this WebSocket; open it from the application's site"),
    "target_ambiguous": (400, "invalid_request", "this can be read in two ways; send one credential and a plain path"),
    "too_many_requests": (429, None, "too many tokens from this network were rejected; wait, and try again"),
    "membership_stale": (503, None, "Samovar cannot read current team memberships; try again later"),
    "samovar_unavailable": (503, None, "Samovar does not answer; try again later"),
}


class ProblemError(HTTPException):
    """A rejected request, with the codes of Samovar's own API; carries `WWW-Authenticate` where RFC 6750 asks for it.

    `members` are added to the document; `values` fill the placeholders of the code's text.
    """

    def __init__(self, code: str, *, members: Mapping[str, str] | None = None, **values: str) -> None:
        status, error, text = CODES[code]
        self.code = code
        self.members = dict(members or {})
        detail = text.format(**values)
        headers = {"Cache-Control": "no-store"}
        challenge = 'Bearer realm="samovar"'
        if error is not None:
            challenge += f', error="{error}", error_description="{detail}"'
        if error == "insufficient_scope":
            challenge += f', scope="{values["scope"]}"'
        if error is not None or status == 401:
            headers["WWW-Authenticate"] = challenge
        if status in (429, 503):
            headers["Retry-After"] = RETRY_AFTER
        super().__init__(status, detail, headers)

    def document(self) -> dict[str, Any]:
        """The problem document."""
        title = _TITLES[self.status_code]
        problem = Problem(code=self.code, title=title, status=self.status_code, detail=self.detail)
        return {**problem.model_dump(), **self.members}

    def for_websocket(self) -> WebSocketException:
        """The same problem as the close frame of a WebSocket: code 1008, or 1013 when a later attempt can succeed."""
        can_retry = self.status_code in (429, 503)
        return WebSocketException(1013 if can_retry else 1008, f"{self.code}: {self.detail}"[:MAX_REASON_BYTES])


async def problem_response(_: Request, error: Exception) -> Response:
    """FastAPI's handler of `ProblemError`."""
    if not isinstance(error, ProblemError):
        raise error
    return JSONResponse(error.document(), error.status_code, error.headers, media_type="application/problem+json")


def insufficient_scope(missing: str, scope: str) -> ProblemError:
    """`scope_insufficient`: what the token's scope lacks, and the whole scope that is needed."""
    return ProblemError("scope_insufficient", missing=missing, scope=scope, members={"scope": scope})


def invalid_claim(claim: str, expected: str) -> ProblemError:
    """`token_claim_invalid`: names the claim and what was expected."""
    members = {"claim": claim, "expected": expected}
    return ProblemError("token_claim_invalid", members=members, claim=claim, expected=expected)
