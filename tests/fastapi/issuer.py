"""A Samovar of a few lines: own keys, own clock, a count of every question. Knows the contract, not the module."""

import base64
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

URL = "https://samovar.example.com"
AUDIENCE = "deploy-api"
NOW = 1_790_000_000
USER = "0198c1de-0000-7000-8000-000000000007"


def encode(value: Any) -> str:
    """Base64url of JSON, or of bytes."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def make_keys(suffix: str = "1", rsa_bits: int = 2048) -> dict[str, Any]:
    """One key for each algorithm."""
    return {
        f"ed-{suffix}": ed25519.Ed25519PrivateKey.generate(),
        f"ec-{suffix}": ec.generate_private_key(ec.SECP256R1()),
        f"rsa-{suffix}": rsa.generate_private_key(65537, rsa_bits),
    }


KEYS = make_keys()
ALGORITHMS = {"ed": "EdDSA", "ec": "ES256", "rsa": "RS256"}
_SHAPES: dict[str, Any] = {"ed": OKPAlgorithm, "ec": ECAlgorithm, "rsa": RSAAlgorithm}


def algorithm(kid: str) -> str:
    """The algorithm of a key of `make_keys`."""
    return ALGORITHMS[kid.partition("-")[0]]


def published(kid: str, key: Any) -> dict[str, Any]:
    """Its entry in the published set."""
    shape: dict[str, Any] = _SHAPES[kid.partition("-")[0]].to_jwk(key.public_key(), as_dict=True)
    shape.pop("key_ops", None)
    return {**shape, "kid": kid, "use": "sig", "alg": algorithm(kid)}


@dataclass
class Issuer:
    """See the head of this file. `transport` takes the place of the network."""

    keys: dict[str, Any] = field(default_factory=lambda: dict(KEYS))
    now: float = NOW
    ticks: float = 1000.0
    away: bool = False
    max_age: int | None = 300
    asked: Counter[str] = field(default_factory=Counter)
    forms: list[dict[str, str]] = field(default_factory=list)
    questions: list[Any] = field(default_factory=list)
    basic: list[str | None] = field(default_factory=list)
    jwks: Any = None
    answers: dict[str, httpx.Response] = field(default_factory=dict)

    @property
    def transport(self) -> httpx.MockTransport:
        """For `Samovar(transport=…)`."""
        return httpx.MockTransport(self.answer)

    def clock(self) -> float:
        """Wall clock."""
        return self.now

    def monotonic(self) -> float:
        """The clock of caches."""
        return self.ticks

    def later(self, seconds: float) -> None:
        """Both clocks go on."""
        self.now += seconds
        self.ticks += seconds

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What the network would bring."""
        path = request.url.path
        self.asked[path] += 1
        if self.away:
            raise httpx.ConnectError("a sentence that no caller may see")
        if path == "/oauth/jwks":
            headers = {"cache-control": f"public, max-age={self.max_age}"} if self.max_age is not None else {}
            keys = [published(kid, key) for kid, key in self.keys.items()]
            return httpx.Response(200, json={"keys": keys} if self.jwks is None else self.jwks, headers=headers)
        if request.headers["content-type"] == "application/json":
            self.questions.append(json.loads(request.content))
        else:
            self.forms.append({name: values[0] for name, values in parse_qs(request.content.decode()).items()})
        self.basic.append(request.headers.get("authorization"))
        return self.answers[path]

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Those of an access token; a change to `...` takes a claim out."""
        now = int(self.now)
        claims = {
            "iss": URL,
            "sub": USER,
            "aud": AUDIENCE,
            "exp": now + 300,
            "iat": now,
            "nbf": now,
            "jti": "0198c1de-0000-7000-8000-00000000aaaa",
            "client_id": "0198c1de-0000-7000-8000-00000000cccc",
            "scope": "deployments:read deployments:write",
            "principal_kind": "user",
            "provider": "gitea",
            "preferred_username": "ben",
            "roles": ["deployer"],
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not ...}

    def assertion_claims(self, **changes: Any) -> dict[str, Any]:
        """Those of an assertion."""
        now = int(self.now)
        own = {"exp": now + 60, "name": "Ben Müller", "email": "ben@acme.test", "groups": ["acme/Deployers"]}
        own["permissions"] = ["deployments:read", "deployments:write"]
        return self.claims(**{"client_id": ..., "scope": ..., "nbf": ..., **own, **changes})

    def sign(self, payload: Any, by: str = "ed-1", /, **header: Any) -> str:
        """A token with this payload: claims, or bytes that need not be any. `...` takes a member of the header out."""
        whole = {"alg": algorithm(by), "kid": by, "typ": "at+jwt", **header}
        head = encode({name: value for name, value in whole.items() if value is not ...})
        body = encode(payload)
        method = jwt.get_algorithm_by_name(algorithm(by))
        signature = method.sign(f"{head}.{body}".encode(), self.keys[by])
        return f"{head}.{body}.{encode(signature)}"

    def token(self, by: str = "ed-1", /, **changes: Any) -> str:
        """An access token."""
        return self.sign(self.claims(**changes), by)

    def assertion(self, by: str = "ed-1", /, **changes: Any) -> str:
        """An assertion for an application behind a proxy."""
        return self.sign(self.assertion_claims(**changes), by, typ="samovar-assertion+jwt")


def gitea_token(**changes: Any) -> str:
    """As Gitea makes them: no issuer, no audience, no subject's name."""
    claims = {"gnt": 4, "tt": 0, "exp": NOW + 3600, "iat": NOW, **changes}
    return f"{encode({'alg': 'RS256', 'kid': 'gitea', 'typ': 'JWT'})}.{encode(claims)}.{encode(b'signature')}"
