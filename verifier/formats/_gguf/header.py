"""GGUF's header, versions 2 and 3, little and big endian (ggml's `docs/gguf.md`).

All arithmetic is exact: sizes that overflow 64 bits in a loader (CVE-2025-53630, CVE-2026-27940, CVE-2026-33298) are
larger than the file here, and refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._context import Budget
from verifier.formats._gguf.cursor import Cursor
from verifier.formats._gguf.settings import setting, size_of
from verifier.formats._gguf.types import ARRAY, STRING, TENSOR_TYPES, UINT32, TensorType
from verifier.records import Reader, Value, visible

MAGIC = b"GGUF"

MAX_KEY = 65535
"""Bytes of a key (the specification)."""

MAX_NAME = 4096
"""Bytes of a tensor's name; llama.cpp allows 63, programs built on ggml more."""

MAX_DIMENSIONS = 4
"""GGML_MAX_DIMS."""

MAX_ELEMENTS = (1 << 63) - 1
"""Elements of a tensor: ggml counts in signed 64 bits."""

MAX_ALIGNMENT = 1 << 16
"""Bytes tensors are aligned to: 32 by default, a memory page at most."""

MAX_NESTING = 4
"""Arrays in arrays; llama.cpp allows none."""

MAX_KEYS = 100_000
MAX_TENSORS = 500_000
"""Entries that are inspected; the largest models have a few thousand."""

MAX_KEPT = 1 << 20
"""Bytes of one template; the longest published have about 30,000."""

MAX_HELD = 16 << 20
"""Characters of all texts that are kept, so that memory does not grow with the file."""

ALIGNMENT = "general.alignment"
ARCHITECTURE = "general.architecture"
GENERAL = "general."

MAX_LISTED = 32
"""Texts of a list, as `general.languages`, that are told."""


class Kept(NamedTuple):
    """A text that is inspected: its key, where its value begins, and the text."""

    key: str
    offset: int
    text: str


class Tensor(NamedTuple):
    """A tensor's description; `begin` counts from the data section, `length` is without padding."""

    name: str
    type: TensorType
    shape: tuple[int, ...]
    elements: int
    begin: int
    length: int
    offset: int


@dataclass(slots=True)
class Header:
    """What a header says.

    Args:
        architecture: as `general.architecture` has it.
        alignment: bytes tensors are aligned to.
        kept: texts whose key speaks of a template.
        settings: key, value and offset of what the file says of itself; of a list the number of its items, as `key#`.
        tensors: in order of appearance.
        duplicates: keys and tensor names that stand twice, and where.
        held: characters of the texts that were kept.
        end: first byte behind the header.
    """

    architecture: str | None = None
    alignment: int = 32
    kept: list[Kept] = field(default_factory=list)
    settings: list[tuple[str, Value, int]] = field(default_factory=list)
    tensors: list[Tensor] = field(default_factory=list)
    duplicates: list[tuple[str, int]] = field(default_factory=list)
    held: int = 0
    end: int = 0

    def keep(self, kept: Kept) -> Kept:
        """Counts a text.

        Raises:
            BudgetExceeded: the file holds more than are inspected.
        """
        self.held += len(kept.text)
        if self.held > MAX_HELD:
            raise BudgetExceeded(f"the texts to be inspected have more than {MAX_HELD} characters in all")
        return kept


def read_header(reader: Reader, budget: Budget) -> Header:
    """Reads the header, passing over values nobody asks for.

    Raises:
        Malformed: it is no header genuine writers produce.
        BudgetExceeded: more entries than are inspected, or a version that is not.
    """
    cursor = Cursor(reader, budget, _order(reader))
    cursor.skip(8)
    tensors, keys = cursor.number("Q"), cursor.number("Q")
    if keys * 13 + tensors * 24 > cursor.left:
        raise Malformed(f"{keys} keys and {tensors} tensors are promised, more than the file can hold", 8)
    if keys > MAX_KEYS or tensors > MAX_TENSORS:
        raise BudgetExceeded(f"the file has {keys} keys and {tensors} tensors, more than are inspected")
    budget.spend_steps(keys + tensors)
    header = Header()
    seen: set[str] = set()
    for _ in range(keys):
        place = cursor.position
        key = cursor.text(MAX_KEY, "a key")
        if not key:
            raise Malformed("a key is empty", place)
        if key in seen:
            header.duplicates.append((key, place))
        seen.add(key)
        _value(cursor, key, header)
    names: set[str] = set()
    for _ in range(tensors):
        tensor = _tensor(cursor)
        if tensor.name in names:
            header.duplicates.append((tensor.name, tensor.offset))
        names.add(tensor.name)
        header.tensors.append(tensor)
    header.end = cursor.position
    return header


def _order(reader: Reader) -> str:
    """The byte order in which the version is plausible: other readers tell it by the lower 16 bits being zero."""
    raw = reader.read_at(0, 8)
    version = int.from_bytes(raw[4:], "little")
    order = "<" if version & 0xFFFF else ">"
    version = version if order == "<" else int.from_bytes(raw[4:], "big")
    if version == 1:
        raise BudgetExceeded("it is of GGUF version 1, of 2023, which is not inspected")
    if version not in {2, 3}:
        raise Malformed(f"there is no GGUF version {version}", 4)
    return order


def _value(cursor: Cursor, key: str, header: Header) -> None:
    kind = cursor.number("I")
    wanted = "template" in key
    if key == ALIGNMENT:
        header.alignment = _alignment(cursor, kind)
    elif kind == ARRAY:
        _listed(cursor, key, header)
    elif kind == STRING and (wanted or key == ARCHITECTURE):
        kept = header.keep(Kept(key, cursor.position, cursor.text(MAX_KEPT, f"the value of {visible(key, 80)}")))
        if wanted:
            header.kept.append(kept)
        else:
            header.architecture = kept.text
    else:
        header.settings += setting(cursor, key, kind)


def _listed(cursor: Cursor, key: str, header: Header) -> None:
    texts: list[Kept] = []
    place, general = cursor.position, key.startswith(GENERAL)
    count = _array(cursor, key, header, header.kept if "template" in key else texts if general else None, 1)
    told = tuple(visible(kept.text) for kept in texts[:MAX_LISTED])
    header.settings.append((visible(key), told, place) if told else (visible(f"{key}#"), count, place))


def _array(cursor: Cursor, key: str, header: Header, keep: list[Kept] | None, depth: int) -> int:
    """Passes over an array, and says how many items it has; keeps its strings where there is a list to keep them in."""
    if depth > MAX_NESTING:
        raise Malformed(f"arrays are nested more than {MAX_NESTING} deep", cursor.position)
    place, kind, count = cursor.position, cursor.number("I"), cursor.number("Q")
    if kind == STRING and keep is not None:
        if count > MAX_KEPT // 8:
            raise BudgetExceeded(f"{visible(key, 80)} lists {count} texts, more than are inspected")
        for _ in range(count):
            text = Kept(key, cursor.position, cursor.text(MAX_KEPT, f"a text of {visible(key, 80)}"))
            keep.append(header.keep(text))
    elif kind == STRING:
        cursor.skip_strings(count)
    elif kind == ARRAY:
        if count * 12 > cursor.left:
            raise Malformed(f"{count} arrays are promised, more than the file can hold", place)
        for _ in range(count):
            cursor.spend()
            _array(cursor, key, header, keep, depth + 1)
    else:
        cursor.skip(count * size_of(cursor, kind))
    return count


def _alignment(cursor: Cursor, kind: int) -> int:
    place = cursor.position
    alignment = cursor.number("I") if kind == UINT32 else 0
    if alignment.bit_count() != 1 or alignment > MAX_ALIGNMENT:
        raise Malformed(f"{ALIGNMENT} is no power of two of at most {MAX_ALIGNMENT}, of 32 bits", place)
    return alignment


def _tensor(cursor: Cursor) -> Tensor:
    place = cursor.position
    name = cursor.text(MAX_NAME, "the name of a tensor")
    shown = f"the tensor {visible(name, 80)}"
    count = cursor.number("I")
    if count > MAX_DIMENSIONS:
        raise Malformed(f"{shown} has {count} dimensions; ggml knows {MAX_DIMENSIONS}", place)
    shape = [cursor.number("Q") for _ in range(count)]
    kind, begin = cursor.number("I"), cursor.number("Q")
    if kind not in TENSOR_TYPES:
        raise Malformed(f"{shown} is of the unknown type {kind}", place)
    elements = 1
    for size in shape:
        elements *= size
        if elements > MAX_ELEMENTS or size > MAX_ELEMENTS:
            raise Malformed(f"{shown} has more elements than 63 bits can count", place)
    type_ = TENSOR_TYPES[kind]
    if (shape or [1])[0] % type_.elements:
        raise Malformed(f"{shown} has rows of {shape[:1]} elements, no multiple of {type_.elements} as its type", place)
    return Tensor(name, type_, tuple(shape), elements, begin, elements // type_.elements * type_.bytes, place)
