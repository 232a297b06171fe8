"""Waivers in files: written, listed and renewed."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from verifier import policy
from verifier.errors import PolicyError
from verifier.workflows import waiving
from verifier.workflows.waiving import Signature

TODAY = date.today()
END = date(TODAY.year, TODAY.month, 1)


def file(folder: Path, text: str, name: str = "ours.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def signature(reason: str = "") -> Signature:
    return Signature('b"ob\\', reason, TODAY)


def test_only_the_lines_that_say_when_and_who_change(tmp_path: Path) -> None:
    text = (
        "# ours\nversion = 1\n\n[[waive]]   # first\n"
        f"rule = 'pickle-unsafe-call'\nmodel = \"a/b\"\nexpires   = {END}   # soon\nowner = 'ana' # she\n"
        'reason = "expires = 2020-01-01"\n'
    )
    path = file(tmp_path, text)
    assert waiving.renew(path, TODAY, 30, signature()) == 1
    expected = text.replace(f"expires   = {END}", f"expires   = {TODAY}").replace("'ana'", '"b\\"ob\\\\"')
    assert path.read_text(encoding="utf-8") == expected
    assert waiving.renew(path, TODAY, 30, signature("new")) == 1
    assert tomllib.loads(path.read_text())["waive"][0]["reason"] == "new"


def test_entries_of_other_files_are_left_to_them(tmp_path: Path) -> None:
    entry = f"rule = 'pickle-unsafe-call'\nmodel = 'a/b'\nowner = 'o'\nreason = 'r'\nexpires = {END}\n"
    file(tmp_path, f"version = 1\n[[waive]]\n{entry}", "base.toml")
    path = file(tmp_path, "version = 1\nextends = 'base.toml'\n")
    assert len(waiving.ending(policy.load(str(path)), TODAY, 30)) == 1
    assert waiving.renew(path, TODAY, 30, signature()) == 0


@pytest.mark.parametrize(
    "entry",
    [
        (
            "waive = [{rule = 'pickle-unsafe-call', model = 'a/b', owner = 'o', reason = 'r', expires = %s}, "
            "{rule = 'pickle-unsafe-call', model = 'a/c', owner = 'o', reason = 'r', expires = %s}]"
        ),
        "[[waive]]\nrule = 'pickle-unsafe-call'\nmodel = 'a/b'\nreason = 'r'\nowner = '''\no'''\nexpires = %s #%s",
    ],
)
def test_what_only_a_person_can_change_is_left_alone(tmp_path: Path, entry: str) -> None:
    path = file(tmp_path, "version = 1\n" + entry % (END, END))
    before = path.read_text()
    with pytest.raises(PolicyError, match=r"ours.toml:\d: \w+ cannot be changed there. Change it by hand."):
        waiving.renew(path, TODAY, 30, signature())
    assert path.read_text() == before


def test_a_project_s_table_takes_entries(tmp_path: Path) -> None:
    path = file(tmp_path, "[tool.verifier]\nversion = 1\n", "pyproject.toml")
    waiving.add(path, ["pickle-unsafe-call", "coverage.error"], "a/b", "", Signature("o", "r", TODAY))
    assert [one["rule"] for one in tomllib.loads(path.read_text())["tool"]["verifier"]["waive"]] == [
        "pickle-unsafe-call",
        "coverage.error",
    ]
    assert waiving.renew(path, TODAY, 30, Signature("p", "", TODAY)) == 2
