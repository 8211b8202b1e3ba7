"""The principal of a request: what an endpoint gets to know about its caller.

Models only: this module reads no token and decides nothing except whether a scope contains a permission.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict


class Principal(BaseModel):
    """The person or service account that calls, and what this call may do."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Samovar's id. It never changes and is never given to another principal: store this one."""
    kind: Literal["user", "service-account"]
    provider: str | None = None
    """The provider of a person's account: `gitea`, or the id of another provider. `None` for a service account."""
    name: str
    """Login at that provider, or name of the service account. For display only: a name can get another owner."""
    scopes: frozenset[str] = frozenset()
    """What this call may do."""
    scopes_cut: bool = False
    """Behind a proxy: the permissions did not fit into a header, so `scopes` is empty."""
    roles: frozenset[str] = frozenset()
    """Names of the principal's roles in this application."""
    roles_cut: bool = False
    """Behind a proxy: `roles` is incomplete, because not all of them fitted into a header."""
    client_id: str | None = None
    """The client that got the token. For a service account without a client its own id; `None` behind a proxy."""
    act: tuple[str, ...] = ()
    """Clients that act on behalf of the principal; the one that calls comes first."""
    token_id: str
    expires: datetime
    """When this identity ends. A connection that stays open longer must be closed then (`Samovar.while_valid`)."""
    grant_id: str | None = None
    full_name: str | None = None
    email: str | None = None
    """For people of a provider other than Gitea only an address that the provider reports as verified."""
    groups: tuple[str, ...] = ()
    groups_cut: bool = False
    """`groups` may be incomplete."""

    def may(self, permission: str) -> bool:
        """Whether `scopes` contains the permission, itself or as `resource:*`. Never true for `gitea.…`."""
        return not permission.startswith("gitea.") and holds(self.scopes, permission)


class RemoteIdentity(BaseModel):
    """The decoded `Remote-*` headers. For display only: a list may be incomplete, so base no decision on it."""

    model_config = ConfigDict(frozen=True)

    user: str = ""
    user_id: str = ""
    name: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    cut: bool = False
    """`groups` or `roles` is incomplete, because not all entries fitted into a header."""

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> "RemoteIdentity":
        """Decodes percent-encoded UTF-8; `,` separates the entries of a list, and `...` ends an incomplete one."""
        groups, groups_cut = _decode_list(headers.get("remote-groups", ""))
        roles, roles_cut = _decode_list(headers.get("remote-roles", ""))
        return cls(
            user=unquote(headers.get("remote-user", "")),
            user_id=unquote(headers.get("remote-user-id", "")),
            name=unquote(headers.get("remote-name", "")),
            email=unquote(headers.get("remote-email", "")),
            groups=groups,
            roles=roles,
            cut=groups_cut or roles_cut,
        )


class AuthenticatedPrincipal(NamedTuple):
    """A principal with the credential that proved it."""

    principal: Principal
    token: str | None
    """The access token; `None` behind a proxy."""
    scope: frozenset[str] | None
    """The scope of the credential; `None` when none narrows what the principal may do."""


def holds(scopes: Iterable[str], permission: str) -> bool:
    """Whether the scopes contain the permission, itself or as `resource:*`."""
    if permission in scopes:
        return True
    resource = permission.partition(":")[0]
    return not resource.startswith("samovar.") and f"{resource}:*" in scopes


def intersection(sent: frozenset[str], current: frozenset[str]) -> frozenset[str]:
    """The permissions in both scopes; of `deployments:*` and `deployments:read` it is the second."""
    return frozenset(each for each in sent if holds(current, each)) | frozenset(
        each for each in current if holds(sent, each)
    )


def _decode_list(value: str) -> tuple[tuple[str, ...], bool]:
    entries = [entry for entry in value.split(",") if entry]
    cut = entries[-1:] == ["..."]
    return tuple(unquote(entry) for entry in entries[: len(entries) - cut]), cut
