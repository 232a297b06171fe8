"""From an HDF5 file to findings, facts and coverage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Member, Yield
from verifier.formats._hdf5 import EXTERNAL, MALFORMED, TRAILING
from verifier.formats._hdf5.file import File, Unsupported
from verifier.formats._hdf5.signature import find_signature
from verifier.formats._hdf5.walk import Attribute, External, Gap, Walk
from verifier.formats._json import pointer
from verifier.formats._keras.config import inspect_text
from verifier.formats._ranges import between, merged
from verifier.formats._readers import Window, chunks, rest
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader, parameters, visible

_CONFIGURATIONS: Final = frozenset({"model_config", "training_config", "layer_config", "optimizer_config"})
"""Attributes that Keras builds objects from."""

_MAX_CONFIG: Final = 128 << 20
"""Bytes of a configuration that are parsed."""

_MOST_RANGES: Final = 1000
"""Ranges told apart in the coverage of one file."""

_MOST_GAPS: Final = 100
"""Places that are not understood and told apart."""


def inspect_file(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Yield]:
    """Walks the file, judges the configurations in it, and accounts for every byte."""
    start = find_signature(reader)
    if start is None:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it has no HDF5 superblock", how)
        return
    if start:
        yield from _user_block(artifact, Window(reader, 0, start), how)
    try:
        file = File(reader, start, context.budget.spend_steps)
    except Malformed as error:
        yield _malformed(artifact, error.message, start, how)
        yield Coverage(artifact.name, CoverageState.PARTIAL, "its superblock is broken", how, start)
        return
    except Unsupported as error:
        yield Coverage(artifact.name, CoverageState.PARTIAL, str(error), how, start)
        return
    yield from _walked(artifact, file, context, how)
    if file.end < reader.size:
        yield from _trailing(artifact, reader, file.end, how)


def _user_block(artifact: Artifact, block: Window, how: str) -> Iterator[Yield]:
    """What stands before the superblock: HDF5 leaves it to programs, most of which leave it empty."""
    if any(any(piece) for piece in chunks(block)):
        yield Member(artifact.member("user block", block.size), block)
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, 0, block.size)


def _walked(artifact: Artifact, file: File, context: Context, how: str) -> Iterator[Yield]:
    walk = Walk(file)
    gaps: list[Gap] = []
    for found in walk.run():
        context.budget.spend_steps(1)
        if isinstance(found, Attribute):
            yield from _attribute(artifact, found, context, how)
        elif isinstance(found, External):
            yield _external(artifact, found, how)
        elif len(gaps) < _MOST_GAPS:
            gaps.append(found)
    lies = [gap for gap in gaps if gap.is_lie]
    if lies:
        yield _malformed(artifact, f"{visible(lies[0].path, 100)}: {lies[0].reason}", lies[0].offset, how)
    place = Evidence(artifact.name, f"{walk.datasets} datasets", how, file.start)
    yield Fact("tensor-count", walk.datasets, place)
    yield Fact("parameter-count", walk.elements, place)
    for gap in gaps:
        reason = f"{visible(gap.path, 100)}: {gap.reason}"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how, file.start, file.end - file.start)
    if not gaps:
        yield from _accounted(artifact, file, walk.data, how)


def _attribute(artifact: Artifact, found: Attribute, context: Context, how: str) -> Iterator[Yield]:
    """A configuration of Keras; other attributes are numbers and names that nobody builds anything from."""
    if found.name not in _CONFIGURATIONS:
        return
    where = pointer(*(step for step in found.path.split("/") if step), found.name)
    if found.value is None:
        reason = f"the configuration {visible(where, 100)} is no single text"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how)
    elif len(found.value) > _MAX_CONFIG:
        raise BudgetExceeded(f"a configuration has {len(found.value)} bytes, more than the {_MAX_CONFIG} parsed")
    else:
        context.budget.spend_steps(1 + len(found.value) // 10)
        yield from inspect_text(artifact, found.value, how, where)


def _external(artifact: Artifact, found: External, how: str) -> Finding:
    named = f"{visible(found.path, 100)} stands in another file: {visible(found.file, 100)}"
    place = Evidence(artifact.name, named, how, found.offset)
    return Finding(EXTERNAL, (place,), f"{named}; loading would read it.")


def _malformed(artifact: Artifact, message: str, offset: int, how: str) -> Finding:
    place = Evidence(artifact.name, message, how, offset)
    return Finding(MALFORMED, (place,), f"{artifact.name} is no HDF5 file that a library writes: {message}.")


def _trailing(artifact: Artifact, reader: Reader, end: int, how: str) -> Iterator[Yield]:
    """Bytes behind the end that the superblock gives: HDF5 does not read them."""
    size = reader.size - end
    place = Evidence(artifact.name, f"begins with {reader.read_at(end, 8).hex(' ')}", how, end, size)
    message = f"{size} bytes stand behind the HDF5 file in {artifact.name}."
    yield Finding(TRAILING, (place,), message, parameters(bytes=size))
    yield rest(artifact, reader, end)
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, end)


def _accounted(artifact: Artifact, file: File, data: list[tuple[int, int]], how: str) -> Iterator[Coverage]:
    """Every byte of a file that was understood: structure, elements, and what no object owns."""
    structure = merged(file.metadata)
    elements = merged(data)
    free = list(between(merged([*structure, *elements]), file.start, file.end))
    if len(structure) + len(elements) + len(free) > _MOST_RANGES:
        reason = f"elements of datasets, {len(elements)} ranges, with structure between them that was inspected"
        yield Coverage(artifact.name, CoverageState.DATA, reason, how, file.start, file.end - file.start)
        return
    for start, end in structure:
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, start, end - start)
    for start, end in elements:
        yield Coverage(artifact.name, CoverageState.DATA, "elements of datasets", how, start, end - start)
    for start, end in free:
        reason = "space that no object owns and HDF5 does not read"
        yield Coverage(artifact.name, CoverageState.DATA, reason, how, start, end - start)
