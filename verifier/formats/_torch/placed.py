"""Where in a torch archive the tensors of a state dictionary lie."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats._context import Budget
from verifier.formats._pickle.events import Fill, Method
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._pickle.values import Dict, Global, Persistent, Result, Tuple, Value
from verifier.formats._torch.dtypes import DTYPE_SIZES
from verifier.formats._torch.layout import Layout
from verifier.formats._torch.tensors import Storage, Tensors
from verifier.formats._zip.archive import Archive
from verifier.formats._zip.entries import STORED, Entry
from verifier.records import Reader, visible
from verifier.records.tensor import Placed

_NAMES: Final = {
    "bfloat16": "BF16",
    "bool": "BOOL",
    "float16": "F16",
    "float32": "F32",
    "float64": "F64",
    "int16": "I16",
    "int32": "I32",
    "int64": "I64",
    "int8": "I8",
    "uint8": "U8",
}
"""torch's dtypes as safetensors spells them."""


def placed_tensors(reader: Reader, budget: Budget) -> tuple[Placed, ...]:
    """The tensors by the names that dictionaries of the archive's pickle give them; views of odd strides are left out.

    Raises:
        Malformed: the archive or its pickle cannot be read to an end.
        BudgetExceeded: either is too large.
    """
    archive = Archive(reader)
    layout = Layout(archive.entries)
    pickle = layout.find("data.pkl")
    if pickle is None:
        raise Malformed("it has no data.pkl")
    found: dict[str, Placed] = {}
    for name, tensor in _named(archive.open(pickle, budget), budget):
        place = _placed(name, tensor, archive, layout, pickle)
        if place is not None:
            found[name] = place
    return tuple(found.values())


def _named(body: Reader, budget: Budget) -> Iterator[tuple[str, Result]]:
    """Yields names and what they stand for, of every dictionary with names for keys."""
    stream = PickleStream(body, 0, budget)
    queue: list[Value] = [e.items for e in stream if isinstance(e, Fill) and e.method is Method.SETITEM]
    if not stream.summary.complete:
        raise Malformed("its pickle cannot be read to an end")
    queue.append(stream.summary.value)
    seen = set[int]()
    for items in queue:  # grows while it is walked
        if not isinstance(items, Dict) or id(items) in seen:
            continue
        seen.add(id(items))
        for name, value in items.pairs():
            if isinstance(value, Dict):
                queue.append(value)
            elif isinstance(name, str) and isinstance(value, Result):
                yield visible(name, 1000), value


def _placed(name: str, tensor: Result, archive: Archive, layout: Layout, pickle: Entry) -> Placed | None:
    storage, start, shape, stride = _view(tensor)
    if storage is None or storage.dtype not in _NAMES or stride != _contiguous(shape):
        return None
    entry = layout.storage(pickle, storage.key)
    size = DTYPE_SIZES[storage.dtype]
    length = math.prod(shape) * size
    if entry is None or entry.method != STORED or entry.is_encrypted or not layout.holds(pickle, entry, storage.nbytes):
        return None
    if start * size + length > entry.size:
        return None
    return Placed(name, _NAMES[storage.dtype], shape, archive.local(entry).data + start * size, length)


def _view(tensor: Result) -> tuple[Storage | None, int, tuple[int, ...], tuple[int, ...]]:
    """Storage, first element, shape and strides of what rebuilds a tensor or a parameter."""
    match tensor:
        case Result(Global("torch._utils", "_rebuild_parameter"), Tuple([Result() as data, *_])):
            return _view(data)
        case Result(
            Global("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2"),
            Tuple([Persistent(identity), int(start), Tuple(shape), Tuple(stride), *_]),
        ) if start >= 0:
            return Tensors().storage(identity), start, _extents(shape), _extents(stride)
    return None, 0, (), ()


def _extents(values: list[Value]) -> tuple[int, ...]:
    return tuple(value if type(value) is int and value >= 0 else 0 for value in values)


def _contiguous(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Strides of rows that follow each other."""
    return tuple(math.prod(shape[place + 1 :]) for place in range(len(shape)))
