"""HDF5: weights of Keras and others as datasets, the configuration of a Keras model as an attribute.

The structure is walked from the root, elements of datasets are proven to lie within the file and never read, and the
configuration that Keras builds models from is judged (keras 3 `src/legacy/saving/legacy_h5_format.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Member, Probe, Yield
from verifier.formats._hdf5 import SIGNATURE, Attribute, External, File, Gap, Unsupported, Walk, find_signature
from verifier.formats._json import pointer
from verifier.formats._keras import RULES as KERAS_RULES
from verifier.formats._keras import inspect_text
from verifier.formats._ranges import between, merged
from verifier.formats._readers import Window, chunks, rest
from verifier.records import (
    Artifact,
    Coverage,
    CoverageState,
    Evidence,
    Fact,
    Finding,
    Format,
    Reader,
    parameters,
    visible,
)

FORMAT = Format("hdf5", 1, "HDF5", magic=((0, SIGNATURE),), suffixes=(".h5", ".hdf5"))

EXTERNAL: Final = "hdf5-external-file"
MALFORMED: Final = "hdf5-malformed"
TRAILING: Final = "hdf5-trailing-bytes"
RULES: tuple[str, ...] = tuple(sorted({EXTERNAL, MALFORMED, TRAILING, *KERAS_RULES}))

_CONFIGURATIONS: Final = frozenset({"model_config", "training_config", "layer_config", "optimizer_config"})
"""Attributes that Keras builds objects from."""

_NEAR: Final = 32 << 10
"""Offset up to which recognition looks for a superblock behind a user block."""

_MAX_CONFIG: Final = 128 << 20
"""Bytes of a configuration that are parsed."""

_MOST_RANGES: Final = 1000
"""Ranges told apart in the coverage of one file."""

_MOST_GAPS: Final = 100
"""Places that are not understood and told apart."""


def recognize(probe: Probe) -> bool:
    """A superblock at the start, or behind a user block of up to 32 KiB."""
    return find_signature(probe.reader, _NEAR) is not None


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Walks the file, judges the configurations in it, and accounts for every byte."""
    start = find_signature(reader)
    if start is None:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it has no HDF5 superblock", FORMAT.how)
        return
    if start:
        yield from _user_block(artifact, Window(reader, 0, start))
    try:
        file = File(reader, start, context.budget.spend_steps)
    except Malformed as error:
        yield _malformed(artifact, error.message, start)
        yield Coverage(artifact.name, CoverageState.PARTIAL, "its superblock is broken", FORMAT.how, start)
        return
    except Unsupported as error:
        yield Coverage(artifact.name, CoverageState.PARTIAL, str(error), FORMAT.how, start)
        return
    yield from _walked(artifact, file, context)
    if file.end < reader.size:
        yield from _trailing(artifact, reader, file.end)


def _user_block(artifact: Artifact, block: Window) -> Iterator[Yield]:
    """What stands before the superblock: HDF5 leaves it to programs, most of which leave it empty."""
    if any(any(piece) for piece in chunks(block)):
        yield Member(artifact.member("user block", block.size), block)
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, 0, block.size)


def _walked(artifact: Artifact, file: File, context: Context) -> Iterator[Yield]:
    walk = Walk(file)
    gaps: list[Gap] = []
    for found in walk.run():
        context.budget.spend_steps(1)
        if isinstance(found, Attribute):
            yield from _attribute(artifact, found, context)
        elif isinstance(found, External):
            yield _external(artifact, found)
        elif len(gaps) < _MOST_GAPS:
            gaps.append(found)
    lies = [gap for gap in gaps if gap.is_lie]
    if lies:
        yield _malformed(artifact, f"{visible(lies[0].path, 100)}: {lies[0].reason}", lies[0].offset)
    place = Evidence(artifact.name, f"{walk.datasets} datasets", FORMAT.how, file.start)
    yield Fact("tensor-count", walk.datasets, place)
    yield Fact("parameter-count", walk.elements, place)
    for gap in gaps:
        reason = f"{visible(gap.path, 100)}: {gap.reason}"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how, file.start, file.end - file.start)
    if not gaps:
        yield from _accounted(artifact, file, walk.data)


def _attribute(artifact: Artifact, found: Attribute, context: Context) -> Iterator[Yield]:
    """A configuration of Keras; other attributes are numbers and names that nobody builds anything from."""
    if found.name not in _CONFIGURATIONS:
        return
    where = pointer(*(step for step in found.path.split("/") if step), found.name)
    if found.value is None:
        reason = f"the configuration {visible(where, 100)} is no single text"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
    elif len(found.value) > _MAX_CONFIG:
        raise BudgetExceeded(f"a configuration has {len(found.value)} bytes, more than the {_MAX_CONFIG} parsed")
    else:
        context.budget.spend_steps(1 + len(found.value) // 10)
        yield from inspect_text(artifact, found.value, FORMAT.how, where)


def _external(artifact: Artifact, found: External) -> Finding:
    named = f"{visible(found.path, 100)} stands in another file: {visible(found.file, 100)}"
    place = Evidence(artifact.name, named, FORMAT.how, found.offset)
    return Finding(EXTERNAL, (place,), f"{named}; loading would read it.")


def _malformed(artifact: Artifact, message: str, offset: int) -> Finding:
    place = Evidence(artifact.name, message, FORMAT.how, offset)
    return Finding(MALFORMED, (place,), f"{artifact.name} is no HDF5 file that a library writes: {message}.")


def _trailing(artifact: Artifact, reader: Reader, end: int) -> Iterator[Yield]:
    """Bytes behind the end that the superblock gives: HDF5 does not read them."""
    size = reader.size - end
    place = Evidence(artifact.name, f"begins with {reader.read_at(end, 8).hex(' ')}", FORMAT.how, end, size)
    message = f"{size} bytes stand behind the HDF5 file in {artifact.name}."
    yield Finding(TRAILING, (place,), message, parameters(bytes=size))
    yield rest(artifact, reader, end)
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, end)


def _accounted(artifact: Artifact, file: File, data: list[tuple[int, int]]) -> Iterator[Coverage]:
    """Every byte of a file that was understood: structure, elements, and what no object owns."""
    structure = merged(file.metadata)
    elements = merged(data)
    free = list(between(merged([*structure, *elements]), file.start, file.end))
    if len(structure) + len(elements) + len(free) > _MOST_RANGES:
        reason = f"elements of datasets, {len(elements)} ranges, with structure between them that was inspected"
        yield Coverage(artifact.name, CoverageState.DATA, reason, FORMAT.how, file.start, file.end - file.start)
        return
    for start, end in structure:
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, start, end - start)
    for start, end in elements:
        yield Coverage(artifact.name, CoverageState.DATA, "elements of datasets", FORMAT.how, start, end - start)
    for start, end in free:
        reason = "space that no object owns and HDF5 does not read"
        yield Coverage(artifact.name, CoverageState.DATA, reason, FORMAT.how, start, end - start)
