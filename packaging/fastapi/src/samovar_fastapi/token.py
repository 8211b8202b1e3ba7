"""Tokens before their signature is verified: form, header and claims.

Nothing in a token chooses how it is verified: the published key decides the algorithm. Nothing here does I/O.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

import jwt
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from .problem import ProblemError, invalid_claim

MAX_TOKEN_LENGTH = 8 * 1024  # characters
MAX_ACTORS = 3
MAX_TIMESTAMP = 253402300799  # the last second of the year 9999
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
KEY_TYPES = {"EdDSA": ("OKP", "Ed25519"), "ES256": ("EC", "P-256"), "RS256": ("RSA", None)}
"""Algorithm -> `kty` and `crv` of its keys. The key decides; the token's `alg` must agree with it."""
SCOPE_PATTERN = r"^([\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*)?$"
"""Scope of RFC 6749: words separated by single spaces."""

_JWS = jwt.PyJWS(algorithms=list(KEY_TYPES))
_PERSONAL_TOKEN = re.compile(r"[0-9a-f]{40}")

_Text = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
_Seconds = Annotated[int, Field(ge=0, le=MAX_TIMESTAMP)]
_Scope = Annotated[str, StringConstraints(pattern=SCOPE_PATTERN)]


class Actor(BaseModel):
    """Claim `act` (RFC 8693): the client that acts, and whom it acts for in turn."""

    model_config = ConfigDict(strict=True)
    sub: _Text
    act: "Actor | None" = None

    def chain(self) -> tuple[str, ...]:
        """All actors, the current one first."""
        return (self.sub, *(self.act.chain() if self.act else ()))


class Claims(BaseModel):
    """The claims of both kinds of token. Strict: no string counts as a number, and `true` does not either."""

    model_config = ConfigDict(strict=True, frozen=True)
    iss: _Text
    aud: _Text
    sub: _Text
    jti: _Text
    iat: _Seconds
    exp: _Seconds
    principal_kind: Literal["user", "service-account"]
    provider: _Text | None = None
    preferred_username: Annotated[str, StringConstraints(max_length=1024)]
    roles: list[_Text]


class AccessTokenClaims(Claims):
    """The claims of an access token (RFC 9068)."""

    nbf: _Seconds
    client_id: _Text
    scope: _Scope
    grant_id: _Text | None = None
    act: Actor | None = None


class AssertionClaims(Claims):
    """The claims of `Samovar-Assertion`, which a proxy passes on."""

    nbf: _Seconds | None = None
    scope: _Scope | None = None
    name: str | None = None
    email: str | None = None
    groups: list[_Text] = []
    groups_cut: bool = False
    roles_cut: bool = False
    permissions: list[_Text] | None = None
    permissions_cut: bool = False


AnyClaims = TypeVar("AnyClaims", bound=Claims)


@dataclass(frozen=True)
class TokenKind(Generic[AnyClaims]):
    """A kind of token that is accepted."""

    typ: str
    claims: type[AnyClaims]
    max_lifetime: int
    """Seconds from `iat` to `exp`."""


ACCESS_TOKEN = TokenKind("at+jwt", AccessTokenClaims, 600)
ASSERTION = TokenKind("samovar-assertion+jwt", AssertionClaims, 60)

_EXPECTED = {
    "aud": "exactly one string",
    "scope": "a string of words with single spaces between them",
    "roles": "a list of strings",
    "groups": "a list of strings",
    "permissions": "a list of strings, or absent beside `permissions_cut`",
    "principal_kind": "`user` or `service-account`",
    "preferred_username": "a string",
    "act": f"an object with `sub`, nested at most {MAX_ACTORS} deep",
    **dict.fromkeys(("exp", "iat", "nbf"), "a whole number of seconds"),
    **dict.fromkeys(("groups_cut", "roles_cut", "permissions_cut"), "`true` or absent"),
}


class UnverifiedToken:
    """A decoded token. Nothing in it may be trusted before its signature is verified."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_TOKEN_LENGTH or text.count(".") != 2:
            raise ProblemError("token_malformed")
        self.text = text
        header, payload, signature = text.split(".")
        self.header = _decode_object(header)
        self.payload = _decode_object(payload)
        _decode_bytes(signature)

    def kid_and_algorithm(self, typ: str) -> tuple[str, str]:
        """The header must be one that Samovar writes: exactly `alg`, `kid` and `typ`."""
        if self.header.get("typ") != typ:
            raise ProblemError("token_type_wrong")
        kid, algorithm = self.header.get("kid"), self.header.get("alg")
        known = isinstance(algorithm, str) and algorithm in KEY_TYPES
        if self.header.keys() != {"alg", "kid", "typ"} or not known:
            raise ProblemError("token_malformed")
        if not isinstance(kid, str) or not KEY_ID.fullmatch(kid):
            raise ProblemError("token_malformed")
        return kid, str(algorithm)

    def is_gitea_access_token(self) -> bool:
        """Whether it has Gitea's own claims: `gnt`, the id of a grant, and `tt`, which is 0 for an access token."""
        grant, kind, end = (self.payload.get(name) for name in ("gnt", "tt", "exp"))
        numbers = all(type(each) is int for each in (grant, kind, end))
        return self.header.get("typ") == "JWT" and numbers and kind == 0

    def has_expired(self, now: float) -> bool:
        """Whether `exp` is a number and has passed."""
        end = self.payload.get("exp")
        return type(end) is int and end <= now

    def is_signed_by(self, key: jwt.PyJWK, algorithm: str) -> bool:
        """Whether the signature is valid under this key."""
        if key.algorithm_name != algorithm:
            return False
        try:
            _JWS.decode_complete(self.text, key, algorithms=[algorithm])
        except (jwt.PyJWTError, ValueError):
            return False
        return True


def is_gitea_personal_token(text: str) -> bool:
    """Whether the text has the form of a personal access token of Gitea."""
    return _PERSONAL_TOKEN.fullmatch(text) is not None


def parse_claims(payload: dict[str, Any], model: type[AnyClaims]) -> AnyClaims:
    """The claims by their types. Raises `ProblemError` that names the first invalid one."""
    try:
        claims = model.model_validate(payload)
    except ValidationError as error:
        claim = str(error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"][0])
        raise invalid_claim_type(claim) from None
    actor = getattr(claims, "act", None)
    if actor is not None and len(actor.chain()) > MAX_ACTORS:
        raise invalid_claim_type("act")
    return claims


def invalid_claim_type(claim: str) -> ProblemError:
    """`token_claim_invalid` for a claim of the wrong type."""
    return invalid_claim(claim, _EXPECTED.get(claim, "a string that is not empty"))


def _decode_bytes(part: str) -> bytes:
    """Base64url of RFC 7515: without padding or other characters, and in its one canonical form."""
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise ProblemError("token_malformed") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise ProblemError("token_malformed")
    return raw


def _decode_object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(
            _decode_bytes(part).decode(), object_pairs_hook=_unique_members, parse_constant=_reject_constant
        )
    except (ValueError, RecursionError):
        raise ProblemError("token_malformed") from None
    if not isinstance(value, dict):
        raise ProblemError("token_malformed")
    return value


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a member occurs twice; RFC 7519 wants unique names")
    return value


def _reject_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not a number in JSON")
