"""What expressions refer to, through imports, aliases, lookups and texts made of pieces."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.formats._code.names import LENGTH, Name, Names


def names(source: str) -> tuple[Name, ...]:
    """What the last expression of a source may refer to."""
    tree, known = ast.parse(source), Names()
    for node in ast.walk(tree):
        known.learn(node)
    last = tree.body[-1]
    assert isinstance(last, ast.Expr)
    return known.of(last.value)


@pytest.mark.parametrize(
    ("source", "path", "pieced"),
    [
        ("import os\nos.system", "os.system", False),
        ("import a.b\na.b.c", "a.b.c", False),
        ("import a.b as x\nx.c", "a.b.c", False),
        ("from os import system as s\ns", "os.system", False),
        ("import os\nf = os.system\ng = f\ng", "os.system", False),
        ("import os\n(f := os.system)\nf", "os.system", False),
        ("__import__('os').system", "os.system", False),
        ("import sys\nsys.modules['os'].system", "os.system", False),
        ("__builtins__['eval']", "builtins.eval", False),
        ("globals()['__builtins__'].eval", "builtins.eval", False),
        ("n = 'sys' + 'tem'\nimport os\ngetattr(os, n)", "os.system", False),
        ("import os\ngetattr(os, 'sys' 'tem')", "os.system", False),
        ("import os\ngetattr(os, 'sys' + 'tem')", "os.system", True),
        ("import os\ngetattr(os, f\"{'sys'}tem\")", "os.system", True),
        ("import os\ngetattr(os, x)", "os.*", False),
    ],
)
def test_ways_to_a_name(source: str, path: str, pieced: bool) -> None:
    assert Name(path, pieced) in names(source)


@pytest.mark.parametrize("source", ["x", "x.system", "f()", "getattr(x, 'eval')", "self.os.system", "[1][0]"])
def test_what_is_not_known_is_nothing(source: str) -> None:
    assert names(source) == ()


def test_a_name_that_is_bound_twice_means_either() -> None:
    found = names("import os as o\ndef f():\n    import json as o\no.system")
    assert {name.path for name in found} == {"os.system", "json.system"}


def test_following_ends_and_nesting_hides_nothing() -> None:
    assert names("a = a.b\na = a.c\na") is not None
    assert names("x = " + "(1 if 1 else " * 60 + "eval" + ")" * 60 + "\nx") == (Name("eval"),)
    assert names("import os\nos.system" + ".__call__" * 60) == (Name("os.system"),)
    assert names("import os\ngetattr(os, " + "''+" * 60 + "'system')") == (Name("os.system", pieced=True),)


@pytest.mark.parametrize("text", ["f'{a}{a}{a}'", "a + a", "a.join(['b', 'b', 'b', 'b'])", "''.join([a, a])"])
def test_texts_that_grow_are_not_put_together(text: str) -> None:
    assert names(f"import os\na = '{'x' * LENGTH}'\ngetattr(os, {text})") == (Name("os.*"),)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab", min_size=1, max_size=6), st.integers(1, 5))
def test_texts_are_put_together_whatever_their_pieces(text: str, size: int) -> None:
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    source = "import os\ngetattr(os, " + " + ".join(map(repr, pieces)) + ")"
    assert names(source)[0].path == f"os.{text}"
