"""A module's code by when it runs."""

from __future__ import annotations

import ast

import pytest

from verifier.formats._code.scopes import take_apart


def reached(source: str) -> list[str]:
    """Names of the scopes that run on import, after the module itself."""
    program, _ = take_apart(ast.parse(source))
    return sorted(scope.name for scope in program.on_import()[1:])


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(): pass\n", []),
        ("def f(): pass\nf()\n", ["f"]),
        ("def f(): g()\ndef g(): f()\nf()\n", ["f", "g"]),
        ("def f(): pass\nregister(f)\n", ["f"]),
        ("def f(): pass\n@f\ndef g(): pass\n", ["f"]),
        ("class A:\n    def __init__(self): pass\n    def go(self): pass\nA()\n", ["__init__"]),
        ("class A:\n    def go(self): pass\nA().go()\n", ["go"]),
        ("class M(type):\n    def __new__(cls): pass\nclass A(metaclass=M): pass\n", ["__new__"]),
        ("def __getattr__(name): pass\n", ["__getattr__"]),
        ("def f(): pass\nif __name__ == '__main__':\n    f()\n", []),
        ("def f(): pass\nif __name__ == '__main__':\n    pass\nelse:\n    f()\n", ["f"]),
        ("def f(): pass\nif __name__ != '__main__':\n    f()\n", ["f"]),
        ("def f(): pass\ndef g(x=f()): pass\n", ["f"]),
        ("def f(): pass\ndef g(x: f(), *, y: int = 1) -> None: pass\n", ["f"]),
        ("def f(): pass\ndef g() -> f(): pass\n", ["f"]),
        ("def f(): pass\ng = lambda x=f(): 1\n", ["f"]),
        ("f = lambda: 1\n", []),
        ("f = lambda: 1\nf()\n", ["f"]),
    ],
)
def test_functions_that_importing_calls(source: str, names: list[str]) -> None:
    assert reached(source) == names


def test_imports_keep_their_dots() -> None:
    program, _ = take_apart(ast.parse("import a.b\nfrom .c import d\nfrom .. import e\nfrom . import *\n"))
    assert {"a.b", ".c", "..", "..e"} <= set(program.imports)
