"""What expressions of a module refer to: dotted names through imports and aliases, and texts made of pieces."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

DEPTH = 40
"""Expressions inside expressions that are followed."""

LENGTH = 10_000
"""Characters of a text that is put together."""

_IMPORTERS = frozenset({"__import__", "builtins.__import__", "importlib.import_module", "importlib.__import__"})
_LOOKUPS = frozenset({"getattr", "builtins.getattr"})
_TABLES = frozenset({"sys.modules", "globals()", "locals()", "vars()"})
_KNOWN = frozenset(
    {"__import__", "breakpoint", "compile", "eval", "exec", "getattr", "globals", "locals", "open", "vars"}
)

BUILTINS = "builtins"

UNKNOWN = "*"
"""Stands in a path for a name that is computed."""

MEANINGS = 8
"""Things one name may mean that are followed."""


@dataclass(frozen=True, slots=True)
class Name:
    """What an expression refers to.

    Args:
        path: dotted; empty where it is not known.
        pieced: part of it was put together from pieces, as nobody does who has nothing to hide.
    """

    path: str
    pieced: bool = False


@dataclass(slots=True)
class Names:
    """The names of one module, as imports and plain assignments anywhere in it bind them.

    Scopes are not told apart: a name that is bound twice means either, so that nothing hides behind a second binding.
    """

    aliases: dict[str, dict[Name, None]] = field(default_factory=dict)
    texts: dict[str, str | None] = field(default_factory=dict)

    def learn(self, node: ast.AST) -> None:
        """Takes in what a statement binds."""
        if isinstance(node, ast.Import):
            for name in node.names:
                top = name.name.partition(".")[0]
                self._alias(name.asname or top, Name(name.name if name.asname else top))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                self._alias(name.asname or name.name, Name(f"{node.module}.{name.name}"))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            self._bind(node.target, node.value)

    def _alias(self, name: str, meaning: Name) -> None:
        meanings = self.aliases.setdefault(name, {})
        if len(meanings) < MEANINGS:
            meanings[meaning] = None

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if not isinstance(target, ast.Name):
            return
        text = self.text(value)[0]
        self.texts[target.id] = None if target.id in self.texts else text
        for found in self.of(value):
            if len(found.path) <= LENGTH:
                self._alias(target.id, found)

    def of(self, node: ast.expr, depth: int = 0) -> tuple[Name, ...]:
        """What an expression may refer to."""
        if depth > DEPTH:
            return ()
        if isinstance(node, ast.Name):
            return self._plain(node.id)
        if isinstance(node, ast.Attribute):
            return tuple(_below(owner, node.attr) for owner in self.of(node.value, depth + 1))
        if isinstance(node, ast.IfExp | ast.BoolOp | ast.NamedExpr):
            either = [name for value in _choices(node) for name in self.of(value, depth + 1)]
            return tuple(either[:MEANINGS])
        if isinstance(node, ast.Subscript):
            return self._item(node, depth)
        return self._called(node, depth) if isinstance(node, ast.Call) else ()

    def _plain(self, name: str) -> tuple[Name, ...]:
        if name in ("__builtins__", "__builtin__"):
            return (Name(BUILTINS),)
        own = (Name(name),) if name in _KNOWN else ()
        return (*self.aliases.get(name, ()), *own)

    def _item(self, node: ast.Subscript, depth: int) -> tuple[Name, ...]:
        """`sys.modules["os"]`, `__builtins__["eval"]`, `vars(os)["system"]`, `os.__dict__["system"]`."""
        key, pieced = self.text(node.slice, depth + 1)
        found = []
        for holder in self.of(node.value, depth + 1):
            owner = holder.path.removesuffix(".__dict__")
            if holder.path in _TABLES:
                found.append(Name(BUILTINS if key == "__builtins__" else key or UNKNOWN, pieced or holder.pieced))
            elif owner == BUILTINS or owner != holder.path:
                found.append(_below(Name(owner, holder.pieced), key or UNKNOWN, pieced=pieced))
        return tuple(found)

    def _called(self, node: ast.Call, depth: int) -> tuple[Name, ...]:
        """What importing and looking up by name give."""
        first, second = (*node.args, None, None)[:2]
        found: list[Name] = []
        for function in self.of(node.func, depth + 1):
            if function.path in ("globals", "locals", "vars"):
                owners = self.of(first, depth + 1) if first else ()
                found += [Name(f"{owner.path}.__dict__") for owner in owners] or [Name(f"{function.path}()")]
            elif function.path in _IMPORTERS and first is not None:
                text, pieced = self.text(first, depth + 1)
                found += [Name(text, pieced or function.pieced)] if text else []
            elif function.path in _LOOKUPS and first is not None and second is not None:
                text, pieced = self.text(second, depth + 1)
                found += [_below(owner, text or UNKNOWN, pieced=pieced) for owner in self.of(first, depth + 1)]
        return tuple(found[:MEANINGS])

    def text(self, node: ast.expr, depth: int = 0) -> tuple[str | None, bool]:
        """The text an expression always has, None where it is not known; and whether it was put together."""
        if depth > DEPTH:
            return None, False
        if isinstance(node, ast.Constant):
            return (node.value, False) if isinstance(node.value, str) else (None, False)
        if isinstance(node, ast.Name):
            return self.texts.get(node.id), False
        pieces = list(self._pieces(node, depth + 1))
        if not pieces or None in pieces:
            return None, False
        joined = "".join(piece for piece in pieces if piece is not None)
        return (joined, True) if len(joined) <= LENGTH else (None, False)

    def _pieces(self, node: ast.expr, depth: int) -> Iterator[str | None]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from (self.text(side, depth)[0] for side in (node.left, node.right))
        elif isinstance(node, ast.JoinedStr):
            for value in node.values:
                inner = value.value if isinstance(value, ast.FormattedValue) else value
                yield self.text(inner, depth)[0]
        elif isinstance(node, ast.Subscript) and _reverses(node.slice):
            text = self.text(node.value, depth)[0]
            yield text and text[::-1]
        elif isinstance(node, ast.Call):
            yield from self._made(node, depth)

    def _made(self, node: ast.Call, depth: int) -> Iterator[str | None]:
        """`"".join([...])`, `chr(101)`, `bytes.fromhex("6f73").decode()`."""
        function = node.func
        if isinstance(function, ast.Name) and function.id == "chr" and len(node.args) == 1:
            code = node.args[0]
            number = code.value if isinstance(code, ast.Constant) else None
            yield chr(number) if isinstance(number, int) and 0 <= number < 0x110000 else None
        elif isinstance(function, ast.Attribute) and function.attr == "join" and len(node.args) == 1:
            yield from self._joined(function.value, node.args[0], depth)
        else:
            yield None

    def _joined(self, between: ast.expr, items: ast.expr, depth: int) -> Iterator[str | None]:
        glue = self.text(between, depth)[0]
        if glue is None or not isinstance(items, ast.List | ast.Tuple):
            yield None
            return
        for i, item in enumerate(items.elts):
            yield glue if i else ""
            yield self.text(item, depth)[0]


def _choices(node: ast.IfExp | ast.BoolOp | ast.NamedExpr) -> list[ast.expr]:
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    return node.values[:MEANINGS] if isinstance(node, ast.BoolOp) else [node.value]


def _below(owner: Name, name: str, *, pieced: bool = False) -> Name:
    return Name(f"{owner.path}.{name}", owner.pieced or pieced)


def _reverses(index: ast.expr) -> bool:
    step = index.step if isinstance(index, ast.Slice) else None
    return isinstance(step, ast.UnaryOp) and isinstance(step.op, ast.USub)
