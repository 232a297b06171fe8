"""Labelled data from a local file, by columns: CSV with a header, JSON Lines, or NumPy's .npz without pickles.

What flows in is a path that a person named; what flows out is at most `MAX_ROWS` rows of text and numbers.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verifier.errors import UsageError

if TYPE_CHECKING:
    from numpy import ndarray

MAX_BYTES = 1 << 30
"""Bytes of a file; STS16 has 200 KiB, and 60,000 images of 28x28 pixels in single precision 180 MiB."""

MAX_ROWS = 1_000_000
"""Rows of a file."""


@dataclass(frozen=True)
class Table:
    """Rows of one file.

    Args:
        name: of the file, for messages.
        sha256: of its bytes.
        columns: name to its values, or to an array whose first axis is the rows.
        n: rows.
    """

    name: str
    sha256: str
    columns: dict[str, Sequence[Any]]
    n: int

    def column(self, name: str) -> Sequence[Any]:
        """The values of a column.

        Raises:
            UsageError: there is none.
        """
        if name not in self.columns:
            raise UsageError(f"{self.name} has no column {name!r}.", f"It has {', '.join(sorted(self.columns))}.")
        return self.columns[name]

    def texts(self, name: str) -> list[str]:
        """A column as texts."""
        return [str(value) for value in self.column(name)]

    def numbers(self, name: str) -> list[float]:
        """A column as numbers.

        Raises:
            UsageError: there is no such column, or it holds something else.
        """
        try:
            return [float(value) for value in self.column(name)]
        except (TypeError, ValueError) as error:
            raise UsageError(f"Column {name!r} of {self.name} is not made of numbers.") from error

    def features(self, name: str, besides: str) -> ndarray:
        """What goes into a model, one row an item: the array of that name, or all columns but one, in their order."""
        import numpy as np

        if name in self.columns:
            return np.asarray(self.columns[name], dtype=np.float32)
        return np.asarray([self.numbers(one) for one in self.columns if one != besides], dtype=np.float32).T


def load(path: Path) -> Table:
    """The rows of a file.

    Raises:
        UsageError: it cannot be read, or is none of these.
    """
    readers = {".csv": _csv, ".jsonl": _jsonl, ".npz": _npz}
    if path.suffix not in readers:
        raise UsageError(f"{path.name} is no data that is read here.", "Give a .csv, .jsonl or .npz file.")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path.name} has more than {MAX_BYTES} bytes.", "Give a part of it.")
        raw = path.read_bytes()
        columns = readers[path.suffix](raw)
    except (OSError, ValueError, KeyError, csv.Error, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {_why(error)}.", "Name the file that was meant.") from error
    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1 or not 0 < max(lengths) <= MAX_ROWS:
        raise UsageError(f"{path.name} does not hold columns of one length, from 1 to {MAX_ROWS} rows.")
    return Table(path.name, hashlib.sha256(raw).hexdigest(), columns, lengths.pop())


def _why(error: Exception) -> str:
    return str(error.strerror if isinstance(error, OSError) else error)


def _csv(raw: bytes) -> dict[str, Sequence[Any]]:
    header, *rows = csv.reader(raw.decode("utf-8-sig").splitlines(keepends=True), strict=True)
    return {name: [row[place] for row in rows] for place, name in enumerate(header) if _even(header, rows)}


def _even(header: list[str], rows: list[list[str]]) -> bool:
    wrong = next((number for number, row in enumerate(rows, 2) if len(row) != len(header)), 0)
    if wrong:
        raise ValueError(f"row {wrong} has another number of fields than the header")
    return True


def _jsonl(raw: bytes) -> dict[str, Sequence[Any]]:
    rows = [json.loads(line) for line in raw.decode().splitlines() if line.strip()]
    if not rows or not all(isinstance(row, dict) and row.keys() == rows[0].keys() for row in rows):
        raise ValueError("its lines are not objects with the same keys")
    return {name: [row[name] for row in rows] for name in rows[0]}


def _npz(raw: bytes) -> dict[str, Sequence[Any]]:
    """Arrays; a pickle in one is refused, and nothing of it is loaded."""
    import io
    from zipfile import BadZipFile, ZipFile

    import numpy as np

    try:
        if sum(one.file_size for one in ZipFile(io.BytesIO(raw)).infolist()) > MAX_BYTES:
            raise ValueError(f"it unpacks to more than {MAX_BYTES} bytes")
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except BadZipFile as error:
        raise ValueError("it is no archive of arrays") from error
