"""Storages and tensors as a torch pickle names them, gathered while its events go by."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from verifier.formats._pickle.events import Call, Event, PersistentLoad
from verifier.formats._pickle.values import Global, Persistent, Tuple, Value, render
from verifier.formats._torch.dtypes import DTYPE_SIZES, STORAGES
from verifier.records import Artifact, Evidence, Fact, Finding, visible

MISMATCH = "torch-storage-mismatch"
IDENTITY = "pickle-persistent-id"
RULES = (IDENTITY, MISMATCH)

_REBUILDS = {"_rebuild_tensor": 4, "_rebuild_tensor_v2": 6, "_rebuild_tensor_v3": 7, "_rebuild_qtensor": 7}
"""Functions of torch._utils that lay a tensor over a storage, and the least arguments they take."""


@dataclass(frozen=True, slots=True)
class Storage:
    """A storage as a persistent id names it.

    Args:
        key: under which the bytes stand in the file.
        kind: the storage class.
        numel: elements.
    """

    key: str
    kind: str
    numel: int

    @property
    def dtype(self) -> str:
        """Name of the dtype its elements have."""
        return STORAGES[self.kind]

    @property
    def nbytes(self) -> int:
        """Bytes its elements take."""
        return self.numel * DTYPE_SIZES[self.dtype]

    @property
    def title(self) -> str:
        """For people."""
        return f"tensor storage of {self.numel} torch.{self.kind} elements"


@dataclass(slots=True)
class Tensors:
    """Observes the events of torch pickles.

    Args:
        legacy: ids have a sixth field for views, and classes of modules come with their source (before torch 1.6).

    Attributes:
        storages: by key.
    """

    legacy: bool = False
    storages: dict[str, Storage] = field(default_factory=dict)
    _tensors: dict[tuple[str, int, tuple[int, ...]], str] = field(default_factory=dict)
    _problems: list[tuple[str, int, str]] = field(default_factory=list)

    def observe(self, event: Event) -> None:
        """Takes note of a persistent id, or of a tensor laid over a storage."""
        if isinstance(event, PersistentLoad):
            self._identified(event)
        elif isinstance(event, Call) and isinstance(event.callee, Global) and event.callee.module == "torch._utils":
            self._rebuilt(event, event.callee.name)

    def facts(self, artifact: Artifact, how: str) -> Iterator[Fact]:
        """`tensor-count`, `parameter-count` (of distinct tensors) and `tensor-dtypes`; nothing without tensors."""
        if self._tensors:
            counts = Counter(self._tensors.values())
            yield from (
                Fact(kind, value, Evidence(artifact.name, f"{kind} {value}", how))
                for kind, value in (
                    ("tensor-count", len(self._tensors)),
                    ("parameter-count", sum(math.prod(size) for _, _, size in self._tensors)),
                    ("tensor-dtypes", tuple((dtype, counts[dtype]) for dtype in sorted(counts))),
                )
            )

    def findings(self, artifact: Artifact, how: str) -> Iterator[Finding]:
        """Ids that name no storage, and tensors and storages that contradict each other."""
        for rule, offset, message in self._problems:
            yield Finding(rule, (Evidence(artifact.name, message, how, offset),), f"{message}.")

    def _identified(self, event: PersistentLoad) -> None:
        identity = event.value.id
        named = self._storage(identity)
        if named is not None:
            known = self.storages.setdefault(named.key, named)
            if known.nbytes != named.nbytes:
                message = f"Storage {visible(named.key, 60)} is a {known.title} and a {named.title} at once"
                self._problems.append((MISMATCH, event.offset, message))
        elif not (self.legacy and _is_module(identity)):
            message = f"The persistent id {render(identity)} names no tensor storage"
            self._problems.append((IDENTITY, event.offset, message))

    def _storage(self, identity: Value) -> Storage | None:
        fields = identity.items if isinstance(identity, Tuple) else []
        if len(fields) != (6 if self.legacy else 5) or fields[0] != "storage":
            return None
        _, kind, key, location, numel, *view = fields
        if not isinstance(kind, Global) or kind.module not in ("torch", "torch.storage") or kind.name not in STORAGES:
            return None
        if not isinstance(key, str) or not isinstance(location, str) or type(numel) is not int or numel < 0:
            return None
        return Storage(key, kind.name, numel) if all(map(_is_view, view)) else None

    def _rebuilt(self, event: Call, function: str) -> None:
        args = event.args.items if isinstance(event.args, Tuple) else []
        if len(args) < _REBUILDS.get(function, sys.maxsize):
            return
        storage = self._storage(args[0].id) if isinstance(args[0], Persistent) else None
        start, size, stride = args[1], _extents(args[2]), _extents(args[3])
        if storage is None or type(start) is not int or size is None or stride is None:
            return
        dtype = storage.dtype
        if function == "_rebuild_tensor_v3" and isinstance(args[6], Global):
            dtype = args[6].name
        self._tensors[storage.key, start, size] = dtype
        reach = start + sum((extent - 1) * step for extent, step in zip(size, stride, strict=False)) + 1
        outside = 0 not in size and reach * DTYPE_SIZES.get(dtype, 1) > storage.nbytes
        if outside or start < 0 or len(size) != len(stride):
            seen = f"size {size}, stride {stride}, offset {start}"
            message = f"A tensor of {seen} does not fit into its {storage.title}"
            self._problems.append((MISMATCH, event.offset, message))


def _is_view(view: Value) -> bool:
    if view is None:
        return True
    fields = view.items if isinstance(view, Tuple) else []
    return len(fields) == 3 and isinstance(fields[0], str) and all(type(f) is int and f >= 0 for f in fields[1:])


def _is_module(identity: Value) -> bool:
    fields = identity.items if isinstance(identity, Tuple) else []
    return len(fields) == 4 and fields[0] == "module" and isinstance(fields[1], Global)


def _extents(value: Value) -> tuple[int, ...] | None:
    fields = value.items if isinstance(value, Tuple) else [None]
    extents = tuple(extent for extent in fields if type(extent) is int and extent >= 0)
    return extents if len(extents) == len(fields) else None
