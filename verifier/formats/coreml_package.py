"""The manifest of a Core ML package (`.mlpackage/Manifest.json`): which files belong to it, by their paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats._context import Context, Probe
from verifier.formats._coreml import MALFORMED, OUTSIDE
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader, visible

FORMAT = Format("coreml-package", 1, "manifest of a Core ML package")
RULES: tuple[str, ...] = (OUTSIDE, MALFORMED)

_LONGEST: Final = 1 << 20
"""Bytes of a manifest; it names two files."""


def recognize(probe: Probe) -> bool:
    """A file of that name which speaks of the items of a package; many others are named so."""
    return probe.name == "manifest.json" and b'"itemInfoEntries"' in probe.reader.read_at(0, _LONGEST)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Coverage]:
    """Reads the paths of all items."""
    from verifier.formats._json import parse, pointer
    from verifier.formats._onnx.external import unsafe_location
    from verifier.formats._text import read_whole

    try:
        value = parse(read_whole(reader, context.budget, _LONGEST), exact=False).value
    except Malformed:
        value = None
    items = value.get("itemInfoEntries") if isinstance(value, dict) else None
    if not isinstance(items, dict):
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no manifest of a Core ML package", FORMAT.how)
        return
    for key, item in list(items.items())[:1000]:
        path = item.get("path") if isinstance(item, dict) else None
        place = (Evidence(artifact.name, str(path), FORMAT.how, pointer=pointer("itemInfoEntries", key)),)
        if not isinstance(path, str):
            yield Finding(MALFORMED, place, "An item of the package has no path.")
        elif why := unsafe_location(path):
            yield Finding(OUTSIDE, place, f"The path of an item, {visible(path, 80)}, {why}.")
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)
