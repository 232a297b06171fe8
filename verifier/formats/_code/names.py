"""What expressions of a module refer to: dotted names through imports and aliases, and texts made of pieces."""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field

LENGTH = 300
"""Characters of a dotted name, or of a text that is put together, that are followed."""

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
    _known: dict[int, tuple[Name, ...]] = field(default_factory=dict)
    _said: dict[int, tuple[str | None, bool]] = field(default_factory=dict)

    def learn(self, node: ast.AST) -> None:
        """Takes in what a statement binds; before anything is asked."""
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
            self._alias(target.id, found)
        self._known.clear()
        self._said.clear()

    def of(self, node: ast.expr) -> tuple[Name, ...]:
        """What an expression may refer to; what is said of a node is kept."""
        for inner in _from_below(node, self._known, _owners):
            self._known[id(inner)] = tuple(dict.fromkeys(self._meant(inner)))[:MEANINGS]
        return self._known[id(node)]

    def _meant(self, node: ast.expr) -> Iterator[Name]:
        """What an expression may refer to, once that is known of what it is made of."""
        if isinstance(node, ast.Name):
            yield from self._plain(node.id)
        elif isinstance(node, ast.Attribute):
            yield from (_below(owner, node.attr) for owner in self._known[id(node.value)])
        elif isinstance(node, ast.IfExp | ast.BoolOp | ast.NamedExpr):
            yield from (name for value in _owners(node) for name in self._known[id(value)])
        elif isinstance(node, ast.Subscript):
            yield from self._item(node)
        elif isinstance(node, ast.Call):
            yield from self._called(node)

    def _plain(self, name: str) -> tuple[Name, ...]:
        if name in ("__builtins__", "__builtin__"):
            return (Name(BUILTINS),)
        own = (Name(name),) if name in _KNOWN else ()
        return (*self.aliases.get(name, ()), *own)

    def _item(self, node: ast.Subscript) -> Iterator[Name]:
        """`sys.modules["os"]`, `__builtins__["eval"]`, `vars(os)["system"]`, `os.__dict__["system"]`."""
        key, pieced = self.text(node.slice)
        for holder in self._known[id(node.value)]:
            owner = holder.path.removesuffix(".__dict__")
            if holder.path in _TABLES:
                yield Name(BUILTINS if key == "__builtins__" else key or UNKNOWN, pieced or holder.pieced)
            elif owner == BUILTINS or owner != holder.path:
                yield _below(Name(owner, holder.pieced), key or UNKNOWN, pieced=pieced)

    def _called(self, node: ast.Call) -> Iterator[Name]:
        """What importing and looking up by name give."""
        first, second = (*node.args, None, None)[:2]
        owners = self._known[id(first)] if first else ()
        for function in self._known[id(node.func)]:
            if function.path in ("globals", "locals", "vars"):
                yield from [Name(f"{owner.path}.__dict__") for owner in owners] or [Name(f"{function.path}()")]
            elif function.path in _IMPORTERS and first is not None:
                text, pieced = self.text(first)
                yield from [Name(text, pieced or function.pieced)] if text else []
            elif function.path in _LOOKUPS and second is not None:
                text, pieced = self.text(second)
                yield from (_below(owner, text or UNKNOWN, pieced=pieced) for owner in owners)

    def text(self, node: ast.expr) -> tuple[str | None, bool]:
        """The text an expression always has, None where it is not known; and whether it was put together."""
        for inner in _from_below(node, self._said, _pieces):
            self._said[id(inner)] = self._reads(inner)
        return self._said[id(node)]

    def _reads(self, node: ast.expr) -> tuple[str | None, bool]:
        if isinstance(node, ast.Constant):
            return (node.value, False) if isinstance(node.value, str) else (None, False)
        if isinstance(node, ast.Name):
            return self.texts.get(node.id), False
        if (code := _character(node)) is not None:
            return code, True
        glue, length, pieces = "", 0, []
        for piece in _pieces(node):
            text = self._said[id(piece)][0]
            length += len(text or "")
            if text is None or length > LENGTH:
                return None, False
            pieces.append(text)
        if isinstance(node, ast.Call) and pieces:
            glue = pieces.pop(0)
        if len(glue) * len(pieces) > LENGTH:
            return None, False
        joined = glue.join(pieces)
        return (joined[:: -1 if isinstance(node, ast.Subscript) else 1], True) if pieces else (None, False)


def _from_below(
    node: ast.expr, known: Container[int], parts: Callable[[ast.expr], list[ast.expr]]
) -> Iterator[ast.expr]:
    """The parts of an expression that are not known yet, innermost first; each is known when asked on."""
    stack = [node]
    while stack:
        waiting = [part for part in parts(stack[-1]) if id(part) not in known] if id(stack[-1]) not in known else []
        if waiting:
            stack += waiting
            continue
        inner = stack.pop()
        if id(inner) not in known:
            yield inner


def _owners(node: ast.expr) -> list[ast.expr]:
    """The parts of an expression that decide what it refers to."""
    if isinstance(node, ast.Attribute | ast.Subscript | ast.NamedExpr):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return node.values[:MEANINGS]
    return [node.func, *node.args[:1]] if isinstance(node, ast.Call) else []


def _pieces(node: ast.expr) -> list[ast.expr]:
    """The parts a text is put together from; of `"".join([...])`, what stands between them first."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [node.left, node.right]
    if isinstance(node, ast.JoinedStr):
        return [value.value if isinstance(value, ast.FormattedValue) else value for value in node.values]
    if isinstance(node, ast.Subscript) and _reverses(node.slice):
        return [node.value]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
        items = node.args[0] if len(node.args) == 1 else None
        return [node.func.value, *items.elts] if isinstance(items, ast.List | ast.Tuple) else []
    return []


def _character(node: ast.expr) -> str | None:
    """`chr(101)`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "chr" and node.args):
        return None
    code = node.args[0]
    number = code.value if isinstance(code, ast.Constant) else None
    return chr(number) if isinstance(number, int) and 0 <= number < 0x110000 else None


def _below(owner: Name, name: str, *, pieced: bool = False) -> Name:
    path = owner.path if name == "__call__" or len(owner.path) + len(name) > LENGTH else f"{owner.path}.{name}"
    return Name(path, owner.pieced or pieced)


def _reverses(index: ast.expr) -> bool:
    step = index.step if isinstance(index, ast.Slice) else None
    return isinstance(step, ast.UnaryOp) and isinstance(step.op, ast.USub)
