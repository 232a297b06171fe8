"""joblib's files: a pickle with raw arrays between its opcodes (joblib/numpy_pickle.py), and older forms of it.

Compressed files are recognized by their compression, and what is inside comes here. Before joblib 0.10 arrays stood in
files of their own, and a compressed pickle began with `ZF` and its size (joblib/numpy_pickle_compat.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname
from typing import Final

from verifier.formats._compressed import BROKEN_STREAM, TRAILING
from verifier.formats._context import Context, Member, Probe
from verifier.formats._joblib import RULES as STREAM_RULES
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Format, Reader

FORMAT = Format("joblib", 1, "joblib file", suffixes=(".joblib",), refines=("pickle",))

RULES: tuple[str, ...] = (BROKEN_STREAM, TRAILING, *STREAM_RULES)

_ZFILE: Final = re.compile(rb"ZF(0x[0-9a-f]{1,16}) +")
_ZHEADER: Final = 21
"""Bytes of the prefix and the size, padded; Python 2 wrote one more."""

_ARRAY: Final = ".npy.z"
"""Ending of files that hold the compressed bytes of one array; `array.__setstate__` takes them as numbers."""


def recognize(probe: Probe) -> bool:
    """The `ZF` form; or a pickle that names joblib's wrappers in the beginning, or that is named as joblib's."""
    if _ZFILE.match(probe.head):
        return True
    hinted = b"joblib.numpy_pickle" in probe.head or probe.name.endswith(FORMAT.suffixes)
    if not hinted:
        return False
    from verifier.formats._pickle.recognition import tried

    return tried(probe.head, probe.reader).pickle


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Fact | Coverage | Member]:
    """Inspects the pickle, and proves the arrays in it to be numbers."""
    from verifier.formats._joblib.streams import inspect_streams

    match = _ZFILE.fullmatch(reader.read_at(0, _ZHEADER))
    if match is None:
        yield from inspect_streams(artifact, reader, context, FORMAT.how)
    else:
        yield from _zfile(artifact, reader, context, int(match[1], 16))


def _zfile(
    artifact: Artifact, reader: Reader, context: Context, announced: int
) -> Iterator[Finding | Fact | Coverage | Member]:
    """The `ZF` form: what is inside is a pickle, or the bytes of an array that another file describes.

    The pickle is inspected here, since the files that it opens stand beside the outer one.
    """
    from verifier.formats._codecs import ZLIB
    from verifier.formats._compressed.streams import inner_name
    from verifier.formats._decoded import Decoded
    from verifier.formats._joblib.streams import begins, inspect_streams
    from verifier.formats._readers import Window

    start = _ZHEADER + (reader.read_at(_ZHEADER, 1) == b" ")
    stream = Decoded(Window(reader, start, reader.size - start), ZLIB, context.budget)
    produced, used = stream.finish()
    own = artifact.own_path
    child = artifact.member(inner_name(artifact), produced)
    if begins(stream):
        context.budget.spend_member(len(child.members))
        yield from inspect_streams(child, stream, context, FORMAT.how, folder=dirname(own))
    elif own.endswith(_ARRAY):
        yield Coverage(child.name, CoverageState.DATA, "bytes of an array that another file describes", FORMAT.how)
    else:
        yield Member(child, stream)
    wrong = stream.failure
    if wrong is None and produced != announced:
        wrong = f"it decodes to {produced} bytes, and its header announces {announced}"
    if wrong is not None:
        yield Finding(BROKEN_STREAM, (Evidence(artifact.name, wrong, FORMAT.how, start),), f"{artifact.name}: {wrong}.")
        yield Coverage(artifact.name, CoverageState.PARTIAL, wrong, FORMAT.how)
        return
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, 0, start + used)
    if start + used < reader.size:
        message = f"{reader.size - start - used} bytes follow the zlib stream and belong to nothing."
        yield Finding(TRAILING, (Evidence(artifact.name, message, FORMAT.how, start + used),), message)
        reason = "bytes behind the compressed stream"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how, start + used)
