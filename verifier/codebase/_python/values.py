"""From an expression to the texts it may be, within one module; what is only known at run time is said to be so."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from verifier.codebase._loaders import loaders
from verifier.codebase._python.bindings import Bindings, Scope

DEPTH = 8
"""Names followed one after another."""
MOST = 64
"""Texts an expression is followed to; more are run-time names."""

_PATHS = frozenset(
    (
        *("Path", "PurePath", "PosixPath", "join", "abspath", "expanduser", "realpath", "dirname", "getcwd", "cwd"),
        *("mkdtemp", "mkstemp", "TemporaryDirectory", "require", "resolve", "absolute", "as_posix", "open"),
    )
)
"""Calls whose results are places on this machine."""
_LOCAL = frozenset({"tmp_path", "tmpdir", "tmp_dir", "temp_dir", "tmpdirname"})
"""Names of parameters that test frameworks fill with such places."""


_COMMON = frozenset({"from_pretrained", "load", "__call__", "forward", "get", "run"})
"""Methods that many classes have: whose a call is cannot be told."""


@dataclass(frozen=True, slots=True)
class Text:
    """What an expression may be.

    Args:
        node: where it is written.
        value: the text; None where it is known at run time only.
    """

    node: ast.expr
    value: str | None


def follow(found: Bindings, node: ast.expr, scope: Scope) -> list[Text]:
    """The texts an expression may be, each once; nothing for what is no text: paths, objects, numbers."""
    texts: dict[tuple[str | None, int], Text] = {}
    for text in _Follower(found).texts(node, scope, DEPTH):
        texts.setdefault((text.value, text.node.lineno), text)
        if len(texts) > MOST:
            return [Text(node, None)]
    return list(texts.values())


def fixed(node: ast.expr, scope: Scope, depth: int = DEPTH) -> bool:
    """Whether an expression is one text, whatever is passed or set from outside."""
    match node:
        case ast.Constant():
            return True
        case ast.Name() if depth:
            place = bound(node.id, scope)
            if place is None or node.id in place.parameters or len(place.values[node.id]) != 1:
                return False
            value = place.values[node.id][0]
            return value is not None and fixed(value, place, depth - 1)
        case ast.BinOp():
            return fixed(node.left, scope, depth) and fixed(node.right, scope, depth)
        case ast.JoinedStr():
            parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
            return all(fixed(part, scope, depth) for part in parts)
        case _:
            return False


def bound(name: str, scope: Scope) -> Scope | None:
    """The nearest scope that binds a name."""
    place: Scope | None = scope
    while place is not None and name not in place.values:
        place = place.parent
    return place


class _Follower:
    def __init__(self, found: Bindings) -> None:
        self.found = found
        self.left = 512  # steps: the same names may meet again and again

    def texts(self, node: ast.expr, scope: Scope, depth: int) -> Iterator[Text]:
        self.left -= 1
        if depth < 0 or self.left < 0:
            yield Text(node, None)
            return
        if isinstance(node, ast.Constant):
            yield from [Text(node, node.value)] if isinstance(node.value, str) else []
            return
        if isinstance(node, ast.JoinedStr):
            yield self._joined(node, [self._part(part) for part in node.values], scope, depth)
            return
        for part in _choices(node):
            yield from self.texts(part, scope, depth - 1)
        if (way := self._ways.get(type(node))) is not None:
            yield from way(self, node, scope, depth)

    def _part(self, part: ast.expr) -> ast.expr:
        return part.value if isinstance(part, ast.FormattedValue) else part

    def _joined(self, node: ast.expr, parts: list[ast.expr], scope: Scope, depth: int) -> Text:
        """One text of several, where each is one text."""
        values = [[text.value for text in self.texts(part, scope, depth - 1)] for part in parts]
        known = [value[0] for value in values if len(value) == 1 and value[0] is not None]
        return Text(node, "".join(known) if len(known) == len(parts) else None)

    def _binary(self, node: ast.BinOp, scope: Scope, depth: int) -> Iterator[Text]:
        if isinstance(node.op, ast.Add):
            yield self._joined(node, [node.left, node.right], scope, depth)
        elif isinstance(node.op, ast.Mod):
            yield Text(node, None)

    def _named(self, node: ast.Name, scope: Scope, depth: int) -> Iterator[Text]:
        place = bound(node.id, scope)
        if node.id in _LOCAL or (place is None and node.id.startswith("__")):
            return
        if place is None:
            yield Text(node, None)
            return
        parameter = place.function is not None and node.id in place.parameters
        passed = list(self._passed(node.id, place, depth)) if parameter else []
        yield from passed
        for value in place.values[node.id]:
            if value is not None:
                yield from self.texts(value, place if not parameter else place.parent or place, depth - 1)
            elif not passed:
                yield Text(node, None)

    def _passed(self, name: str, scope: Scope, depth: int) -> Iterator[Text]:
        """What the module's own calls of a function pass for a parameter."""
        function = scope.function
        if function is None:
            return
        called = scope.owner if function.name == "__init__" else function.name
        position = scope.parameters.index(name) - (scope.parameters[:1] in (["self"], ["cls"]))
        for call, where in self.found.calls_of.get(called, ()):
            if isinstance(call.func, ast.Attribute) and (called in _COMMON or not scope.owner):
                continue
            keyword = next((one.value for one in call.keywords if one.arg == name), None)
            starred = any(isinstance(one, ast.Starred) for one in call.args)
            given = keyword or (call.args[position] if not starred and position < len(call.args) else None)
            if given is not None:
                yield from self.texts(given, where, depth - 1)

    def _attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> Iterator[Text]:
        known = self.found.attributes.get(node.attr, ())
        for value in known:
            yield from self.texts(value, scope, depth - 1)
        if not known and node.attr not in ("parent", "name"):
            yield Text(node, None)

    def _item(self, node: ast.Subscript, scope: Scope, depth: int) -> Iterator[Text]:
        """An item of a list or table that is written out: the one of a constant key, else each."""
        tables = list(self._tables(node.value, scope, depth))
        wanted = node.slice.value if isinstance(node.slice, ast.Constant) else None
        for table in tables:
            if isinstance(table, ast.Dict):
                for key, value in zip(table.keys, table.values, strict=True):
                    every = isinstance(node.slice, ast.Name) and node.slice.id == "*"
                    chosen = key if every else value
                    same = not isinstance(key, ast.Constant) or wanted is None or key.value == wanted
                    if same and chosen is not None:
                        yield from self.texts(chosen, scope, depth - 1)
            elif isinstance(table, ast.List | ast.Tuple | ast.Set):
                for value in table.elts:
                    yield from self.texts(value, scope, depth - 1)
        if not tables:
            yield Text(node, None)

    def _tables(self, node: ast.expr, scope: Scope, depth: int) -> Iterator[ast.expr]:
        if isinstance(node, ast.Dict | ast.List | ast.Tuple | ast.Set):
            yield node
        elif isinstance(node, ast.Name) and depth > 0:
            place = bound(node.id, scope)
            for value in place.values[node.id] if place else ():
                if value is not None:
                    yield from self._tables(value, scope, depth - 1)
        elif isinstance(node, ast.Attribute) and depth > 0:
            for value in self.found.attributes.get(node.attr, ()):
                yield from self._tables(value, scope, depth - 1)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
            yield from (
                ast.List(table.values)
                for table in self._tables(node.func.value, scope, depth - 1)
                if isinstance(table, ast.Dict)
            )

    def _called(self, node: ast.Call, scope: Scope, depth: int) -> Iterator[Text]:
        dotted, package = self.found.dotted(node.func)
        last = dotted.rsplit(".", 1)[-1]
        if last in _PATHS or loaders().of(dotted, package):
            return
        if dotted in ("os.environ.get", "os.getenv", "environ.get", "getenv"):
            yield Text(node, None)
            for default in node.args[1:2]:
                yield from self.texts(default, scope, depth - 1)
        elif last in ("str", "strip", "lower") and (node.args or isinstance(node.func, ast.Attribute)):
            inner = node.args[0] if node.args else node.func.value  # type: ignore[attr-defined]
            yield from self.texts(inner, scope, depth - 1)
        elif last == "get" and isinstance(node.func, ast.Attribute) and node.args:
            yield from self._item(ast.copy_location(ast.Subscript(node.func.value, node.args[0]), node), scope, depth)
            for default in node.args[1:2]:
                yield from self.texts(default, scope, depth - 1)
        else:
            yield Text(node, None)

    _ways: ClassVar[dict[type[ast.expr], Callable[[_Follower, Any, Scope, int], Iterator[Text]]]] = {
        ast.BinOp: _binary,
        ast.Name: _named,
        ast.Attribute: _attribute,
        ast.Subscript: _item,
        ast.Call: _called,
    }


def _choices(node: ast.expr) -> list[ast.expr]:
    """The parts of an expression that is one of them."""
    match node:
        case ast.IfExp():
            return [node.body, node.orelse]
        case ast.BoolOp():
            return node.values
        case ast.Await() | ast.Starred() | ast.NamedExpr():
            return [node.value]
        case _:
            return []
