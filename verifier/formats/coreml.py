"""Core ML models (`.mlmodel`): layers and programs are numbers; code and files they name are outside of the model."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Final

from verifier.errors import InspectionError, Malformed
from verifier.formats._context import Budget, Context, Limits, Probe
from verifier.formats._coreml import CUSTOM, MALFORMED, MODEL_TYPES, OUTSIDE
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader, visible

if TYPE_CHECKING:
    from verifier.formats._coreml.model import Contents

FORMAT = Format("coreml", 1, "Core ML model", suffixes=(".mlmodel",))
RULES: tuple[str, ...] = (CUSTOM, OUTSIDE, MALFORMED)

_PACKAGE: Final = "@model_path/"
"""What places of files begin with that stand beside the model."""

_FEW: Final = 8
"""Fields of a model: recognition looks no further."""

_LARGEST_VERSION: Final = 64
"""Of the specification; it was 10 in 2025."""


def recognize(probe: Probe) -> bool:
    """A version, a description, and then one of the kinds of model; fields before it may be large, and are not read."""
    if not probe.head.startswith(b"\x08") or probe.head[2:3] not in (b"\x12", b"\x50"):
        return False
    from verifier.formats._protobuf.wire import BYTES, Wire

    wire = Wire(probe.reader, Budget(Limits(steps=1000)))
    try:
        for count, part in enumerate(wire.fields(0, probe.size)):
            if part.number in MODEL_TYPES and part.wire == BYTES:
                return True
            if count == _FEW or part.number not in (1, 2, 10) or (part.number == 1 and part.value > _LARGEST_VERSION):
                return False
    except InspectionError:
        return False
    return False


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Coverage]:
    """Follows every message that may name something outside of the model.

    Raises:
        BudgetExceeded: after everything was said that was seen before the limit.
    """
    from verifier.formats._coreml.model import Contents, walk
    from verifier.formats._protobuf.wire import Wire

    if reader.read_at(0, 1) != b"\x08":
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no Core ML model", FORMAT.how)
        return
    contents, flaw = Contents(), None
    try:
        walk(Wire(reader, context.budget), contents)
    except InspectionError as error:
        flaw = error
    yield from _named(artifact, contents)
    if isinstance(flaw, Malformed):
        message = f"The model is no message that Core ML reads: {flaw.message}."
        place = min(flaw.offset or 0, reader.size)
        yield Finding(MALFORMED, (Evidence(artifact.name, flaw.message, FORMAT.how, place),), message)
        yield Coverage(artifact.name, CoverageState.PARTIAL, "it could not be followed to its end", FORMAT.how)
        return
    if flaw is not None:
        raise flaw
    yield from _beside(artifact, context, contents)
    if contents.opaque:
        reason = f"a serialized model of {contents.opaque} bytes in it is not read"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
    else:
        reason = "structure that was followed, and weights, read as numbers"
        yield Coverage(artifact.name, CoverageState.DATA, reason, FORMAT.how)


def _named(artifact: Artifact, contents: Contents) -> Iterator[Finding]:
    from verifier.formats._coreml.model import Leaf
    from verifier.formats._onnx.external import unsafe_location

    for (leaf, name), offset in list(contents.named.items())[:1000]:
        place, shown = (Evidence(artifact.name, name or "(empty)", FORMAT.how, offset),), visible(name, 80)
        if leaf in (Leaf.LAYER, Leaf.MODEL):
            message = f"The model needs the class {shown} for a {leaf.value}: code of the program that loads it."
            yield Finding(CUSTOM, place, message)
        elif leaf is Leaf.LINK or (leaf is Leaf.SEARCHED and name):
            message = f"The model loads another one, which is not part of it: {leaf.value} {shown}."
            yield Finding(OUTSIDE, place, message)
        elif leaf is Leaf.FILE and (why := unsafe_location(name.removeprefix(_PACKAGE))):
            yield Finding(OUTSIDE, place, f"The place of a file of weights, {shown}, {why}.")


def _beside(artifact: Artifact, context: Context, contents: Contents) -> Iterator[Finding | Coverage]:
    """Files of weights must be there, and reach as far as the model says."""
    for name, end in list(contents.ends.items())[:100]:
        path = normpath(join(dirname(artifact.own_path), name.removeprefix(_PACKAGE)))
        size = context.siblings.get(path)
        if size is None:
            reason = f"its weights stand in {visible(name, 80)}, which is not there"
            yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
        elif end >= size:
            message = f"The model takes weights from byte {end} of {visible(name, 80)}, which has {size}."
            yield Finding(MALFORMED, (Evidence(artifact.name, name, FORMAT.how),), message)
