"""XML documents, looked through for what a parser would fetch or expand.

A document in which a model stands deeper than at its root is undecided: models have modules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.formats._context import Context, Probe
from verifier.formats._text import is_text
from verifier.formats._xml import ENTITY, declarations, without_comments
from verifier.records import Artifact, Coverage, CoverageState, Finding, Format, Reader

FORMAT = Format("xml", 1, "XML document", refines=("text",))

RULES: tuple[str, ...] = (ENTITY,)

_LONGEST: Final = 64 << 20
"""Bytes of a document that are looked through; OpenVINO's graphs of large models stay below 50 MB."""

_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[\s?]|<!DOCTYPE(?!\s+html)|<PMML[\s>]|<net\s)", re.IGNORECASE
)
_MODEL: Final = re.compile(rb"<(?:[\w.-]+:)?(PMML|net)[\s>]")


def recognize(probe: Probe) -> bool:
    """A declaration, a document type or the root of a model at the start."""
    return _START.match(probe.head) is not None


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Coverage]:
    """Reads everything once; what stands in comments and CDATA does nothing."""
    body = reader.read_at(0, min(reader.size, _LONGEST))
    context.budget.spend_steps(1 + len(body) // 100)
    if not is_text(body[:4], [body]):
        yield Coverage(artifact.name, CoverageState.PARTIAL, "it is not text in UTF-8 or UTF-16", FORMAT.how)
        return
    text = without_comments(body)
    yield from declarations(artifact, text, FORMAT.how)
    if len(body) < reader.size:
        reason = f"only the first {_LONGEST} bytes were looked through"
        yield Coverage(artifact.name, CoverageState.LIMIT, reason, FORMAT.how, len(body))
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, 0, len(body))
    elif _MODEL.search(text):
        reason = "a model stands in it, but not at its root"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
    else:
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)
