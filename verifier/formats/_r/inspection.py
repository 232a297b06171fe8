"""A file of R's: its header, the walk, and what is made of the notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._account import accounted
from verifier.formats._context import Budget
from verifier.formats._r import DANGEROUS, FUNCTION, MALFORMED, PROMISE, UNREVIEWED
from verifier.formats._r.contents import Contents, Place
from verifier.formats._r.functions import FORMULA, LAZY, PROGRAMS, REACHING, UNMISTAKABLE, name_of
from verifier.formats._r.streams import Ascii, Binary, Stream
from verifier.formats._r.walk import Walk
from verifier.formats._readers import Window
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Reader, parameters, visible

_MARK: Final = re.compile(rb"(?:RD[XAB]([1-3])\n)?(?:([XAB])\n)?")
_ENCODING: Final = 63
"""Characters of the name of the writer's encoding (R_CODESET_MAX)."""

_BLANKS: Final = 16
"""Line ends that may follow an object in ASCII."""

_MOST: Final = 50
"""Findings of one rule in one file."""


def inspect_objects(artifact: Artifact, reader: Reader, budget: Budget, how: str) -> Iterator[Finding | Coverage]:
    """What the objects in a file would do, and how far they could be followed.

    Raises:
        BudgetExceeded: after everything was said that was seen before the limit.
    """
    mark = _MARK.match(reader.read_at(0, 7))
    if mark is None or mark[2] is None:
        reason = "objects of R in the first version of its format, which nobody has written since 2001"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how)
        return
    body = Window(reader, mark.end(), reader.size)
    stream = Ascii(body, budget) if mark[2] == b"A" else Binary(body, budget, ">" if mark[2] == b"X" else "<")
    see = _Seer(artifact, how, mark.end(), Contents())
    limit = flaw = None
    try:
        _header(stream)
        Walk(stream, see.contents).run()
    except Malformed as error:
        flaw = error
    except BudgetExceeded as error:
        limit = error
    yield from see.findings()
    if limit is not None:
        raise limit
    if flaw is not None:
        message = f"R cannot read the object to its end: {flaw.message}."
        yield see.finding(MALFORMED, message, min(flaw.offset or 0, body.size), flaw.message)
        reason = "it could not be followed to its end"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how)
        return
    end = mark.end() + stream.position
    payloads = [(start + mark.end(), stop + mark.end()) for start, stop in see.contents.payloads]
    yield from accounted(artifact.name, how, payloads, end, "values of vectors")
    if end < reader.size:
        blank = reader.size - end <= _BLANKS and not reader.read_at(end, _BLANKS).strip()
        reason = "" if blank else "bytes behind the object, which R does not read"
        yield Coverage(artifact.name, CoverageState.INSPECTED if blank else CoverageState.PARTIAL, reason, how, end)


def _header(stream: Stream) -> None:
    """Version, writer, oldest reader, and in version 3 the writer's encoding."""
    version = stream.integer()
    if version not in (2, 3):
        raise Malformed(f"it is of version {version}, and R writes 2 and 3", stream.position)
    stream.integer()
    stream.integer()
    if version == 3:
        length = stream.integer()
        name = stream.text(length) if 0 < length <= _ENCODING else b""
        if not re.fullmatch(rb"[\w.:() +-]+", name):
            raise Malformed("the writer's encoding has no name", stream.position)


@dataclass(frozen=True, slots=True)
class _Seer:
    """Turns notes into findings."""

    artifact: Artifact
    how: str
    base: int
    contents: Contents

    def finding(self, rule: str, message: str, offset: int, seen: str) -> Finding:
        evidence = Evidence(self.artifact.name, seen or "a computed function", self.how, self.base + offset)
        return Finding(rule, (evidence,), message, parameters(seen=visible(seen, 80)))

    def findings(self) -> Iterator[Finding]:
        for offset in self.contents.planted[:_MOST]:
            message = (
                "A promise stands where R never leaves one: its code runs as soon as somebody looks at the object."
            )
            yield self.finding(PROMISE, message, offset, "a promise with code")
        yield from self.dangerous()
        yield from self.unreviewed()
        yield from self.functions()

    def dangerous(self) -> Iterator[Finding]:
        found = [
            (offset, visible(name, 80), place.value)
            for (name, place), offset in self.contents.calls.items()
            if _own(name) in PROGRAMS or (place is Place.TERMS and _own(name) in REACHING)
        ]
        for names, reserved in ((self.contents.compiled, UNMISTAKABLE), (self.contents.builtins, PROGRAMS | REACHING)):
            found += [(offset, visible(name, 80), "bytecode") for name, offset in names.items() if name in reserved]
        for offset, name, place in found[:_MOST]:
            message = f"Code in {place} calls {name}, which no model needs to hold: it reaches programs, files or code."
            yield self.finding(DANGEROUS, message, offset, name)
        for shown, offset in self.classes(mapped=True):
            message = f"A vector of the class {shown} opens the file it names when the object is read."
            yield self.finding(DANGEROUS, message, offset, shown)

    def unreviewed(self) -> Iterator[Finding]:
        found = [
            (offset, name)
            for (name, place), offset in self.contents.calls.items()
            if place is Place.TERMS and not (name_of(name) in FORMULA or _own(name) in PROGRAMS | REACHING)
        ]
        for offset, name in found[:_MOST]:
            shown = visible(name, 80) if name else "a function that is computed"
            message = f"Predicting evaluates a formula that calls {shown}, which is not reviewed."
            yield self.finding(UNREVIEWED, message, offset, name)
        for shown, offset in self.classes(mapped=False):
            yield self.finding(UNREVIEWED, f"Reading hands a vector to the class {shown}.", offset, shown)

    def classes(self, *, mapped: bool) -> list[tuple[str, int]]:
        """Classes of vectors that are not reviewed: those that map files, or the others."""
        found = [
            (visible("::".join(known), 80), offset)
            for known, offset in self.contents.lazy.items()
            if known not in LAZY and known[1].startswith("mmap_") is mapped
        ]
        return found[:_MOST]

    def functions(self) -> Iterator[Finding]:
        """One finding for all of them: a model of R's own may hold dozens."""
        contents = self.contents
        builtins = [at for name, at in contents.builtins.items() if name not in FORMULA | PROGRAMS | REACHING]
        parts = {
            "functions": contents.functions,
            "unused arguments of functions": contents.pending,
            "other primitives": builtins,
            "names in bytecode outside of functions": list(contents.compiled.values())[:1] * (not contents.functions),
        }
        kinds = {what: places for what, places in parts.items() if places}
        if not kinds:
            return
        shown = ", ".join(f"{what} ({len(places)})" for what, places in kinds.items())
        message = f"The object holds code that runs when it is used, and that is not judged: {shown}."
        yield self.finding(FUNCTION, message, min(places[0] for places in kinds.values()), shown)


def _own(name: str) -> str:
    """A function's name without its package, whatever that is."""
    return name.rpartition("::")[2]
