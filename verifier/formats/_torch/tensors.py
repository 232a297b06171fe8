"""Storages and tensors as a torch pickle names them, gathered while its events go by."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from verifier.formats._pickle.events import Call, Event, PersistentLoad
from verifier.formats._pickle.rendering import render
from verifier.formats._pickle.values import Global, Persistent, Tuple, Value
from verifier.formats._shapes import shapes_of
from verifier.formats._torch import IDENTITY, MISMATCH, PACKAGE
from verifier.formats._torch.dtypes import DTYPE_SIZES, PACKED, STORAGES
from verifier.records import Artifact, Evidence, Fact, Finding, visible

_REBUILDS = {"_rebuild_tensor": 4, "_rebuild_tensor_v2": 6, "_rebuild_tensor_v3": 7, "_rebuild_qtensor": 7}
"""Functions of torch._utils that lay a tensor over a storage, and the least arguments they take."""

MOST_PROBLEMS = 1000
"""Findings about one pickle; further ones say nothing new."""

_UNPACKS_SCRIPT = ("torch.jit._script", "unpackage_script_module")
"""What torch.package calls to load TorchScript that is in the archive."""


class Dialect(Enum):
    """What persistent ids a loader knows (`persistent_load` in torch/serialization.py, torch/package)."""

    ZIP = "zip"
    """`("storage", class, key, location, elements)`."""
    LEGACY = "legacy"
    """The same with a sixth field for views, and `("module", class, file, source)` (before torch 1.6)."""
    PACKAGE = "package"
    """Numbers for keys, and `("reduce_package", number, function, arguments)`, which calls the function."""


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
        dialect: of the loader.

    Attributes:
        storages: by key; of a key that is named twice the first counts, as it does for torch.
    """

    dialect: Dialect = Dialect.ZIP
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
        """`tensor-count`, `parameter-count`, `tensor-dtypes`, `tensor-shapes` of distinct tensors, if any."""
        yield from tensor_facts(self._tensors, artifact, how)

    def findings(self, artifact: Artifact, how: str) -> Iterator[Finding]:
        """Ids that name no storage, and tensors and storages that contradict each other."""
        for rule, offset, message in self._problems:
            yield Finding(rule, (Evidence(artifact.name, message, how, offset),), f"{message}.")

    def _problem(self, rule: str, event: Event, message: str) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append((rule, event.offset, message))

    def _identified(self, event: PersistentLoad) -> None:
        identity = event.value.id
        named = self.storage(identity)
        if named is not None:
            known = self.storages.setdefault(named.key, named)
            if known.nbytes != named.nbytes:
                message = f"Storage {visible(named.key, 60)} is a {known.title} and a {named.title} at once"
                self._problem(MISMATCH, event, message)
        elif self.dialect is Dialect.PACKAGE and _kind(identity) == "reduce_package":
            self._reduced(event)
        elif not (self.dialect is Dialect.LEGACY and _is_module(identity)):
            message = f"The persistent id {render(identity)} names no tensor storage"
            self._problem(IDENTITY, event, message)

    def _reduced(self, event: PersistentLoad) -> None:
        fields = event.value.id.items if isinstance(event.value.id, Tuple) else []
        function = fields[-2] if len(fields) in (3, 4) else None
        if not (isinstance(function, Global) and (function.module, function.name) == _UNPACKS_SCRIPT):
            message = f"A persistent id makes torch.package call {render(function)} as it loads"
            self._problem(PACKAGE, event, message)

    def storage(self, identity: Value) -> Storage | None:
        fields = identity.items if isinstance(identity, Tuple) else []
        if len(fields) != (6 if self.dialect is Dialect.LEGACY else 5) or fields[0] != "storage":
            return None
        _, kind, key, location, numel, *view = fields
        if not isinstance(kind, Global) or kind.module not in ("torch", "torch.storage") or kind.name not in STORAGES:
            return None
        if self.dialect is Dialect.PACKAGE and type(key) is int:
            key = str(key)
        if not isinstance(key, str) or not isinstance(location, str) or type(numel) is not int or numel < 0:
            return None
        return Storage(key, kind.name, numel) if all(_is_view(each, numel) for each in view) else None

    def _rebuilt(self, event: Call, function: str) -> None:
        args = event.args.items if isinstance(event.args, Tuple) else []
        if len(args) < _REBUILDS.get(function, sys.maxsize):
            return
        storage = self.storage(args[0].id) if isinstance(args[0], Persistent) else None
        start, size, stride = args[1], _extents(args[2]), _extents(args[3])
        if storage is None or type(start) is not int or size is None or stride is None:
            return
        dtype = storage.dtype
        if function == "_rebuild_tensor_v3" and isinstance(args[6], Global):
            dtype = args[6].name
        self._tensors[storage.key, start, size] = dtype
        if not fits(start, size, stride, dtype, storage.nbytes):
            seen = f"size {size}, stride {stride}, offset {start}"
            message = f"A tensor of {seen} does not fit into its {storage.title}"
            self._problem(MISMATCH, event, message)


def fits(start: int, size: tuple[int, ...], stride: tuple[int, ...], dtype: str, room: int) -> bool:
    """Whether a tensor lies within the `room` bytes of a storage; extents and start count elements, none negative."""
    if start < 0 or len(size) != len(stride):
        return False
    reach = start + sum((extent - 1) * step for extent, step in zip(size, stride, strict=True)) + 1
    return 0 in size or -(-reach // PACKED.get(dtype, 1)) * DTYPE_SIZES.get(dtype, 1) <= room


def tensor_facts(tensors: dict[tuple[str, int, tuple[int, ...]], str], artifact: Artifact, how: str) -> Iterator[Fact]:
    """What distinct tensors amount to: by storage, start and size to the name of their dtype."""
    if not tensors:
        return
    counts = Counter(tensors.values())
    for kind, value in (
        ("tensor-count", len(tensors)),
        ("parameter-count", sum(math.prod(size) for _, _, size in tensors)),
        ("tensor-dtypes", tuple((dtype, counts[dtype]) for dtype in sorted(counts))),
        ("tensor-shapes", shapes_of(size for _, _, size in tensors)),
    ):
        yield Fact(kind, value, Evidence(artifact.name, f"{kind} {value}", how))


def _kind(identity: Value) -> Value:
    return identity.items[0] if isinstance(identity, Tuple) and identity.items else None


def _is_view(view: Value, numel: int) -> bool:
    if view is None:
        return True
    match view.items if isinstance(view, Tuple) else []:
        case [str(), int(start), int(length)]:
            return start >= 0 and length >= 0 and start + length <= numel
    return False


def _is_module(identity: Value) -> bool:
    fields = identity.items if isinstance(identity, Tuple) else []
    return len(fields) == 4 and fields[0] == "module" and isinstance(fields[1], Global)


def _extents(value: Value) -> tuple[int, ...] | None:
    fields = value.items if isinstance(value, Tuple) else [None]
    extents = tuple(extent for extent in fields if type(extent) is int and extent >= 0)
    return extents if len(extents) == len(fields) else None
