"""Files of pickle streams, one or several in a row."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname
from typing import Final

from verifier.errors import BudgetExceeded
from verifier.formats._context import HEAD, Context, Member
from verifier.formats._joblib import TRAILING
from verifier.formats._joblib.arrays import Arrays
from verifier.formats._joblib.readings import inspect_readings
from verifier.formats._pickle.recognition import tried
from verifier.formats._readers import Window, chunks, rest
from verifier.formats._text import is_text
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader, parameters

_STREAMS: Final = 1000
"""Streams in a row that are inspected."""


def inspect_streams(
    artifact: Artifact, reader: Reader, context: Context, how: str, *, folder: str | None = None
) -> Iterator[Finding | Fact | Coverage | Member]:
    """Inspects the streams one after the other, the raw arrays between their opcodes as data; hands back the rest.

    Where the bytes do not begin as a pickle does, Coverage is UNKNOWN: another format may know them. It is PARTIAL for
    text and for nothing at all, which anybody would read where the name promises a pickle.

    Args:
        artifact: what `reader` reads.
        reader: over the artifact's bytes.
        context: its siblings may be files that loading opens.
        how: `FORMAT.how` of the caller.
        folder: where files that loading opens are looked for; None is the folder the artifact is in.

    Raises:
        BudgetExceeded: there are too many streams, or they are too large.
    """
    own = artifact.own_path
    arrays = Arrays(artifact, reader, context, how, folder=dirname(own) if folder is None else folder)
    end = 0
    stopped = True
    protocols: list[int] = []
    while stopped and _goes_on(reader, end):
        if len(protocols) == _STREAMS:
            raise BudgetExceeded(f"more than {_STREAMS} pickle streams stand in a row")
        summary = yield from inspect_readings(arrays, end, f"stream {len(protocols) + 1}" if protocols else "")
        protocols.append(summary.protocol)
        end, stopped = summary.end, summary.stopped
        if not stopped:
            reason = f"the pickle stream that starts at byte {summary.start} cannot be followed beyond byte {end}"
            yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how, end)
    if not protocols:
        head = reader.read_at(0, HEAD)
        state = CoverageState.PARTIAL if is_text(head, [head], whole=False) else CoverageState.UNKNOWN
        yield Coverage(artifact.name, state, "its name promises a pickle, but it does not begin as one does", how)
        return
    yield from arrays.coverage(end)
    yield from arrays.about_files()
    yield from arrays.facts()
    yield Fact("pickle-protocols", tuple(protocols), Evidence(artifact.name, "PROTO", how, 0))
    if stopped:
        yield from _trailing(artifact, reader, end, how)


def begins(reader: Reader) -> bool:
    """Whether the bytes begin as a pickle; a mere import or plain value is enough, since something promised one."""
    trial = tried(reader.read_at(0, HEAD), reader)
    return trial.pickle or trial.imports or trial.whole


def _goes_on(reader: Reader, offset: int) -> bool:
    """Whether a stream begins at an offset."""
    if not offset or offset >= reader.size:
        return offset < reader.size and begins(reader)
    behind = Window(reader, offset, reader.size - offset)
    return tried(behind.read_at(0, HEAD), behind).pickle


def _trailing(artifact: Artifact, reader: Reader, end: int, how: str) -> Iterator[Finding | Coverage | Member]:
    """The loader leaves these bytes unread; a program that calls it again, or opens the file otherwise, does not.

    What becomes of them is told of the member that is handed back.
    """
    size = reader.size - end
    if not size:
        return
    place = Evidence(artifact.name, f"begins with {reader.read_at(end, 8).hex(' ')}", how, end, size)
    message = (
        f"{size} bytes that are no pickle stand behind the pickle in {artifact.name}; nothing tells what they are for."
    )
    yield Finding(TRAILING, (place,), message, parameters(bytes=size))
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, end)
    start = end
    for chunk in chunks(reader, end):
        other = chunk.lstrip(b"\0")
        start += len(chunk) - len(other)
        if other:
            break
    if start < reader.size:
        yield rest(artifact, reader, start)
