"""How the package is built: its modules stand in layers, each says what it is, and none is long."""

import ast
from pathlib import Path

import pytest
import samovar_fastapi

FOLDER = Path(samovar_fastapi.__file__).parent
LAYERS = [
    "problem",
    "principal",
    "token",
    "options",
    "websocket",
    "http_client",
    "keys",
    "verifier",
    "exchange",
    "live",
    "dependency",
    "__init__",
]
"""A module may import only those before it."""
MAX_LINES = 400


def imported(tree: ast.Module) -> set[str]:
    """The modules of the package that a module imports, wherever it does so."""
    return {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 1}


def test_every_module_has_its_layer() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.py")) == sorted(LAYERS)


@pytest.mark.parametrize("module", LAYERS)
def test_a_module_imports_lower_layers_only_is_short_and_says_what_it_is(module: str) -> None:
    text = (FOLDER / f"{module}.py").read_text()
    tree = ast.parse(text)
    assert imported(tree) <= set(LAYERS[: LAYERS.index(module)])
    assert len(text.splitlines()) < MAX_LINES
    assert len(ast.get_docstring(tree) or "") > 40
