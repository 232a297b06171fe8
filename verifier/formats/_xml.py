"""XML without a tree: what a parser would fetch or expand, and the elements of a document one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats._context import Budget
from verifier.records import Artifact, Evidence, Finding, parameters, visible

ENTITY: Final = "xml-entity-declaration"

_COMMENT: Final = re.compile(rb"<!--(?:.*?-->|(.*))|<!\[CDATA\[(?:.*?\]\]>|(.*))", re.DOTALL)
"""One that is not closed takes the rest, in a group, so that its end is looked for once."""

_ENTITY: Final = re.compile(rb"<!ENTITY\s[^>]{0,200}")
_DOCTYPE: Final = re.compile(
    rb"<!DOCTYPE\s+[\w:.-]+\s+(?:SYSTEM|PUBLIC\s+(?:\"[^\"]*\"|'[^']*'))\s+[\"']([^\"']*)[\"']"
)
_STANDARD: Final = (b"http://www.w3.org/", b"https://www.w3.org/", b"http://www.apple.com/DTDs/")
"""Where the document types of SVG, XHTML and property lists stand; parsers know them or do without."""

_ROOT: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?>\s+|<\?[^>]*\?>|<!--.*?-->|<!DOCTYPE(?:[^>\[]|\[[^\]]*+\])*+>)*+<(?:[\w.-]+:)?([\w.-]+)[\s/>]",
    re.DOTALL,
)
"""Every repetition is possessive: nothing is tried twice, whatever a file begins with."""

_LATIN: Final = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?:iso-8859-1|latin-?1|windows-1252)[\"']", re.IGNORECASE)
_STEP: Final = 64 << 10
"""Bytes parsed between two looks at the elements."""


def root_of(head: bytes) -> bytes:
    """The name of the outermost element; empty where the first bytes do not show it."""
    found = _ROOT.match(head)
    return found[1] if found else b""


def without_comments(text: bytes) -> bytes:
    """The text in UTF-8, with blanks for comments and CDATA, which do nothing."""
    utf8 = text.decode("utf-16", "replace").encode() if text[:2] in (b"\xff\xfe", b"\xfe\xff") else text
    return _COMMENT.sub(lambda match: match[0] if match.lastindex else b" " * len(match[0]), utf8)


def declarations(artifact: Artifact, text: bytes, how: str) -> Iterator[Finding]:
    """Entities, and document types that stand elsewhere, in a text without comments."""
    entity = _ENTITY.search(text)
    if entity:
        what = visible(entity[0].decode("utf-8", "replace"), 80)
        message = f"{what} declares an entity, by which parsers read files, fetch addresses or expand without bound"
        yield finding(ENTITY, artifact, how, entity.start(), (what, message))
    doctype = _DOCTYPE.search(text)
    if doctype and not doctype[1].startswith(_STANDARD):
        what = visible(doctype[1].decode("utf-8", "replace"), 80)
        message = f"the document type stands at {what}, which a parser would read to know the document"
        yield finding(ENTITY, artifact, how, doctype.start(), (what, message))


def finding(rule: str, artifact: Artifact, how: str, offset: int, said: tuple[str, str]) -> Finding:
    """A finding about what was seen, and a sentence about it."""
    what, message = said
    place = Evidence(artifact.name, what, how, min(offset, artifact.size))
    return Finding(rule, (place,), f"{message}.", parameters(seen=what))


def elements(body: bytes, budget: Budget) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Offset, name and attributes of every element, in order; names are qualified by their namespace, as `uri name`.

    Raises:
        Malformed: it is not well-formed, or declares entities, which are never expanded.
        BudgetExceeded: too many elements.
    """
    from xml.parsers import expat

    found: list[tuple[int, str, dict[str, str]]] = []
    parser = expat.ParserCreate(_encoding(body), " ")

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((parser.CurrentByteIndex, name, attributes))

    def declared(*_: object) -> None:
        raise Malformed("it declares entities", parser.CurrentByteIndex)

    parser.StartElementHandler = start
    parser.EntityDeclHandler = declared
    for position in range(0, len(body) + 1, _STEP):
        flaw: Malformed | None = None
        try:
            parser.Parse(body[position : position + _STEP], position + _STEP > len(body))
        except Malformed as error:
            flaw = error
        except expat.ExpatError as error:
            flaw = Malformed(f"it is not well-formed: {expat.ErrorString(error.code)}", max(0, parser.ErrorByteIndex))
        budget.spend_steps(1 + len(found))
        yield from found
        found.clear()
        if flaw is not None:
            raise flaw


def _encoding(body: bytes) -> str:
    """One that needs no codec of Python's: a document may name any."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return "iso-8859-1" if _LATIN.match(body) else "utf-8"
