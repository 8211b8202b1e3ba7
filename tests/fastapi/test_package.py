"""What belongs to the package beside its code: the example, and a README that names every option and every code."""

import inspect
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from importlib.metadata import distribution, requires
from pathlib import Path
from typing import Any

import pytest
import samovar_fastapi
from conftest import bearer
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from issuer import AUDIENCE, URL, Issuer
from samovar_fastapi import Principal, ProblemError, RemoteIdentity, Samovar
from samovar_fastapi.problem import CODES

SOURCE = Path(__file__).parents[2] / "packaging" / "fastapi"
README = (SOURCE / "README.md").read_text()


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    """The example, with nothing but an address."""
    monkeypatch.setenv("SAMOVAR_URL", URL)
    monkeypatch.syspath_prepend(SOURCE)
    import example

    yield example.app


def test_the_example_shows_its_scopes_and_refuses_strangers(example: FastAPI) -> None:
    document = example.openapi()
    asked = {path: set(methods) for path, methods in document["paths"].items()}
    assert asked["/deployments"] == {"get", "delete"}
    assert document["paths"]["/deployments/{name}"]["post"]["security"] == [
        {"Samovar-deploy-api": ["deployments:write"]}
    ]
    client = TestClient(example)
    assert client.get("/health").status_code == 200
    assert client.post("/deployments/api").json()["code"] == "credentials_missing"


def test_the_readme_names_every_option_with_its_default() -> None:
    rows = dict(re.findall(r"^\| (`[^|]+`) \|([^|]*)\|", README, re.MULTILINE))
    told = {name: default.strip() for names, default in rows.items() for name in re.findall(r"`(\w+)`", names)}
    for name, parameter in list(inspect.signature(Samovar.__init__).parameters.items())[1:]:
        assert name in told, name
        if isinstance(parameter.default, int | float | str):
            assert told[name].strip("`").removesuffix(" s") == str(parameter.default), name


def test_the_readme_names_every_code() -> None:
    assert set(CODES) <= set(re.findall(r"`(\w+)`", README))


def test_the_readme_installs_this_version_and_names_the_lowest_versions() -> None:
    project = (SOURCE / "pyproject.toml").read_text()
    version = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    assert version
    assert f"/downloads/samovar_fastapi-{version[1]}-py3-none-any.whl" in README
    lowest = dict(re.findall(r'"(fastapi|pydantic|pyjwt|httpx)[^>"]*>=([\d.]+)"', project))
    lowest["python"] = re.findall(r'^requires-python = ">=(.+)"$', project, re.MULTILINE)[0]
    told = re.findall(r"(Python|FastAPI|Pydantic|PyJWT|HTTPX) (\d[\d.]*\d)", README)
    assert {name.lower(): number for name, number in told} == lowest


def test_the_tests_run_with_the_wheel_of_a_samovar_and_not_with_the_sources() -> None:
    package = distribution("samovar-fastapi")
    assert "site-packages" in Path(samovar_fastapi.__file__).parts
    assert "/downloads/samovar_fastapi-" in str(package.read_text("direct_url.json"))
    assert str(package.read_text("METADATA")).endswith(README)


def test_the_lowest_versions_of_the_tests_are_those_that_the_package_allows() -> None:
    pinned = (Path(__file__).parent / "lowest.txt").read_text()
    allowed = {re.sub(r" ?>= ?", "==", each) for each in requires("samovar-fastapi") or []}
    assert len(allowed) >= 5
    for requirement in allowed:
        assert re.search(rf"^{re.escape(requirement)}(\.0)*$", pinned, re.MULTILINE), requirement


def test_every_sentence_fits_into_a_header_and_says_what_to_do_next() -> None:
    words: Any = {"expected": "x", "claim": "x", "scope": "x", "missing": "x", "audience": "x"}
    for code in CODES:
        refusal = ProblemError(code, **words)
        assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", refusal.detail)
        assert "; " in refusal.detail
        assert refusal.detail[-1] != "."


def test_a_named_dependency_can_be_overridden_in_an_applications_own_tests() -> None:
    guard = Samovar(URL, AUDIENCE)
    can_write = guard.require("deployments:write")
    app = FastAPI()

    @app.get("/")
    def name(caller: Principal = Depends(can_write)) -> str:  # noqa: B008 - FastAPI's older way
        return caller.name

    ends = datetime(2030, 1, 1, tzinfo=timezone.utc)
    app.dependency_overrides[can_write] = lambda: Principal(id="1", kind="user", name="ben", token_id="1", expires=ends)
    assert TestClient(app).get("/").json() == "ben"


def test_every_dependency_is_one_and_the_same_wherever_it_is_used() -> None:
    guard = Samovar(URL, AUDIENCE, behind_proxy=True)
    assert guard.optional is guard.optional
    assert guard.remote is guard.remote
    app = FastAPI()

    @app.get("/")
    def name(
        caller: Principal | None = Depends(guard.optional),  # noqa: B008
        remote: RemoteIdentity = Depends(guard.remote),  # noqa: B008
    ) -> list[str]:
        return [caller.name if caller else "", remote.user]

    ends = datetime(2030, 1, 1, tzinfo=timezone.utc)
    ben = Principal(id="1", kind="user", name="ben", token_id="1", expires=ends)
    app.dependency_overrides[guard.optional] = lambda: ben
    app.dependency_overrides[guard.remote] = lambda: RemoteIdentity(user="ben")
    assert TestClient(app).get("/").json() == ["ben", "ben"]


def test_two_uses_of_optional_verify_once(issuer: Issuer) -> None:
    guard = Samovar(URL, AUDIENCE, transport=issuer.transport, clock=issuer.clock)
    app = FastAPI(dependencies=[Depends(guard.optional)])
    seen: list[object] = []

    @app.get("/")
    def same(one: Principal | None = Depends(guard.optional), two: Principal | None = Depends(guard.optional)) -> None:  # noqa: B008
        seen.extend((one, two))

    assert TestClient(app).get("/", headers=bearer(issuer.token())).status_code == 200
    assert seen[0] is seen[1]
