"""Bare pickles: one stream, or several in a row, all protocols."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import BudgetExceeded
from verifier.formats._context import HEAD, Context, Member, Probe
from verifier.formats._pickle.events import Summary
from verifier.formats._pickle.inspection import RULES as PICKLE_RULES
from verifier.formats._pickle.inspection import inspect_stream
from verifier.formats._pickle.recognition import tried
from verifier.formats._readers import Window, chunks
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Format, Reader, parameters

FORMAT = Format(
    "pickle",
    1,
    "Python pickle",
    magic=tuple((0, bytes((0x80, protocol))) for protocol in range(2, 6)),
    suffixes=(".pkl", ".pickle", ".p", ".pck", ".dill", ".pt", ".pth", ".ckpt"),
)

RULES: tuple[str, ...] = ("pickle-trailing-bytes", *PICKLE_RULES)

_STREAMS: Final = 1000
"""Streams in a row that are inspected."""


def recognize(probe: Probe) -> bool:
    """Whether the bytes begin as a pickle, of any protocol."""
    return tried(probe.head, probe.reader).pickle


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Fact | Coverage | Member]:
    """Inspects the streams one after the other, and hands back what stands behind them."""
    end = 0
    protocols: list[int] = []
    while _begins(reader, end):
        if len(protocols) == _STREAMS:
            raise BudgetExceeded(f"more than {_STREAMS} pickle streams stand in a row")
        label = f"stream {len(protocols) + 1}" if protocols else ""
        summary = yield from inspect_stream(artifact, reader, context, how=FORMAT.how, start=end, label=label)
        protocols.append(summary.protocol)
        end = summary.end
        if not summary.stopped:
            yield Coverage(artifact.name, CoverageState.PARTIAL, _unread(summary), FORMAT.how, end)
            break
    else:
        if not protocols:
            yield Coverage(artifact.name, CoverageState.UNKNOWN, "it does not begin as a pickle does", FORMAT.how)
            return
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, 0, end)
        yield from _trailing(artifact, reader, end)
    place = Evidence(artifact.name, "PROTO", FORMAT.how, 0)
    yield Fact("pickle-protocols", tuple(protocols), place)


def _begins(reader: Reader, offset: int) -> bool:
    """Whether a stream begins at an offset; at offset 0 a mere import is enough, since the name promises a pickle."""
    if offset >= reader.size:
        return False
    rest = Window(reader, offset, reader.size - offset)
    trial = tried(rest.read_at(0, HEAD), rest)
    return trial.pickle or (offset == 0 and trial.imports)


def _unread(summary: Summary) -> str:
    return f"the pickle stream that starts at byte {summary.start} cannot be followed beyond byte {summary.end}"


def _trailing(artifact: Artifact, reader: Reader, end: int) -> Iterator[Finding | Coverage | Member]:
    """`pickle.load` leaves these bytes unread; a program that calls it again, or opens the file otherwise, does not."""
    size = reader.size - end
    if not size:
        return
    place = Evidence(artifact.name, f"begins with {reader.read_at(end, 8).hex(' ')}", FORMAT.how, end, size)
    message = (
        f"{size} bytes that are no pickle stand behind the pickle in {artifact.name}; nothing tells what they are for."
    )
    yield Finding("pickle-trailing-bytes", (place,), message, parameters(bytes=size))
    start = end
    for chunk in chunks(reader, end):
        rest = chunk.lstrip(b"\0")
        start += len(chunk) - len(rest)
        if rest:
            break
    if start < reader.size:
        yield Member(
            artifact.member(f"bytes from {start}", reader.size - start), Window(reader, start, reader.size - start)
        )
