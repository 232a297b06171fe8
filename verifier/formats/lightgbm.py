"""LightGBM's text model: numbers only, if they stay within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats._context import Context, Probe
from verifier.formats._text import read_whole
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Format, Reader

FORMAT = Format("lightgbm", 1, "LightGBM model", refines=("text",))

MALFORMED: Final = "lightgbm-malformed"
RULES: tuple[str, ...] = (MALFORMED,)

_START: Final = re.compile(rb"tree\r?\n(version|num_class|label_index|sub_model_type)=")
_LONGEST: Final = 512 << 20
"""Bytes of a model that are parsed; ten thousand large trees have about 100 MB."""


def recognize(probe: Probe) -> bool:
    """The name of the only kind of model, and one of the first keys."""
    return _START.match(probe.head) is not None


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Fact | Coverage]:
    """Holds every tree against the counts beside it."""
    from verifier.formats._lightgbm import check

    text = read_whole(reader, context.budget, _LONGEST)
    try:
        summary = check(text)
    except Malformed as error:
        message = f"LightGBM would read past its arrays, or not at all: {error.message}."
        yield Finding(MALFORMED, (Evidence(artifact.name, error.message, FORMAT.how, error.offset),), message)
    else:
        shown = f"{summary.trees} trees"
        for kind, count in (("tree-count", summary.trees), ("leaf-count", summary.leaves)):
            yield Fact(kind, count, Evidence(artifact.name, shown, FORMAT.how))
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)
