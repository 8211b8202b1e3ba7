"""What a program does with the Python client that `openapi-python-client` makes of the document.

`samovar_client` is that client. Where and as whom to work comes as JSON in the variable FLOW. Ends with 0 when all went
as it should.
"""

import json
import os
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar
from uuid import UUID

from samovar_client import AuthenticatedClient
from samovar_client.api.applications import create_application, delete_application, get_application
from samovar_client.api.audit_events import list_audit_events
from samovar_client.api.decisions import explain_decision
from samovar_client.api.me import get_me
from samovar_client.api.role_bindings import create_role_binding, delete_role_binding, get_role_binding
from samovar_client.api.roles import create_role, delete_role, get_role, list_roles, update_role
from samovar_client.api.teams import list_teams
from samovar_client.api.users import list_users
from samovar_client.models import (
    ActorKind,
    Application,
    ApplicationDraft,
    ApplicationRange,
    Decision,
    Me,
    Method,
    Outcome,
    PageAuditEvent,
    PageRole,
    PageTeam,
    PageUser,
    PermissionsRequirement,
    Problem,
    PublicRequirement,
    Question,
    ReasonKind,
    Role,
    RoleBinding,
    RoleBindingDraft,
    RoleDraft,
    RouteDraft,
    TeamSubject,
    Verdict,
)
from samovar_client.types import UNSET, Response, Unset

WORLD: dict[str, str] = json.loads(os.environ["FLOW"])
HOST = "deploy.example.test"
T = TypeVar("T")


API = WORLD["url"] + "/api/v1"


def job() -> AuthenticatedClient:
    """A client of the service account, by its access token; statuses that the document does not list are errors."""
    return AuthenticatedClient(base_url=API, token=WORLD["token"], raise_on_unexpected_status=True)


def browser(cookie: str) -> AuthenticatedClient:
    """A client of a person who is signed in."""
    return AuthenticatedClient(
        base_url=API,
        token=cookie,
        auth_header_name="Cookie",
        prefix="",
        headers={"Origin": WORLD["url"]},
        raise_on_unexpected_status=True,
    )


def the(kind: type[T], parsed: Any) -> T:
    """The answer, which must be of this kind."""
    assert isinstance(parsed, kind), parsed
    return parsed


def problem(response: Response[Any], status: int, code: str) -> Problem:
    """The problem document that an answer must be."""
    found = the(Problem, response.parsed)
    assert (response.status_code, found.status, found.code) == (status, status, code), found
    assert str(found.request_id) and found.detail
    return found


def who(administrator: AuthenticatedClient, member: AuthenticatedClient) -> None:
    """The token is that of a service account which holds every permission of the API; the member has a session."""
    me = the(Me, get_me.sync(client=administrator))
    assert me.principal.kind == ActorKind.SERVICE_ACCOUNT and me.principal.id == UUID(WORLD["account"])
    assert "samovar.roles:write" in me.permissions
    assert isinstance(me.user, Unset) and isinstance(me.session, Unset)
    me = the(Me, get_me.sync(client=member))
    assert not isinstance(me.user, Unset) and me.user.login == WORLD["member_login"]
    assert not isinstance(me.session, Unset)
    assert me.session.place.kind == "samovar" and me.session.ends_at > datetime.now(timezone.utc)


def roles_in_pages(administrator: AuthenticatedClient) -> set[str]:
    """Names of all roles, read two at a time."""
    names: list[str] = []
    cursor: str | Unset = UNSET
    while True:
        page = the(PageRole, list_roles.sync(client=administrator, limit=2, cursor=cursor))
        assert len(page.items) <= 2
        names.extend(role.name for role in page.items)
        cursor = page.next_cursor
        if isinstance(cursor, Unset):
            assert len(names) == len(set(names)) and names == sorted(names), names
            return set(names)


def make_role(administrator: AuthenticatedClient, name: str) -> tuple[Role, str]:
    """A new role with its `ETag`."""
    draft = RoleDraft(name=name, permissions=["deployments:write"])
    answer = create_role.sync_detailed(client=administrator, body=draft)
    role = the(Role, answer.parsed)
    assert answer.status_code == 201 and role.version == 1 and not role.built_in
    assert answer.headers["Location"].endswith(f"/roles/{role.id}")
    return role, answer.headers["ETag"]


def make_application(administrator: AuthenticatedClient) -> tuple[Application, str]:
    """A new application with a public and a guarded route, and its `ETag`."""
    guarded = PermissionsRequirement(kind="permissions", permissions=["deployments:write"])
    routes = [
        RouteDraft(path="/", methods=[Method.GET], requirement=PublicRequirement(kind="public")),
        RouteDraft(path="/deploy/{name}", requirement=guarded),
    ]
    draft = ApplicationDraft(name="deploy-python", hosts=[HOST], routes=routes)
    answer = create_application.sync_detailed(client=administrator, body=draft)
    application = the(Application, answer.parsed)
    assert [route.requirement.kind for route in application.routes] == ["public", "permissions"]
    assert not application.routes[1].encoded_slash and application.routes[1].methods == []
    return application, answer.headers["ETag"]


def bind(administrator: AuthenticatedClient, role: Role, application: Application) -> tuple[RoleBinding, str]:
    """Gives the role to the team, in the application, for a day."""
    teams = the(PageTeam, list_teams.sync(client=administrator, search=WORLD["team"]))
    [team] = teams.items
    draft = RoleBindingDraft(
        role=role.id,
        subject=TeamSubject(kind="team", id=team.id),
        range_=ApplicationRange(kind="application", id=application.id),
        until=datetime.now(timezone.utc) + timedelta(days=1),
    )
    answer = create_role_binding.sync_detailed(client=administrator, body=draft)
    binding = the(RoleBinding, answer.parsed)
    assert isinstance(binding.subject, TeamSubject) and binding.subject.id == team.id
    assert isinstance(binding.range_, ApplicationRange) and binding.range_.id == application.id
    assert not isinstance(binding.until, Unset) and binding.until > datetime.now(timezone.utc)
    return binding, answer.headers["ETag"]


def ask(administrator: AuthenticatedClient, login: str) -> Decision:
    """May this person deploy, and why?"""
    people = the(PageUser, list_users.sync(client=administrator, search=login))
    [person] = people.items
    question = Question(user=person.id, method="POST", host=HOST, path="/deploy/site")
    return the(Decision, explain_decision.sync(client=administrator, body=question))


def decisions(administrator: AuthenticatedClient, binding: RoleBinding) -> None:
    """The member of the team may, by that binding; the outsider may not, and the code says why."""
    allowed = ask(administrator, WORLD["member_login"])
    assert allowed.verdict == Verdict.ALLOW and isinstance(allowed.code, Unset)
    [granted] = [reason for reason in allowed.reasons if reason.kind == ReasonKind.GRANTED]
    assert granted.role_binding == binding.id and isinstance(granted.subject, TeamSubject)
    denied = ask(administrator, WORLD["outsider_login"])
    assert denied.verdict == Verdict.DENY and denied.code == "permission_missing"


def change(administrator: AuthenticatedClient, role: Role, seen: str) -> str:
    """Changes the role once; a second change from the same old version is refused and says what changed since."""
    draft = RoleDraft(name=role.name, description="Deploys", permissions=["deployments:write"])
    changed = update_role.sync_detailed(role.id, client=administrator, body=draft, if_match=seen)
    assert the(Role, changed.parsed).version == 2
    draft.description = "Something else"
    late = update_role.sync_detailed(role.id, client=administrator, body=draft, if_match=seen)
    stale = problem(late, 412, "version_stale")
    assert stale.current_version == 2 and stale.changed == ["description"]
    return changed.headers["ETag"]


def refusals(administrator: AuthenticatedClient, member: AuthenticatedClient, role: Role) -> None:
    """Problems are read through the client's types."""
    problem(list_roles.sync_detailed(client=member), 403, "permission_missing")
    problem(update_role.sync_detailed(role.id, client=administrator, body=RoleDraft("", []), if_match=""), 428, "version_required")
    nameless = create_role.sync_detailed(client=administrator, body=RoleDraft("Not a name!", ["x"]))
    errors = problem(nameless, 400, "request_malformed").errors
    assert not isinstance(errors, Unset)
    assert [error.pointer for error in errors] == ["/name", "/permissions/0"]
    problem(create_role.sync_detailed(client=administrator, body=RoleDraft(role.name, [])), 409, "conflict")


def audit(administrator: AuthenticatedClient, role: Role) -> None:
    """The log tells who made the role; its pages are read by cursor to their end."""
    since = datetime.now(timezone.utc) - timedelta(hours=1)
    found: list[UUID] = []
    cursor: str | Unset = UNSET
    while True:
        asked = list_audit_events.sync(
            client=administrator, action="role.create", outcome=Outcome.ALLOWED, from_=since, cursor=cursor, limit=2
        )
        page = the(PageAuditEvent, asked)
        for event in page.items:
            assert event.at >= since and event.object_.kind == "role"
            if event.actor.id == UUID(WORLD["account"]):
                assert event.actor.kind == ActorKind.SERVICE_ACCOUNT
                found.append(UUID(event.object_.id))
        cursor = page.next_cursor
        if isinstance(cursor, Unset):
            break
    assert found.count(role.id) == 1


def main() -> None:
    """The whole flow, which leaves nothing behind."""
    administrator, member = job(), browser(WORLD["member"])
    who(administrator, member)
    role, seen = make_role(administrator, "deployer-python")
    more = [make_role(administrator, f"python-{n}") for n in range(4)]
    application, application_seen = make_application(administrator)
    binding, binding_seen = bind(administrator, role, application)
    decisions(administrator, binding)
    refusals(administrator, member, role)
    seen = change(administrator, role, seen)
    assert {"deployer-python", *(one.name for one, _ in more)} <= roles_in_pages(administrator)
    audit(administrator, role)
    gone = delete_role_binding.sync_detailed(binding.id, client=administrator, if_match=binding_seen)
    assert gone.status_code == 204
    problem(get_role_binding.sync_detailed(binding.id, client=administrator), 404, "not_found")
    delete_application.sync_detailed(application.id, client=administrator, if_match=application_seen)
    problem(get_application.sync_detailed(application.id, client=administrator), 404, "not_found")
    for one, etag in [(role, seen), *more]:
        assert delete_role.sync_detailed(one.id, client=administrator, if_match=etag).status_code == 204
    problem(get_role.sync_detailed(role.id, client=administrator), 404, "not_found")


main()
