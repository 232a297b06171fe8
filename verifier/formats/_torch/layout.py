"""Where things stand in a torch archive.

Torch's reader takes the first member's folder for the archive's own, refuses members elsewhere, and finds them whatever
the case of their names (caffe2/serialize/inline_container.cc; torch/package; torch/export/pt2_archive).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from verifier.formats._torch.tensors import Dialect
from verifier.formats._zip.entries import Entry
from verifier.records import visible

_MARKS = frozenset({"data.pkl", "constants.pkl", "bytecode.pkl", ".data/extern_modules", "archive_format"})
"""Members one of which every torch archive has."""

_TOKENS = {
    "version": re.compile(rb"\d{1,9}\n?"),
    ".data/version": re.compile(rb"\d{1,9}\n?"),
    ".data/serialization_id": re.compile(rb"\d{1,64}"),
    ".data/python_version": re.compile(rb"[\d.]{1,20}"),
    ".format_version": re.compile(rb"\d{1,9}"),
    ".storage_alignment": re.compile(rb"\d{1,9}"),
    "byteorder": re.compile(rb"little|big"),
    "archive_format": re.compile(rb"pt2"),
    "archive_version": re.compile(rb"\d{1,9}"),
}
"""Members that hold one word, and that word."""

_COMPANIONS = frozenset({*_TOKENS, "data/0", "constants.pkl"})
"""Members that tell a torch archive from any zip that happens to hold a `data.pkl`."""

TOKEN_LIMIT = 64
"""Bytes such a member may have."""

_STORAGES = {
    "data.pkl": ("data/{}",),
    "constants.pkl": ("constants/{}",),
    "bytecode.pkl": ("constants/{}", "bytecode/{}", "data/{}"),
    "traced_inputs.pkl": ("traced_inputs/{}",),
}
"""Pickle to the places of its storages by key."""

_PACKAGED = (".data/{}.storage", ".data/{}")
"""Where a torch.package keeps the storages of all its pickles; the keys in those of TorchScript bring the ending."""

_WITHOUT_NUMBERS = "traced_inputs.pkl"
"""The pickle whose storages torch.jit leaves empty: it reads the shapes alone."""

_MODULE = re.compile(r"(?:code/|\.data/ts_code/(?:\d+/)?code/)(__torch__(?:/\w+)*)\.py")
_PAYLOADS = re.compile(r"data/(weights|constants)/.+_\1_config\.json")
_PROGRAM = re.compile(r"models/.+\.json")
_STORAGE = re.compile(r"data/[^/]+")
_OPAQUE = re.compile(r"data/constants/opaque_obj_\d+")


def root_of(entries: Sequence[Entry]) -> str:
    """The archive's own folder with its slash; empty where the first member is in none."""
    head, slash, _ = entries[0].name.partition("/") if entries else ("", "", "")
    return head + slash if slash else ""


def is_torch(entries: Sequence[Entry]) -> bool:
    """Whether the members are those of a torch archive, wherever in it they stand."""
    tails = {tail for entry in entries for tail in _tails(entry.name.casefold())}
    return not tails.isdisjoint(_MARKS) and not tails.isdisjoint(_COMPANIONS)


def _tails(name: str) -> Iterator[str]:
    """The name without its first folder, and its last one and two parts."""
    head, _, rest = name.partition("/")
    yield rest
    yield "/".join(name.rsplit("/", 2)[-2:])
    yield name.rpartition("/")[2] if head and rest else ""


@dataclass(slots=True)
class Layout:
    """The members of a torch archive by what they are.

    Args:
        entries: of the zip.

    Attributes:
        root: see `root_of`.
    """

    entries: Sequence[Entry]
    root: str = ""
    _by_path: dict[str, Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = root_of(self.entries)
        self._by_path = {self.path(entry).casefold(): entry for entry in self.entries}

    def path(self, entry: Entry) -> str:
        """A member's name without the archive's own folder; the whole name where it stands elsewhere."""
        return entry.name.removeprefix(self.root)

    def find(self, path: str) -> Entry | None:
        """The member at a path, as torch looks it up; the last one where there are several."""
        return self._by_path.get(path.casefold())

    def storage(self, pickle: Entry, key: str) -> Entry | None:
        """The member that holds the storage a pickle names by key."""
        places = _STORAGES.get(self.path(pickle).casefold(), ())
        for place in (*places, *_PACKAGED) if self.is_package else places:
            found = self.find(place.format(key))
            if found is not None:
                return found
        return None

    def holds(self, pickle: Entry, storage: Entry, size: int) -> bool:
        """Whether a member is as large as the storage a pickle names, and nothing else that torch reads."""
        shapes_only = self.path(pickle) == _WITHOUT_NUMBERS and storage.size == 0
        return not self.is_read_otherwise(storage) and (storage.size == size or shapes_only)

    def blanks(self, named: Container[int]) -> list[str]:
        """Names of empty members in the places of storages whose indexes are not among the named; torch writes none."""
        if self.is_export:
            return []
        left = (entry for entry in self.entries if entry.size == 0 and entry.index not in named)
        return [entry.name for entry in left if _STORAGE.fullmatch(self.path(entry))]

    def is_read_otherwise(self, entry: Entry) -> bool:
        """Whether torch reads the member as something else than numbers, whoever calls it a storage."""
        return self.is_pickle(entry) or entry.name.casefold().endswith((".py", ".json"))

    def is_raw(self, payload: Entry) -> bool:
        """Whether a payload of torch.export is nothing else; compiled models have the weights beside them unpickled."""
        compiled = any(self.path(entry).casefold().startswith("data/aotinductor/") for entry in self.entries)
        return not compiled and not self.is_read_otherwise(payload)

    def is_pickle(self, entry: Entry) -> bool:
        """Whether torch unpickles the member."""
        return entry.name.casefold().endswith((".pkl", ".debug_pkl")) or _OPAQUE.fullmatch(self.path(entry)) is not None

    def is_bytecode(self, entry: Entry) -> bool:
        """Whether the member is the program of a mobile module."""
        return self.path(entry).casefold() == "bytecode.pkl"

    def is_program(self, entry: Entry) -> bool:
        """Whether the member is a program of torch.export."""
        return self.is_export and _PROGRAM.fullmatch(self.path(entry)) is not None

    def payloads(self, entry: Entry) -> str | None:
        """The folder of the payloads that a member of a torch.export archive describes; None for other members."""
        match = _PAYLOADS.fullmatch(self.path(entry)) if self.is_export else None
        return match and f"data/{match[1]}/"

    def is_script(self, entry: Entry) -> bool:
        """Whether the member is TorchScript source."""
        return _MODULE.fullmatch(self.path(entry)) is not None

    def token(self, entry: Entry) -> re.Pattern[bytes] | None:
        """What a member that holds one word must be."""
        return _TOKENS.get(self.path(entry)) if entry.size <= TOKEN_LIMIT else None

    def is_package_source(self, entry: Entry) -> bool:
        """Whether torch.package would import the member."""
        return self.is_package and entry.name.casefold().endswith(".py") and not self.is_script(entry)

    @property
    def is_package(self) -> bool:
        """Whether the archive is a torch.package, which brings Python modules of its own."""
        return self.find(".data/extern_modules") is not None

    @property
    def is_export(self) -> bool:
        """Whether the archive is of torch.export."""
        return self.find("archive_format") is not None

    def dialect(self, pickle: Entry) -> Dialect:
        """What persistent ids the loader of a pickle knows; packaged TorchScript is read as any TorchScript is."""
        is_resource = self.is_package and not self.path(pickle).startswith(".data/ts_code/")
        return Dialect.PACKAGE if is_resource else Dialect.ZIP

    def modules(self) -> frozenset[str]:
        """Names of the TorchScript modules that the archive defines; no importable module is called `__torch__`."""
        found = (_MODULE.fullmatch(self.path(entry)) for entry in self.entries)
        return frozenset(match[1].replace("/", ".") for match in found if match)

    def oddities(self) -> Iterator[tuple[Entry, str]]:
        """Members that torch's reader, or other readers of the same zip, find elsewhere or not at all."""
        for entry in self.entries:
            path = self.path(entry)
            if not self.root or not entry.name.startswith(self.root):
                yield entry, f"it stands outside the archive's own folder {visible(self.root, 60)!r}"
            elif path != path.casefold() and (path.casefold() in _MARKS or path.casefold() in _TOKENS):
                yield entry, "torch reads it whatever the case of its name, other readers do not"
            elif entry.method not in (0, 8):
                yield entry, f"it is compressed by method {entry.method}, which torch does not read"


def holder(entry: Entry | None) -> str:
    """What holds a storage, in words."""
    return "no member holds it" if entry is None else f"the member of that name has {entry.size} bytes"
