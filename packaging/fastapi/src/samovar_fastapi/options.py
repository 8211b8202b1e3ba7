"""The options of `Samovar`, checked when the application starts; a wrong one is a `ValueError` or a `TypeError`.

A message names the option, and repeats no secret.
"""

import re
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

_PERMISSION = re.compile(r"[a-z][a-z0-9._-]{0,63}:[a-z][a-z0-9._-]{0,63}")
_APPLICATION = re.compile(r"[a-z]([a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, kw_only=True, repr=False)
class Options:
    """The options as `Samovar` takes them; the README explains each. Without `repr`, because one is a secret."""

    url: str
    audience: str
    docs_client_id: str | None
    client_id: str | None
    client_secret: str | None
    gitea_tokens: bool
    behind_proxy: bool
    token_header: str
    leeway: float
    fresh_for: float
    keys_refetch_after: float
    keys_stale_for: float
    internal_url: str | None
    allow_plain_http: bool
    ca_file: str | None
    timeout: float

    def __post_init__(self) -> None:
        """Checks each option, and then what they say together."""
        for name in ("client_id", "client_secret", "docs_client_id", "internal_url", "ca_file"):
            _check_text(name, getattr(self, name))
        _check_seconds("leeway", self.leeway, 0, 120)
        _check_seconds("fresh_for", self.fresh_for, 0, 30)
        _check_seconds("keys_refetch_after", self.keys_refetch_after, 1, 3600)
        _check_seconds("keys_stale_for", self.keys_stale_for, 0, 604_800)
        _check_seconds("timeout", self.timeout, 0.1, 60)
        if urlsplit(self.issuer()).path:
            raise ValueError("url: give Samovar's `external_url`, which has no path; internal_url may have one")
        self.base_url()
        _check_audience(self.audience)
        self._check_combination()

    def issuer(self) -> str:
        """Samovar's public address, as its tokens spell it."""
        return _parse_address("url", self.url, self.allow_plain_http)

    def base_url(self) -> str:
        """Where requests to Samovar go."""
        if self.internal_url is None:
            return self.issuer()
        return _parse_address("internal_url", self.internal_url, self.allow_plain_http)

    def credentials(self) -> tuple[str, str] | None:
        """Id and secret of the confidential client."""
        if self.client_id is None or self.client_secret is None:
            return None
        return self.client_id, self.client_secret

    def load_trust(self) -> ssl.SSLContext:
        """The certificates of `ca_file`, or the system's."""
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            raise ValueError(f"ca_file: {self.ca_file} cannot be read as PEM certificates; {error}") from None

    def _check_combination(self) -> None:
        if self.token_header not in ("Authorization", "Samovar-Token"):
            raise ValueError("token_header is `Authorization` or `Samovar-Token`; no other header carries a token")
        own_header = self.token_header != "Authorization"  # noqa: S105 - a header's name
        if self.behind_proxy and (self.gitea_tokens or own_header):
            raise ValueError("behind a proxy only Samovar-Assertion is read; leave out gitea_tokens and token_header")
        if self.docs_client_id is not None and own_header:
            raise ValueError("the docs page sends Authorization alone; leave out docs_client_id, or token_header")
        if (self.client_id is None) != (self.client_secret is None):
            raise ValueError("client_id and client_secret: give both or none")
        if self.gitea_tokens and self.client_id is None:
            # Without a client, Samovar sees all callers at one address, and invalid tokens use up the limit of all.
            raise ValueError("gitea_tokens needs client_id and client_secret of a confidential client")


def check_permission(permission: str, description: str) -> None:
    """A permission of the application, and its description."""
    if not isinstance(permission, str) or not isinstance(description, str):
        raise TypeError('give permissions one by one and as texts: require("deployments:read", "deployments:write")')
    if not _PERMISSION.fullmatch(permission):
        raise ValueError(f'invalid permission "{permission}": write `resource:action`, such as `deployments:write`')
    if permission.startswith("gitea."):
        raise ValueError(
            f'permission "{permission}" limits what a token may do, and grants nothing; let a route of the application '
            'in Samovar ask for repository access, and write require(live="decision")'
        )
    if permission.startswith("samovar."):
        raise ValueError(
            f'permission "{permission}" is for Samovar\'s own API, and no token of an application has it; '
            "name a permission of the application, such as `deployments:write`, and add it to a role"
        )


def _check_text(name: str, value: str | None) -> None:
    """Absent, or text without surrounding white space."""
    if value is not None and (not isinstance(value, str) or not value or value != value.strip()):
        raise ValueError(f"{name} is empty, not text, or has spaces around it; correct it, or leave it out")


def _check_seconds(name: str, value: float, minimum: float, maximum: float) -> None:
    if not isinstance(value, int | float) or not minimum <= value <= maximum:
        raise ValueError(f"{name} must be from {minimum} to {maximum} seconds")


def _check_audience(audience: str) -> None:
    """The name of an application in Samovar, which is never Samovar itself."""
    if not isinstance(audience, str) or not _APPLICATION.fullmatch(audience) or audience == "samovar":
        raise ValueError("audience: give the application's name in Samovar, such as `deploy-api`")


def _parse_address(name: str, text: str, allow_plain_http: bool) -> str:
    """The address in Samovar's own form: host in lower case, without the scheme's default port and a final slash."""
    wrong = f"{name}: give an address of Samovar, such as `https://samovar.example.com`, as its `external_url` says"
    if not isinstance(text, str) or not re.fullmatch(r"https?://[!#-\[\]-~]+", text):
        raise ValueError(wrong)
    try:
        parts = httpx.URL(text)
    except httpx.InvalidURL:
        raise ValueError(wrong) from None
    host, port = parts.raw_host.decode(), parts.port
    odd = parts.userinfo or parts.query or parts.fragment or not (port is None or 0 < port < 65536)
    if odd or not _is_host(host):
        raise ValueError(wrong)
    if parts.scheme == "http" and not _is_loopback(host) and not allow_plain_http:
        raise ValueError(
            f"{name}: plain http is accepted on loopback only; use https, or allow_plain_http=True in a trusted network"
        )
    return f"{parts.scheme}://{parts.netloc.decode()}{parts.raw_path.decode()}".rstrip("/")


def _is_host(host: str) -> bool:
    """A name, or an IP address in canonical form."""
    if ":" not in host and not re.search(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$", host):
        return re.fullmatch(r"[a-z0-9._-]+", host) is not None
    try:
        return str(ip_address(host)) == host
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
