"""What a program in a torch file can reach outside the model (torch/csrc/jit/frontend; ATen's native_functions.yaml).

TorchScript's loading runs `__setstate__`, calling the model runs the rest; neither needs a pickle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from verifier.errors import Malformed

_FILE_OPERATORS = frozenset({"from_file", "save"})
"""Operators of `aten` that open a path the model chooses (aten/src/ATen/native/native_functions.yaml)."""

_FILE_EXTENSIONS = frozenset(
    {
        ("image", "decode_image_file"),
        ("image", "read_file"),
        ("image", "write_file"),
        ("torchaudio", "sox_effects_apply_effects_file"),
        ("torchaudio", "sox_io_load_audio_file"),
        ("torchaudio", "sox_io_save_audio_file"),
    }
)
"""Operators of torchvision and torchaudio that do."""

_KNOWN_NAMESPACES = frozenset(
    {
        "_caffe2",
        "_quantized",
        "aten",
        "c10",
        "cuda",
        "higher_order",
        "image",
        "mkl",
        "mkldnn",
        "mkldnn_prepacked",
        "onednn",
        "prepacked",
        "prim",
        "prims",
        "quantized",
        "sparse",
        "torchaudio",
        "torchvision",
        "xnnpack",
    }
)
"""Operator namespaces that torch, torchvision and torchaudio register themselves."""

_KNOWN_CLASSES = frozenset(
    {
        "cuda",
        "metal",
        "mkldnn",
        "mkldnn_prepacked",
        "profiler",
        "quantized",
        "rnn",
        "sparse",
        "vulkan",
        "xnnpack",
    }
)
"""Namespaces of compiled classes in torch that hold numbers only; those of `c10d` and `dist_rpc` open connections."""

_REMOTE_CALLS = frozenset({"rpc_async", "rpc_remote", "rpc_sync"})
"""What runs a function in another process (torch/csrc/jit/frontend/ir_emitter.cpp)."""

_TOKEN = re.compile(
    r"""(?P<blank>\s+|\\\n|\#[^\n]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*"(?!"))
    |(?P<quote>["'])
    |(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)
    |(?P<name>\w+)
    |(?P<mark>.)""",
    re.DOTALL | re.VERBOSE | re.ASCII,
)
_QUALIFIED = re.compile(rb"(?:X(..)\0\0|\x8c(.))(\w{1,255})::(\w{1,255})", re.DOTALL)
"""A qualified name as BINUNICODE and SHORT_BINUNICODE push it, by its length: the next opcode may be a letter."""

_CLASS = re.compile(rb"__torch__\.torch\.classes\.(\w{1,64})\.")

_KEPT = 4
"""Names of a dotted name that are kept beside its last one."""


class Deed(Enum):
    """What is wrong with a reference."""

    FILE = "opens a file that the model names"
    FOREIGN = "runs compiled code, or another process, that is not in the archive"
    HIDDEN = "keeps an operator from being seen; no version of torch writes this"


@dataclass(frozen=True, slots=True)
class Reach:
    """A reference that reaches outside.

    Args:
        offset: in the text.
        operator: as written, without spaces.
        deed: what it does.
    """

    offset: int
    operator: str
    deed: Deed


def reaches(source: str) -> Iterator[Reach]:
    """The references in a TorchScript source to operators that open files, or that nobody knows.

    Operators are reached through the names `torch` and `ops` alone, which torch writes out wherever it uses them.

    Raises:
        Malformed: it is not written as torch writes sources, so that strings and code cannot be told apart.
    """
    for offset, names, following in _references(source):
        deed = _deed(names, following)
        if deed is not None:
            yield Reach(offset, ".".join(names), deed)


def bytecode_reaches(raw: bytes) -> Iterator[Reach]:
    """The same of the texts in a `bytecode.pkl`, which the mobile interpreter runs instead of sources.

    Args:
        raw: the pickle; bytes that only look like a text are taken for one.
    """
    for match in _QUALIFIED.finditer(raw):
        length = int.from_bytes(match[1] or match[2], "little")
        namespace, _, operator = raw[match.start(3) : match.end()][:length].decode().partition("::")
        deed = operator_deed(namespace, operator)
        if deed is not None:
            yield Reach(match.start(3), f"{namespace}.{operator}", deed)
    for match in _CLASS.finditer(raw):
        if match[1].decode() not in _KNOWN_CLASSES:
            yield Reach(match.start(), match[0].decode().rstrip("."), Deed.FOREIGN)


def operator_deed(namespace: str, operator: str) -> Deed | None:
    """What is wrong with an operator by its names, without overload; None for those known and harmless."""
    if namespace == "prim" and operator in _REMOTE_CALLS:
        return Deed.FOREIGN
    if operator in _FILE_OPERATORS or (namespace, operator) in _FILE_EXTENSIONS:
        return Deed.FILE
    return None if namespace in _KNOWN_NAMESPACES else Deed.FOREIGN


def _deed(names: list[str], following: str) -> Deed | None:
    match names:
        case ["torch" | "ops"] | ["ops", _]:
            is_assigned = following in ("=", ":") and len(names) == 1
            return None if is_assigned else Deed.HIDDEN
        case ["torch", *_, operator]:
            return operator_deed("aten", operator)
        case ["ops", namespace, operator, *_]:
            return operator_deed(namespace, operator)
        case ["__torch__", "torch", "classes", namespace, *_]:
            return None if namespace in _KNOWN_CLASSES else Deed.FOREIGN
        case [function] if function in _REMOTE_CALLS and following == "(":
            return Deed.FOREIGN
    return None


def _references(source: str) -> Iterator[tuple[int, list[str], str]]:
    """Every dotted name that does not continue an expression: where, its names, and the mark behind it; one pass.

    Of a long one the first `_KEPT` names and the last are kept.
    """
    names: list[str] = []
    offset, dotted = 0, False
    for match in _TOKEN.finditer(source):
        if match["blank"]:
            continue
        if match["quote"]:
            raise Malformed("the source quotes text in a way that torch does not", match.start())
        if match["name"] and dotted:
            names = [*names[:_KEPT], match["name"]] if names else names
            dotted = False
            continue
        if match["mark"] == "." and not dotted:
            dotted = True
            continue
        if names:
            yield offset, names, match["mark"] or ""
        names, dotted = ([match["name"]], False) if match["name"] else ([], False)
        offset = match.start()
    if names:
        yield offset, names, ""
