"""`[data]`: data sets that lie here, on which `verify behavior` measures declared numbers again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from verifier.policy import _keys
from verifier.policy._keys import Schema, text
from verifier.policy._section import Section
from verifier.policy._table import Table
from verifier.records.terms import Sha256, allowed


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set."""

    path: str = text("a .csv, .jsonl or .npz file, relative to where one works", required=True)
    sha256: str = text("of its bytes, in lower-case hexadecimal; another file is refused", required=True)


@dataclass(frozen=True, slots=True)
class Data(Section):
    """Data sets that lie here, by the name or the digest under which models declare them, as `[data."mteb/sts16-sts"]`.

    Args:
        entries: name to data set.
    """

    NAME: ClassVar[str] = "data"

    entries: Mapping[str, DataSet]

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy."""
        table = policy.table(cls.NAME)
        return cls({name: _entry(table.table(name)) for name in table.all_keys()})

    @classmethod
    def schema(cls) -> Schema:
        """An entry by name."""
        told = (cls.__doc__ or "").split("\n")[0]
        return {"type": "object", "description": told, "additionalProperties": _keys.schema(DataSet)}


def _entry(table: Table) -> DataSet:
    found = _keys.read(DataSet, table)
    if not allowed(Sha256, found.sha256):
        table.fail("sha256", "takes 64 digits of lower-case hexadecimal", f"`sha256sum {found.path}` prints them.")
    return found


SECTION = Data
