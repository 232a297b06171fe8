"""XGBoost models in UBJSON, or in JSON that is not named so: numbers only, if they stay within bounds.

Files named `.json` are held against the same rules where JSON is inspected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.formats._context import Context, Probe
from verifier.formats._xgboost import OLD, RULES
from verifier.records import Artifact, Coverage, Fact, Finding, Format, Reader

__all__ = ["FORMAT", "RULES", "inspect", "recognize"]

FORMAT = Format("xgboost", 1, "XGBoost model", refines=("text",))

_BINARY: Final = re.compile(rb"\{L\0\0\0\0\0\0\0[\5-\7](learner|version|Config|Model)")
_TEXT: Final = re.compile(rb"\s*\{\s*\"(learner|version|Config|Model)\"\s*:\s*[\[{]")


def recognize(probe: Probe) -> bool:
    """A document that begins with one of the keys of a model, in either encoding."""
    if _BINARY.match(probe.head) or probe.head.startswith(OLD):
        return True
    return bool(_TEXT.match(probe.head)) and b'"learner' in probe.head and not probe.name.endswith(".json")


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Fact | Coverage]:
    """Reads the document, but for arrays of floating-point numbers."""
    from verifier.formats._xgboost.inspection import inspect_model

    yield from inspect_model(artifact, reader, context.budget, FORMAT.how)
