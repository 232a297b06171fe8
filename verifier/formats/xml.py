"""XML: PMML, OpenVINO and others, looked through for what a parser would fetch or expand; never parsed into a tree.

A document that describes a model is undecided: what its elements compute is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.formats._context import Context, Probe
from verifier.formats._text import is_text
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader, parameters, visible

FORMAT = Format("xml", 1, "XML document", refines=("text",))

ENTITY: Final = "xml-entity-declaration"
LIBRARY: Final = "xml-native-library"
RULES: tuple[str, ...] = (ENTITY, LIBRARY)

_LONGEST: Final = 64 << 20
"""Bytes of a document that are looked through; OpenVINO's graphs of large models stay below 50 MB."""

_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[\s?]|<!DOCTYPE(?!\s+html)|<PMML[\s>]|<net\s)", re.IGNORECASE
)
_COMMENT: Final = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_ENTITY: Final = re.compile(rb"<!ENTITY\s[^>]{0,200}")
_DOCTYPE: Final = re.compile(
    rb"<!DOCTYPE\s+[\w:.-]+\s+(?:SYSTEM|PUBLIC\s+(?:\"[^\"]*\"|'[^']*'))\s+[\"']([^\"']*)[\"']"
)
_LIBRARY: Final = re.compile(rb"<layer\b[^>]*\blibrary\s*=\s*[\"']([^\"']*)[\"']")
_MODEL: Final = re.compile(rb"<(PMML|net)[\s>]")
_STANDARD: Final = (b"http://www.w3.org/", b"https://www.w3.org/", b"http://www.apple.com/DTDs/")
"""Where the document types of SVG, XHTML and property lists stand; parsers know them or do without."""


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
    utf16 = body[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = body.decode("utf-16").encode() if utf16 else body
    text = _COMMENT.sub(lambda match: b" " * len(match[0]), text)
    yield from _findings(artifact, text)
    model = _MODEL.search(text)
    if len(body) < reader.size:
        reason = f"only the first {_LONGEST} bytes were looked through"
        yield Coverage(artifact.name, CoverageState.LIMIT, reason, FORMAT.how, len(body))
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, 0, len(body))
    elif model:
        kind = "PMML" if model[1] == b"PMML" else "OpenVINO"
        yield Coverage(
            artifact.name, CoverageState.PARTIAL, f"what this {kind} model computes is not judged", FORMAT.how
        )
    else:
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)


def _findings(artifact: Artifact, text: bytes) -> Iterator[Finding]:
    entity = _ENTITY.search(text)
    if entity:
        what = visible(entity[0].decode("utf-8", "replace"), 80)
        message = f"{what} declares an entity, by which parsers read files, fetch addresses or expand without bound"
        yield _finding(ENTITY, artifact, entity.start(), what, message)
    doctype = _DOCTYPE.search(text)
    if doctype and not doctype[1].startswith(_STANDARD):
        what = visible(doctype[1].decode("utf-8", "replace"), 80)
        message = f"the document type stands at {what}, which a parser would read to know the document"
        yield _finding(ENTITY, artifact, doctype.start(), what, message)
    library = _LIBRARY.search(text)
    if library:
        what = visible(library[1].decode("utf-8", "replace"), 80)
        yield _finding(LIBRARY, artifact, library.start(), what, f"a layer is run by the compiled library {what}")


def _finding(rule: str, artifact: Artifact, offset: int, what: str, message: str) -> Finding:
    return Finding(rule, (Evidence(artifact.name, what, FORMAT.how, offset),), f"{message}.", parameters(seen=what))
