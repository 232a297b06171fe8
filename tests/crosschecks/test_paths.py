"""Paths that shadow modules, fall together, or show other than they are."""

from __future__ import annotations

import pytest

from tests.builders.dossiers import artifact, snapshot
from verifier.crosschecks import paths
from verifier.records import Dossier, Finding


def check(*names: str) -> list[Finding]:
    return list(paths.check(Dossier(snapshot(*(artifact(name) for name in names)))))


@pytest.mark.parametrize(
    "name",
    [
        "torch.py",
        "numpy/__init__.py",
        "random.py",
        "collections.py",
        "inspect/__init__.py",
        "imp.py",
        "annotationlib.py",
    ],
)
def test_files_with_names_of_modules_shadow_them(name: str) -> None:
    (found,) = check(name, "config.json")
    assert found.rule == "file-shadows-module"
    assert found.evidence[0].artifact == name


@pytest.mark.parametrize(
    "name",
    [
        "modeling_x.py",
        "utils.py",
        "test.py",
        "types.py",
        "commands.py",
        "parser.py",
        "sub/torch.py",
        "numpy/data.py",
        "torch.json",
        "random",
        "__init__.py",
    ],
)
def test_other_files_do_not(name: str) -> None:
    assert check(name) == []


def test_paths_that_differ_by_case_or_form_fall_together() -> None:
    (found,) = check("Config.json", "config.json", "other.json")
    assert found.rule == "path-collision"
    assert [place.artifact for place in found.evidence] == ["Config.json", "config.json"]
    assert len(check("caf\u00e9.txt", "cafe\u0301.txt")) == 1
    assert check("a/x.json", "b/x.json", "x.json") == []


def test_names_that_are_shown_reversed_are_told_safely() -> None:
    (found,) = check("model\u202egnp.py")
    assert found.rule == "path-collision"
    assert found.message.isprintable()
    assert check("\u6a21\u578b.txt", "r\u00e9sum\u00e9.txt") == []
