"""The metadata files of Zarr: every array in them, and the chunks it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath
from typing import Any, Final

from verifier.errors import Malformed
from verifier.formats._bounds import MOST
from verifier.formats._context import Context
from verifier.formats._json import Json, parse
from verifier.formats._text import read_whole
from verifier.formats._zarr import CODEC, MALFORMED, PICKLE
from verifier.formats._zarr.arrays import CODECS, COMPRESSORS, PICKLES, Array, read
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Reader, visible

_LONGEST: Final = 64 << 20
"""Bytes of a metadata file; consolidated ones describe all arrays of a model."""

Records = Iterator[Finding | Coverage]


def inspect_metadata(artifact: Artifact, reader: Reader, context: Context, how: str) -> Records:
    """Judges the arrays a file describes, and accounts for their chunks."""
    try:
        value = parse(read_whole(reader, context.budget, _LONGEST), exact=False).value
    except Malformed as error:
        yield _broken(artifact, how, "", error)
        yield Coverage(artifact.name, CoverageState.PARTIAL, error.message, how)
        return
    if not isinstance(value, dict) or not {"zarr_format", "metadata"} & {*value}:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it does not describe arrays of Zarr", how)
        return
    for path, described in _arrays(value):
        try:
            array = read(described)
        except Malformed as error:
            yield _broken(artifact, how, path, error)
            continue
        yield from _judged(artifact, how, path, array)
        yield from _chunks(artifact, context, how, (path, array))
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how)


def _arrays(value: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Paths of arrays below the file's folder, and their descriptions."""
    if "shape" in value or value.get("node_type") == "array":
        yield "", value
    inner = value.get("consolidated_metadata")
    listed = (
        value.get("metadata") if "metadata" in value else inner.get("metadata") if isinstance(inner, dict) else None
    )
    for key, item in listed.items() if isinstance(listed, dict) else ():
        if isinstance(item, dict) and (key.endswith(".zarray") or "shape" in item):
            yield key.removesuffix(".zarray").rstrip("/"), item


def _judged(artifact: Artifact, how: str, path: str, array: Array) -> Iterator[Finding]:
    shown = f"the array {visible(path, 80)}" if path else "the array"
    for name in dict.fromkeys(array.codecs):
        place = (Evidence(artifact.name, name, how),)
        if name in PICKLES:
            yield Finding(PICKLE, place, f"Reading {shown} unpickles its chunks, which runs what is in them.")
        elif name.removeprefix("numcodecs.") not in CODECS:
            message = f"Reading {shown} needs the codec {visible(name, 80)}, code of a package that is not known."
            yield Finding(CODEC, place, message)


def _chunks(artifact: Artifact, context: Context, how: str, described: tuple[str, Array]) -> Records:
    """Chunks that are there: numbers, unless they are pickles or of another size than the array's."""
    path, array = described
    folder = join(dirname(artifact.own_path), path)
    if {*array.codecs} & PICKLES or array.count() > MOST or normpath(folder).startswith(".."):
        return
    expected = array.chunk_bytes()
    for key in array.chunk_names():
        context.budget.spend_steps(1)
        name = normpath(join(folder, key))
        size = context.siblings.get(name)
        if size is None:
            continue
        if expected is not None and size != expected:
            message = f"A chunk of {expected} bytes is expected, and {visible(name, 80)} has {size}."
            yield Finding(MALFORMED, (Evidence(artifact.name, name, how),), message)
            continue
        reason = f"a chunk of the array in {artifact.name}, read as numbers"
        beside = (
            Artifact(artifact.path, size, members=(*artifact.members[:-1], name))
            if artifact.members
            else Artifact(name, size)
        )
        yield Coverage(beside.name, CoverageState.DATA, reason, how)
        if array.codecs and array.codecs[-1] in COMPRESSORS:
            inner = beside.member(key.rpartition("/")[2], size)
            yield Coverage(inner.name, CoverageState.DATA, reason, how)


def _broken(artifact: Artifact, how: str, path: str, error: Malformed) -> Finding:
    shown = f"The array {visible(path, 80)}" if path else "The array"
    place = Evidence(artifact.name, error.message, how)
    return Finding(MALFORMED, (place,), f"{shown} cannot be read: {error.message}.")
