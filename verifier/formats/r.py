"""Objects of R (`.rds`, `.rda`, `.RData`): what in them runs when they are loaded, looked at or used to predict.

Vectors, lists and attributes are data. Records of how a model was fitted are too; formulas, which `predict` evaluates,
may only compute. Whole functions are not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.formats._context import Context, Probe
from verifier.formats._r import RULES
from verifier.records import Artifact, Coverage, Finding, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect", "recognize"]

FORMAT = Format("r", 1, "R objects", refines=("text",))

_START: Final = re.compile(
    rb"(?:RD[XAB][1-3]\n)?(?:X\n\0\0\0[\1-\3]\0|B\n[\1-\3]\0\0\0|A\n[1-3]\n\d{5,7}\n)|RD[XAB]1\n"
)


def recognize(probe: Probe) -> bool:
    """The mark of an encoding and a version, behind that of `save` or not."""
    return _START.match(probe.head) is not None


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Coverage]:
    """Walks every item."""
    from verifier.formats._r.inspection import inspect_objects

    yield from inspect_objects(artifact, reader, context.budget, FORMAT.how)
