"""CatBoost models (`.cbm`): numbers only, if they stay within bounds; tables for categories and texts are not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats._context import Context
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Format, Reader

FORMAT = Format("catboost", 1, "CatBoost model", ((0, b"CBM1"),))

MALFORMED: Final = "catboost-malformed"
RULES: tuple[str, ...] = (MALFORMED,)

_HEAD: Final = 8
"""Magic, and the size of the core."""


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Fact | Coverage]:
    """Follows the core, a FlatBuffer, and holds its trees against their counts."""
    from verifier.formats._account import accounted
    from verifier.formats._catboost import check
    from verifier.formats._flatbuffer.table import Flat
    from verifier.formats._readers import Window

    size = int.from_bytes(reader.read_at(4, 4), "little")
    try:
        core = Flat(Window(reader, _HEAD, size), context.budget)
        core.hold(0, size)
        summary = check(core)
    except Malformed as error:
        message = f"CatBoost would read past its arrays, or not at all: {error.message}."
        place = min(_HEAD + (error.offset or 0), reader.size)
        yield Finding(MALFORMED, (Evidence(artifact.name, error.message, FORMAT.how, place),), message)
        yield Coverage(artifact.name, CoverageState.PARTIAL, "it could not be followed to its end", FORMAT.how)
        return
    for kind, count in (("tree-count", summary.trees), ("features", summary.features)):
        yield Fact(kind, count, Evidence(artifact.name, f"{summary.trees} trees", FORMAT.how))
    end = min(_HEAD + size, reader.size)
    payloads = [(start + _HEAD, stop + _HEAD) for start, stop in summary.payloads]
    yield from accounted(artifact.name, FORMAT.how, payloads, end, "values and weights of leaves")
    if end < reader.size:
        named = " and ".join(summary.parts)
        reason = f"tables behind the trees ({named})" if named else "bytes that belong to no part of the model"
        yield Coverage(artifact.name, CoverageState.PARTIAL, f"{reason}, which are not read", FORMAT.how, end)
