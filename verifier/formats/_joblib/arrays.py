"""What joblib's unpickler reads besides opcodes: followed here, so that the next opcode is found and arrays are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import Final

from verifier.errors import BudgetExceeded
from verifier.formats._context import Context, Member
from verifier.formats._joblib import UNSAFE_FILE
from verifier.formats._joblib.wrappers import ALIGNMENT, Kind, RawArray, file_of, kind_of_wrapper, raw_array
from verifier.formats._names import unsafe_name
from verifier.formats._numpy.pickled_dtypes import Dtypes
from verifier.formats._pickle.events import Build, Refused, Summary
from verifier.formats._pickle.inspection import inspect_stream
from verifier.formats._pickle.window import BrokenStreamError, truncated
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader, parameters, visible

_LISTED: Final = 4096
"""Raw arrays of a file that get a record of coverage each; forests of 1,000 trees have 2,000."""

_FILES: Final = 1 << 16
"""Files that one pickle may open."""

_SHOWN: Final = 20
"""Files, and dtypes, that records name."""


@dataclass(slots=True)
class Arrays:
    """Follows what joblib's unpickler reads behind the placeholders of arrays, through all streams of one artifact.

    Args:
        artifact: the pickle.
        reader: over its bytes.
        context: names its siblings, and is charged.
        how: as evidence names the module that inspects it.
        folder: where files that loading opens are looked for, as its siblings are named.
        heeds_padding: arrays may be aligned by padding in front of them, as joblib has it since 1.2.

    Attributes:
        first: offset behind the first placeholder in the stream under way; None before.
        first_is_pickle: an array of objects follows there, as a pickle of its own.
        first_aligned: offset behind the first placeholder that padding follows; None before.
    """

    artifact: Artifact
    reader: Reader
    context: Context
    how: str
    folder: str = ""
    heeds_padding: bool = True
    first: int | None = None
    first_is_pickle: bool = False
    first_aligned: int | None = None
    _found: list[Finding | Member] = field(default_factory=list)
    _dtypes: Dtypes = field(default_factory=Dtypes)
    _ranges: list[tuple[int, int, str]] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _items: int = 0
    _files: dict[str, int] = field(default_factory=dict)

    def begin(self) -> None:
        """Forgets what belongs to one stream, before the next."""
        self.first = self.first_aligned = None
        self.first_is_pickle = False
        self._dtypes = Dtypes()

    def after_build(self, event: Build, at: int) -> int:
        """Where the stream goes on (see `place.AfterBuild`).

        Raises:
            BrokenStreamError: that cannot be known.
            BudgetExceeded: a nested pickle is too large.
        """
        kind = kind_of_wrapper(event.target)
        if kind is None:
            self._dtypes.built(event)
            return at
        if kind is not Kind.RAW:
            self._opened(file_of(event.state, kind), event.offset)
            return at
        is_first = self.first is None
        self.first = at if is_first else self.first
        array = raw_array(event.state, self._dtypes)
        if array.dtype.has_object:
            self.first_is_pickle = self.first_is_pickle or is_first
            return self._nested(at)
        return self._raw(array, at)

    def take_found(self) -> list[Finding | Member]:
        """What the pickles of arrays of objects show, once."""
        found, self._found = self._found, []
        return found

    def _nested(self, at: int) -> int:
        """Inspects the pickle of an array of objects; joblib loads it with a plain unpickler."""
        walk = inspect_stream(
            self.artifact, self.reader, self.context, how=self.how, start=at, label="array of objects"
        )
        while True:
            try:
                self._found.append(next(walk))
            except StopIteration as end:
                summary: Summary = end.value
                break
        if not summary.stopped:
            message = f"is followed by a pickle that cannot be followed beyond byte {summary.end}"
            raise BrokenStreamError(Refused.MALFORMED, message)
        return summary.end

    def _raw(self, array: RawArray, at: int) -> int:
        start = at
        if array.aligned and self.heeds_padding:
            self.first_aligned = at if self.first_aligned is None else self.first_aligned
            start += self._padding(at)
        size = array.count * array.dtype.itemsize
        if start + size > self.reader.size:
            raise truncated()
        self._items += array.count
        text = array.dtype.text if array.dtype.text in self._counts or len(self._counts) < _SHOWN else "others"
        self._counts[text] += 1
        if size and len(self._ranges) < _LISTED:
            self._ranges.append((start, start + size, f"array of {array.count} items of {array.dtype.text}"))
        elif size:
            more = "further arrays, and the instructions between them, which were inspected"
            self._ranges[-1] = (self._ranges[-1][0], start + size, more)
        return start + size

    def _padding(self, at: int) -> int:
        """Bytes in front of an aligned array: one that counts, and as many of 0xff."""
        block = self.reader.read_at(at, 1 + ALIGNMENT)
        length = block[0] if block else 0
        if length > ALIGNMENT or block[1 : 1 + length] != b"\xff" * length:
            raise BrokenStreamError(Refused.MALFORMED, "is followed by padding of an array as joblib does not write it")
        return 1 + length

    def _opened(self, name: str, offset: int) -> None:
        """Takes note of a file that loading opens."""
        if len(self._files) >= _FILES:
            raise BudgetExceeded(f"a pickle opens more than {_FILES} files")
        self._files.setdefault(name, offset)

    def facts(self) -> Iterator[Fact]:
        """`tensor-count`, `parameter-count` and `tensor-dtypes` of the raw arrays; nothing without any."""
        if self._counts:
            place = Evidence(self.artifact.name, f"{self._counts.total()} raw arrays", self.how)
            yield Fact("tensor-count", self._counts.total(), place)
            yield Fact("parameter-count", self._items, place)
            yield Fact("tensor-dtypes", tuple((dtype, self._counts[dtype]) for dtype in sorted(self._counts)), place)

    def coverage(self, end: int) -> Iterator[Coverage]:
        """The arrays as data, and what stands between them, up to `end`, as inspected."""
        at = 0
        for start, stop, what in self._ranges:
            yield Coverage(self.artifact.name, CoverageState.INSPECTED, "", self.how, at, start - at)
            yield Coverage(self.artifact.name, CoverageState.DATA, what, self.how, start, stop - start)
            at = stop
        if at < end or not self._ranges:
            yield Coverage(self.artifact.name, CoverageState.INSPECTED, "", self.how, at, end - at)

    def about_files(self) -> Iterator[Finding | Coverage]:
        """What is wrong with the files that loading opens; a file that is there is inspected by itself."""
        outside = [(name, why) for name in self._files if (why := unsafe_name(name)) is not None]
        if outside:
            name, why = outside[0]
            more = f" (and {len(outside) - 1} more)" if len(outside) > 1 else ""
            places = tuple(
                Evidence(self.artifact.name, visible(name), self.how, self._files[name]) for name, _ in outside[:_SHOWN]
            )
            message = f"Loading the array opens the file {visible(name, 80)}, wherever the model is: {why}{more}."
            yield Finding(UNSAFE_FILE, places, message, parameters(files=tuple(name for name, _ in outside[:_SHOWN])))
        absent = [
            name
            for name in self._files
            if unsafe_name(name) is None and normpath(join(self.folder, name)) not in self.context.siblings
        ]
        if absent:
            more = f" (and {len(absent) - 1} more)" if len(absent) > 1 else ""
            reason = f"loading it opens the file {visible(absent[0], 80)}, which is not there{more}"
            yield Coverage(self.artifact.name, CoverageState.PARTIAL, reason, self.how)
