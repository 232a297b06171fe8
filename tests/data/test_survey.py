"""Drafts for a package that the test writes."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.data import survey
from verifier.data.survey import Plan

MODULES = {
    "__init__": "from surveyed.shapes import Square\n",
    "shapes": """
import enum
from typing import NamedTuple, Protocol

class Plain:
    pass
class Slotted:
    __slots__ = ("a",)
class Square(Plain):
    class Corner:
        pass
class Opens:
    def __init__(self): self.file = open("x")
    def __setstate__(self, state): self.__init__()
class Closes:
    def __del__(self): self.file.close()
class Listing(dict):
    pass
class Color(enum.Enum):
    RED = 1
class Asked(enum.Enum):
    @classmethod
    def _missing_(cls, value): return open(value)
class Wrong(ValueError):
    pass
class Told(ValueError):
    def __init__(self, path): open(path)
class Pair(NamedTuple):
    a: int
class Form(Protocol):
    pass
def area(shape): return 1
def _hidden(): return 1
def __pyx_unpickle_Plain(cls, checksum, state): return cls()
local = (lambda: (lambda: None))()
""",
    "_internal": "class Engine: pass\n",
    "broken": "raise RuntimeError('no such device')\n",
    "tests/__init__": "raise SystemExit\n",
    "__main__": "raise SystemExit\n",
}


@pytest.fixture(autouse=True)
def surveyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package, on the path as long as the test runs."""
    for name, text in MODULES.items():
        path = tmp_path / "surveyed" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "surveyed"]:
        del sys.modules[name]


NOTHING = Plan()


def doubts(chosen: Plan = NOTHING) -> dict[str, str]:
    return {draft.key: draft.doubt for draft in survey.drafts("surveyed", chosen)}


def test_what_loading_runs_is_named_for_review() -> None:
    found = doubts()
    assert "__setstate__ of surveyed.shapes.Opens" in found["shapes.Opens"]
    assert "__init__ of surveyed.shapes.Opens" in found["shapes.Opens"]
    assert "__del__" in found["shapes.Closes"]
    assert found["shapes.Listing"] == "it is a dict"
    assert "__init__" in found["shapes.Told"]
    assert "_missing_" in found["shapes.Asked"]
    assert "any arguments" in found["shapes.area"]
    assert "fields" in found["shapes.__pyx_unpickle_Plain"]


def test_the_rest_is_drafted(capsys: pytest.CaptureFixture[str]) -> None:
    assert survey.main(["surveyed"]) == 0
    out, err = capsys.readouterr()
    drafted = tomllib.loads(out)
    assert drafted["call"] == {"shapes.Color": "enum", "shapes.Wrong": "exception"}
    assert drafted["new"] == {
        "_internal.Engine": "attributes",
        "shapes.Color": "enum",
        "shapes.Pair": "record",
        "shapes.Plain": "attributes",
        "shapes.Slotted": "instance",
        "shapes.Square": "attributes",
        "shapes.Wrong": "exception",
    }
    assert set(drafted["build"].values()) == {"attributes", "instance"}
    assert '# "shapes.Opens" = "attributes" # review' in out
    assert "not surveyed: surveyed.broken: RuntimeError" in err


def test_private_functions_forms_and_what_has_no_name_of_its_own_are_left_out() -> None:
    assert not {"shapes._hidden", "shapes.Form", "shapes.local"} & doubts().keys()


def test_a_plan_leaves_modules_and_names_out() -> None:
    found = doubts(Plan(frozenset({"_internal", "shapes.Square"})))
    assert "shapes.Plain" in found
    assert not {"_internal.Engine", "shapes.Square", "shapes:Square.Corner"} & found.keys()


def test_a_check_fails_on_what_the_registry_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    assert survey.main(["surveyed", "--check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert 'surveyed._internal.Engine: "attributes"' in lines
    assert not [line for line in lines if "Wrong" in line or ".area" in line]


def test_functions_that_are_kept_as_values_are_checked_where_the_plan_says_so() -> None:
    checked = {draft.key: draft.checked for draft in survey.drafts("surveyed", Plan(functions=("shapes",)))}
    assert checked["shapes.area"]


def test_what_is_listed_is_not_drafted(capsys: pytest.CaptureFixture[str]) -> None:
    assert survey.main(["uuid", "--check"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["joblib", "numpy", "pandas", "scipy", "sklearn", "torch"])
def test_every_closed_package_of_others_has_a_plan_with_reasons(name: str) -> None:
    path = Path(survey.__file__).with_name("survey.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))[name]
    assert list(table["outside"]) == sorted(table["outside"])
    assert all(table["outside"].values())
    assert survey.plan(name).outside == frozenset(table["outside"])
