"""Names that lead elsewhere, and names of programs."""

from __future__ import annotations

from pathlib import PureWindowsPath
from posixpath import join, normpath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verifier.formats._names import CODE_SUFFIXES, code_gap, unsafe_name


@pytest.mark.parametrize("name", ["a", "a/b.txt", "./a", "a..b/..c", "", "a//b", "archive/data.pkl", "é/\u4e2d", "C"])
def test_ordinary_names_are_safe(name: str) -> None:
    assert unsafe_name(name) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/etc/passwd", "absolute"),
        ("\\windows", "absolute"),
        ("\\\\host\\share", "absolute"),
        ("../a", "climbs"),
        ("a/../../b", "climbs"),
        ("a\\..\\b", "climbs"),
        ("..", "climbs"),
        ("C:\\a", "drive"),
        ("c:a", "drive"),
        ("a\0.txt", "NUL"),
        ("../a\0", "NUL"),
    ],
)
def test_names_that_lead_out_say_how(name: str, why: str) -> None:
    assert why in str(unsafe_name(name))


@given(st.text("ab./\\:C\0", max_size=12))
@example("a/..")
def test_safe_names_stay_in_their_folder(name: str) -> None:
    if unsafe_name(name) is None:
        for path in (name, name.replace("\\", "/")):
            assert (normpath(join("/target", path)) + "/").startswith("/target/")
        assert not PureWindowsPath(name).drive[:1].isalpha()


@pytest.mark.parametrize("name", ["modeling.py", "SETUP.PY", "run.sh", "notebook.ipynb", "kernel.cu", "a.py.ps1"])
def test_programs_are_known_by_their_names(name: str) -> None:
    assert "source code" in str(code_gap(name, b"x"))


def test_programs_are_known_by_their_first_line() -> None:
    assert "source code" in str(code_gap("train", b"#!/usr/bin/env python3\n"))
    assert code_gap("README.md", b"# Title") is None
    assert code_gap("py", b"") is None
    assert code_gap("numpy", b"text") is None


def test_the_list_of_endings_is_in_order() -> None:
    assert list(CODE_SUFFIXES) == sorted(set(CODE_SUFFIXES))
