"""What torch.export writes beside tensors: descriptions of payloads, and programs (torch/_export/serde, schema.py)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from verifier.errors import Malformed
from verifier.formats._json import Json, parse
from verifier.formats._torch import CODE, FILES, IMPORT, OPERATOR
from verifier.formats._torch.dtypes import DTYPE_SIZES, SCALAR_TYPES
from verifier.formats._torch.formulas import objection
from verifier.formats._torch.script import Deed, operator_deed
from verifier.formats._torch.tensors import fits
from verifier.records import visible

_ARITHMETIC = re.compile(
    "add|and_|eq|floordiv|ge|getitem|gt|le|lshift|lt|mod|mul|ne|neg|not_|or_|pos|pow|rshift|sub|truediv"
)
"""Functions of `_operator` in programs (serialize.py, `_SYM_OPS`); others fetch or call what they are told."""

_SYMBOLIC = re.compile("_sym_sqrt|sym_(?:float|int|ite|max|min|not|sqrt|sum)")
"""Functions of `torch` in programs."""

_HARMLESS_MODULES = frozenset({"builtins", "collections", "torch"})
"""Packages that a description of inputs may import from; all are imported already."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a program.

    Args:
        rule: id.
        steps: to its place in the document.
        what: as written there.
        message: a sentence.
    """

    rule: str
    steps: tuple[str | int, ...]
    what: str
    message: str


@dataclass(frozen=True, slots=True)
class View:
    """A tensor over the raw bytes of a payload; counts are elements. Extents are None where they are symbolic."""

    name: str
    dtype: str
    start: int
    size: tuple[int, ...] | None
    stride: tuple[int, ...] | None

    def fits(self, room: int) -> bool:
        """Whether it lies within that many bytes, which must be whole elements."""
        if room % DTYPE_SIZES[self.dtype]:
            return False
        return self.size is None or self.stride is None or fits(self.start, self.size, self.stride, self.dtype, room)


@dataclass(slots=True)
class Payload:
    """A member that a description names.

    Args:
        path: in the archive.
        views: the tensors over its bytes.
        is_pickled: it is loaded by torch.load or an unpickler, if only for one tensor.
    """

    path: str
    views: list[View]
    is_pickled: bool = False


def payloads(document: Json, folder: str) -> list[Payload]:
    """The members that a `*_config.json` describes.

    Args:
        document: its content.
        folder: in which they are, with its slash.

    Raises:
        Malformed: it is not a PayloadConfig.
    """
    config = document.get("config") if isinstance(document, dict) else None
    if not isinstance(config, dict):
        raise Malformed("it describes no payloads")
    found: dict[str, Payload] = {}
    for name, meta in config.items():
        if not isinstance(meta, dict) or not isinstance(meta.get("path_name"), str):
            raise Malformed(f"its description of {visible(name, 60)} names no payload")
        path = f"{folder}{meta['path_name']}"
        payload = found.setdefault(path, Payload(path, []))
        if meta.get("use_pickle") is False:
            payload.views.append(_view(name, meta.get("tensor_meta")))
        else:
            payload.is_pickled = True
    return list(found.values())


def _view(name: str, meta: Json) -> View:
    match meta:
        case {"dtype": int(number), "sizes": list(sizes), "strides": list(strides), "storage_offset": offset}:
            start = _integer(offset)
            if number in SCALAR_TYPES and start is not None:
                return View(name, SCALAR_TYPES[number], start, _extents(sizes), _extents(strides))
    raise Malformed(f"its description of the tensor {visible(name, 60)} is not understood")


def _integer(value: Json) -> int | None:
    number = value.get("as_int") if isinstance(value, dict) else None
    return number if type(number) is int and number >= 0 else None


def _extents(values: list[Json]) -> tuple[int, ...] | None:
    extents = tuple(extent for extent in map(_integer, values) if extent is not None)
    return extents if len(extents) == len(values) else None


def program_flaws(document: Json, spend: Callable[[int], None]) -> Iterator[Flaw]:
    """What a program calls or has evaluated beside operators that torch knows.

    Args:
        document: its content.
        spend: called with the number of objects that were looked at.
    """
    stack: list[tuple[tuple[str | int, ...], Json]] = [((), document)]
    while stack:
        steps, value = stack.pop()
        spend(1)
        if isinstance(value, dict):
            yield from _object(steps, value)
            stack.extend(((*steps, key), item) for key, item in value.items() if _matters(item))
        elif isinstance(value, list):
            stack.extend(((*steps, i), item) for i, item in enumerate(value) if _matters(item))
        elif isinstance(value, str):
            stack.append((steps, _inner(value)))


def _matters(value: Json) -> bool:
    """Whether a value has parts; descriptions of inputs are JSON in a string, and what they hold may be again."""
    return isinstance(value, dict | list) or (isinstance(value, str) and value.lstrip().startswith(("{", "[")))


def _inner(text: str) -> Json:
    try:
        value = parse(text.encode("utf-8", "replace"), exact=False).value
    except Malformed:
        return None
    return value if isinstance(value, dict | list) else None


def _object(steps: tuple[str | int, ...], value: dict[str, Json]) -> Iterator[Flaw]:
    target = value.get("target")
    if isinstance(target, str) and "inputs" in value:
        yield from _target((*steps, "target"), target)
    texts: list[tuple[tuple[str | int, ...], str | int, Json]] = [(steps, "expr_str", value.get("expr_str"))]
    guards = value.get("guards_code")
    texts += [((*steps, "guards_code"), i, text) for i, text in enumerate(guards if isinstance(guards, list) else [])]
    for where, last, text in texts:
        wrong = objection(text) if isinstance(text, str) else None
        if wrong:
            message = f"Torch evaluates the text {visible(str(text), 80)} as Python, but {wrong}."
            yield Flaw(CODE, (*where, last), str(text), message)
    for key, separator in (("default_factory_module", ""), ("fqn", ":")):
        name = value.get(key)
        if isinstance(name, str) and ("__enum__" in value or not separator):
            module = name.partition(":")[0]
            if module.partition(".")[0] not in _HARMLESS_MODULES:
                message = f"Torch imports {visible(module, 80)} to understand the inputs of the program."
                yield Flaw(IMPORT, (*steps, key), name, message)


def _target(steps: tuple[str | int, ...], target: str) -> Iterator[Flaw]:
    match target.split("."):
        case ["torch", "ops", namespace, operator, *overload] if len(overload) < 2:
            deed = operator_deed(namespace, operator)
            if deed is not None:
                rule = FILES if deed is Deed.FILE else OPERATOR
                yield Flaw(rule, steps, target, f"The program calls {visible(target, 80)}, which {deed.value}.")
        case ["_operator", name] if _ARITHMETIC.fullmatch(name):
            pass
        case ["math", name] if not name.startswith("_"):
            pass
        case ["torch", name] if _SYMBOLIC.fullmatch(name):
            pass
        case _:
            message = (
                f"The program calls {visible(target, 80)}, which is no operator but what Python finds by that name."
            )
            yield Flaw(CODE, steps, target, message)
