"""From an array's header and body to findings, facts and coverage."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.errors import Malformed
from verifier.formats._context import Context, Member
from verifier.formats._numpy import MAGIC, MALFORMED, TRAILING
from verifier.formats._numpy.header import Header, read_header
from verifier.formats._pickle.inspection import inspect_stream
from verifier.formats._readers import rest
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader, parameters, visible


def inspect_array(
    artifact: Artifact, reader: Reader, context: Context, how: str
) -> Iterator[Finding | Fact | Coverage | Member]:
    """Proves that the body is numbers of the size the header says, or inspects the pickle that it is."""
    if reader.read_at(0, 6) != MAGIC:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it does not begin as a NumPy array does", how)
        return
    try:
        header = read_header(reader)
    except Malformed as error:
        yield _malformed(artifact, error.message, error.offset or 0, how)
        yield Coverage(artifact.name, CoverageState.PARTIAL, "its header cannot be understood", how)
        return
    yield from _facts(artifact, header, how)
    if header.dtype.has_object:
        summary = yield from inspect_stream(artifact, reader, context, how=how, start=header.body)
        end = summary.end
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, 0, end)
        if not summary.stopped:
            yield Coverage(artifact.name, CoverageState.PARTIAL, "its pickle was not read to an end", how, end)
            return
    else:
        end = header.body + header.count * header.dtype.itemsize
        body = f"{visible(str(header.count), 40)} items of {visible(header.dtype.text, 100)}"
        if end > reader.size:
            message = f"its header announces {body}, which end at byte {visible(str(end), 40)}"
            yield _malformed(artifact, f"{message}; the file has {reader.size} bytes", header.body, how)
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, 0, header.body)
        yield Coverage(
            artifact.name, CoverageState.DATA, f"array of {body}", how, header.body, max(0, end - header.body)
        )
    if end < reader.size:
        yield from _trailing(artifact, reader, end, how)
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, end)


def _facts(artifact: Artifact, header: Header, how: str) -> Iterator[Fact]:
    place = Evidence(artifact.name, f"{header.dtype.text} {header.shape}", how, 0, header.body)
    yield Fact("tensor-count", 1, place)
    yield Fact("parameter-count", header.count, place)
    yield Fact("dtypes", (header.dtype.text,), place)


def _malformed(artifact: Artifact, message: str, offset: int, how: str) -> Finding:
    place = Evidence(artifact.name, message, how, offset)
    return Finding(MALFORMED, (place,), f"{artifact.name} is no array NumPy writes: {message}.")


def _trailing(artifact: Artifact, reader: Reader, end: int, how: str) -> Iterator[Finding | Member]:
    """A second `numpy.load`, or `pickle.load`, on the open file would go on here."""
    size = reader.size - end
    place = Evidence(artifact.name, f"begins with {reader.read_at(end, 8).hex(' ')}", how, end, size)
    message = f"{size} bytes stand behind the array in {artifact.name}; a program that reads on would load them."
    yield Finding(TRAILING, (place,), message, parameters(bytes=size))
    yield rest(artifact, reader, end)
