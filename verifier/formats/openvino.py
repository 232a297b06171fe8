"""OpenVINO models: a graph in XML, whose weights stand in a `.bin` beside it.

Source: docs.openvino.ai, "Operation sets" and "IR"; src/frontends/ir of OpenVINO.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Final

from verifier.errors import Malformed
from verifier.formats._context import Context, Probe
from verifier.formats._ranges import Range
from verifier.formats._text import read_whole
from verifier.formats._xml import ENTITY, declarations, elements, finding, root_of, without_comments
from verifier.records import Artifact, Coverage, CoverageState, Finding, Format, Reader, visible

FORMAT = Format("openvino", 1, "OpenVINO model", refines=("xml", "text"))

LIBRARY: Final = "xml-native-library"
CUSTOM: Final = "openvino-custom-operator"
MALFORMED: Final = "openvino-malformed"
RULES: tuple[str, ...] = (ENTITY, LIBRARY, CUSTOM, MALFORMED)

_LONGEST: Final = 64 << 20
"""Bytes of a graph; those of large models stay below 50 MB."""

_OLDEST: Final = 10
"""Version of the format since which weights stand in constants."""

_SET: Final = re.compile(r"opset\d{1,2}")
_COUNT: Final = re.compile(r"\d{1,18}")
_BITS: Final = {
    **dict.fromkeys(("f64", "i64", "u64"), 64),
    **dict.fromkeys(("f32", "i32", "u32"), 32),
    **dict.fromkeys(("f16", "bf16", "i16", "u16"), 16),
    **dict.fromkeys(("i8", "u8", "boolean", "f8e4m3", "f8e5m2", "f8e8m0"), 8),
    **dict.fromkeys(("i4", "u4", "nf4", "f4e2m1"), 4),
    "u3": 3,
    "u6": 6,
    "u2": 2,
    **dict.fromkeys(("u1", "bin"), 1),
}
"""Bits of an element; of others, as texts, the size is not known."""


@dataclass(slots=True)
class _Graph:
    """What a document holds.

    Args:
        version: of the format.
        libraries, custom: names of libraries, and of operators of unknown sets, to the first offset.
        spans: of constants, in the file of weights.
        broken: what is wrong with a constant, and where.
    """

    version: int = 0
    libraries: dict[str, int] = field(default_factory=dict)
    custom: dict[str, int] = field(default_factory=dict)
    spans: list[Range] = field(default_factory=list)
    broken: dict[str, int] = field(default_factory=dict)


def recognize(probe: Probe) -> bool:
    """The root is a net."""
    return root_of(probe.head) == b"net"


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Coverage]:
    """Reads all layers, and holds constants against the file of weights."""
    body = read_whole(reader, context.budget, _LONGEST)
    yield from declarations(artifact, without_comments(body), FORMAT.how)
    graph = _Graph()
    try:
        weights = f"{artifact.own_path.rpartition('.')[0]}.bin"
        _read(body, context, graph, context.siblings.get(weights))
    except Malformed as error:
        yield from _findings(artifact, graph)
        yield _finding(
            artifact,
            MALFORMED,
            error.offset or 0,
            "the document",
            f"OpenVINO cannot read the document: {error.message}",
        )
        yield Coverage(artifact.name, CoverageState.PARTIAL, "it could not be read to its end", FORMAT.how)
        return
    yield from _findings(artifact, graph)
    if graph.version < _OLDEST:
        reason = f"version {graph.version} of the format is not read"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
    elif graph.spans and weights not in context.siblings:
        reason = f"its weights stand in {visible(weights, 80)}, which is not there"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
    else:
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)
        if weights in context.siblings and not graph.broken:
            from verifier.formats._neighbors import coverage_beside

            yield from coverage_beside(
                artifact, context, weights, graph.spans, FORMAT.how, unchecked="openvino-padding"
            )


def _read(body: bytes, context: Context, graph: _Graph, size: int | None) -> None:
    layer: Mapping[str, str] = {}
    for offset, name, attributes in elements(body, context.budget):
        if name == "net":
            graph.version = (
                int(attributes.get("version", "0")) if _COUNT.fullmatch(attributes.get("version", "")) else 0
            )
        elif name == "layer":
            layer = attributes
            if "library" in layer:
                graph.libraries.setdefault(layer["library"], offset)
            if graph.version >= _OLDEST and not _SET.fullmatch(layer.get("version", "")):
                graph.custom.setdefault(f"{layer.get('type', '')} ({layer.get('version', 'of no set')})", offset)
        elif name == "data" and layer.get("type") == "Const" and (why := _constant(attributes, graph, size)):
            graph.broken.setdefault(why, offset)


def _constant(data: Mapping[str, str], graph: _Graph, size: int | None) -> str | None:
    """Notes where a constant stands, or says what is wrong with it."""
    offset, length = data.get("offset", ""), data.get("size", "")
    shape = [dim.strip() for dim in data.get("shape", "").split(",") if dim.strip()]
    if not all(map(_COUNT.fullmatch, (offset, length, *shape))):
        return "a constant has no place, size or shape"
    start, end = int(offset), int(offset) + int(length)
    bits = _BITS.get(data.get("element_type", ""))
    needed = (prod(map(int, shape)) * bits + 7) // 8 if bits else None
    if needed is not None and needed != end - start:
        return f"a constant needs {needed} bytes and takes {end - start}"
    if size is not None and end > size:
        return f"a constant ends at byte {end} of the {size} of the file of weights"
    graph.spans.append((start, end))
    return None


def _findings(artifact: Artifact, graph: _Graph) -> Iterator[Finding]:
    for name, offset in list(graph.libraries.items())[:50]:
        yield _finding(artifact, LIBRARY, offset, name, f"a layer is run by the compiled library {visible(name, 80)}")
    for name, offset in list(graph.custom.items())[:50]:
        message = f"the model needs the operator {visible(name, 80)}, native code of an extension"
        yield _finding(artifact, CUSTOM, offset, name, message)
    for why, offset in list(graph.broken.items())[:50]:
        yield _finding(artifact, MALFORMED, offset, why, why)


def _finding(artifact: Artifact, rule: str, offset: int, what: str, message: str) -> Finding:
    return finding(rule, artifact, FORMAT.how, offset, (visible(what, 80), message[:1].upper() + message[1:]))
