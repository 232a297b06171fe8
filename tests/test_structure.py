"""What the code base promises about its own shape."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "verifier").rglob("*.py")) + sorted((ROOT / "tests").rglob("*.py"))
PLUGIN_ROOMS = ("formats", "claims", "crosschecks", "reports")
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 60


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_FILE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= MAX_FUNCTION_LINES, f"{node.name} has {lines} lines"


@pytest.mark.parametrize("room", PLUGIN_ROOMS)
def test_modules_of_a_room_share_only_underscore_packages(room: str) -> None:
    for path in (ROOT / "verifier" / room).glob("[!_]*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            prefix, _, rest = module.partition(f"verifier.{room}.")
            if prefix == "" and rest:
                assert rest.startswith("_"), f"{names(path)} imports {module}"


@pytest.mark.parametrize("path", sorted((ROOT / "verifier").rglob("*.py")), ids=names)
def test_code_runs_on_the_oldest_python(path: Path) -> None:
    assert sys.version_info >= (3, 11)
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 11))
