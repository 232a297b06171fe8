"""The tensors of a model as a tree of their names, or counted by dtype and shape where a format tells no names."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from verifier.records import Dossier, Value
from verifier.reports._html import MOST, code, fold, text

_DEEPEST = 12
"""Levels of a tree; what is deeper stands in one name."""


@dataclass(slots=True)
class _Node:
    """What names have in common up to a dot; `leaves` are name, dtype, shape and count."""

    nodes: dict[str, _Node] = field(default_factory=dict)
    leaves: list[tuple[str, str, str, int]] = field(default_factory=list)
    tensors: int = 0
    numbers: int = 0


def section(dossier: Dossier) -> str:
    """A fold a file with tensors; empty where no file has any."""
    kinds: dict[str, dict[str, Value]] = {}
    for fact in dossier.facts:
        if fact.kind in ("tensor-count", "parameter-count", "tensor-layout", "tensor-dtypes", "tensor-shapes"):
            kinds.setdefault(fact.evidence.artifact, {})[fact.kind] = fact.value
    files = [(name, told) for name, told in kinds.items() if "tensor-count" in told]
    shown = "".join(_file(name, told) for name, told in files[:MOST])
    more = f"<p>and {len(files) - MOST} more files.</p>\n" if len(files) > MOST else ""
    return f"<h3>Tensors</h3>\n{shown}{more}" if files else ""


def _file(name: str, told: dict[str, Value]) -> str:
    amount = _amount(told["tensor-count"], told.get("parameter-count"))
    tree = _Node()
    named = told.get("tensor-layout")
    for entry in named[:MOST] if isinstance(named, tuple) else ():
        match entry:
            case (str() as path, str() as dtype, str() as shape, int() as count):
                _add(tree, path.split(".", _DEEPEST), (path, dtype, shape, count))
    content = _children(tree) if tree.tensors else _counted(told)
    return fold(f"{text(' → '.join(name.split('!')))} <small>{amount}</small>", content)


def _add(node: _Node, path: list[str], tensor: tuple[str, str, str, int]) -> None:
    _, dtype, shape, count = tensor
    numbers = count * math.prod(int(size) for size in shape.split("x") if size.isdecimal())
    *folders, last = path
    for part in (None, *folders):
        node = node if part is None else node.nodes.setdefault(part, _Node())
        node.tensors += count
        node.numbers += numbers
    node.leaves.append((last, dtype, shape, count))


def _children(node: _Node) -> str:
    folds = []
    for name, child in map(_joined, node.nodes.items()):
        folds.append(fold(f"{code(name)} <small>{_amount(child.tensors, child.numbers)}</small>", _children(child)))
    leaves = "".join(
        f"<li>{code(name)} {_shaped(dtype, shape, count)}</li>\n" for name, dtype, shape, count in node.leaves
    )
    return "".join(folds) + (f"<ul>\n{leaves}</ul>\n" if leaves else "")


def _joined(named: tuple[str, _Node]) -> tuple[str, _Node]:
    """A node that holds nothing but another one, as that one under both names."""
    name, node = named
    while not node.leaves and len(node.nodes) == 1:
        ((more, node),) = node.nodes.items()
        name = f"{name}.{more}"
    return name, node


def _shaped(dtype: str, shape: str, count: int) -> str:
    times = f" <small>{count:,} times</small>" if count > 1 else ""
    return f"{text(dtype)} {_shape(shape)}{times}"


def _shape(shape: str) -> str:
    return text(shape).replace("x", " &times; ") or "scalar"


def _amount(tensors: Value, numbers: Value) -> str:
    told = [
        f"{count:,} {noun}{'' if count == 1 else 's'}"
        for count, noun in ((tensors, "tensor"), (numbers, "parameter"))
        if isinstance(count, int)
    ]
    return ", ".join(told)


def _counted(told: dict[str, Value]) -> str:
    """Dtypes and shapes with the number of tensors that have them."""
    counted = [
        f"<li>{shown(str(value))} <small>{text(str(count))} of them</small></li>\n"
        for kind, shown in (("tensor-dtypes", text), ("tensor-shapes", _shape))
        for value, count in _pairs(told.get(kind))
    ]
    return f"<ul>\n{''.join(counted)}</ul>\n" if counted else "<p>Their names and shapes are not told.</p>\n"


def _pairs(value: Value) -> list[tuple[Value, Value]]:
    entries = value if isinstance(value, tuple) else ()
    return [(entry[0], entry[1]) for entry in entries[:MOST] if isinstance(entry, tuple) and len(entry) == 2]
