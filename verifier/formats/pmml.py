"""PMML models: XML whose elements compute; functions that are not the standard's are code of the consumer's.

Source: dmg.org/pmml/v4-4-1. JPMML takes a function it does not know for the name of a Java class.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats._context import Context, Probe
from verifier.formats._text import read_whole
from verifier.formats._xml import ENTITY, declarations, elements, finding, root_of, without_comments
from verifier.records import Artifact, Coverage, CoverageState, Finding, Format, Reader, visible

FORMAT = Format("pmml", 1, "PMML model", refines=("xml", "text"))

FUNCTION: Final = "pmml-unknown-function"
MALFORMED: Final = "pmml-malformed"
RULES: tuple[str, ...] = (ENTITY, FUNCTION, MALFORMED)

_LONGEST: Final = 256 << 20
"""Bytes of a document; forests of thousands of trees have some 100 MB."""

_SPACES: Final = ("http://www.dmg.org/PMML", "https://www.dmg.org/PMML", "http://jpmml.org/jpmml-model/InlineTable")
"""Namespaces of the standard, and of the columns of tables as JPMML writes them."""

_OUTSIDE: Final = frozenset({"TableLocator"})
"""Elements by which data stand in a database of the consumer's."""

_STANDARD: Final = frozenset(
    {
        *(
            "+",
            "-",
            "*",
            "/",
            "min",
            "max",
            "sum",
            "avg",
            "median",
            "product",
            "log10",
            "ln",
            "sqrt",
            "abs",
            "exp",
            "pow",
        ),
        *(
            "threshold",
            "floor",
            "ceil",
            "round",
            "rint",
            "modulo",
            "isMissing",
            "isNotMissing",
            "isValid",
            "isNotValid",
        ),
        *("equal", "notEqual", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual", "isIn", "isNotIn"),
        *("and", "or", "not", "if", "uppercase", "lowercase", "stringLength", "substring", "trimBlanks", "concat"),
        *("replace", "matches", "formatNumber", "formatDatetime", "dateDaysSinceYear", "dateSecondsSinceYear"),
        *("dateSecondsSinceMidnight", "normalCDF", "normalPDF", "normalIDF", "stdNormalCDF", "stdNormalPDF"),
        *("stdNormalIDF", "erf", "expm1", "hypot", "ln1p", "sin", "asin", "sinh", "cos", "acos", "cosh", "tan"),
        *("atan", "atan2", "tanh"),
    }
)
"""Functions of PMML 4.4.1; before that version JPMML gave the newer ones names that begin with `x-`."""


def recognize(probe: Probe) -> bool:
    """The root is a PMML element."""
    return root_of(probe.head) == b"PMML"


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Coverage]:
    """Reads all elements, and holds the functions that are applied against those there are."""
    body = read_whole(reader, context.budget, _LONGEST)
    yield from declarations(artifact, without_comments(body), FORMAT.how)
    applied: dict[str, int] = {}
    defined: set[str] = set()
    gaps: dict[str, None] = {}
    try:
        for offset, name, attributes in elements(body, context.budget):
            _element(name, attributes, applied, offset, (defined, gaps))
    except Malformed as error:
        said = error.message, f"No parser reads the document to its end: {error.message}"
        yield finding(MALFORMED, artifact, FORMAT.how, error.offset or 0, said)
        yield Coverage(artifact.name, CoverageState.PARTIAL, "it could not be read to its end", FORMAT.how)
        return
    for name, offset in [item for item in applied.items() if item[0] not in defined][:50]:
        shown = visible(name, 80)
        message = f"The model applies {shown}, which is no function of the standard's and is not defined in it"
        yield finding(FUNCTION, artifact, FORMAT.how, offset, (shown, message))
    if gaps:
        reason = f"elements that are not the standard's, or stand for data elsewhere: {', '.join(list(gaps)[:5])}"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
    else:
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)


def _element(
    name: str, attributes: dict[str, str], applied: dict[str, int], offset: int, seen: tuple[set[str], dict[str, None]]
) -> None:
    """Notes what an element applies, defines, or why it is not judged."""
    defined, gaps = seen
    space, _, own = name.rpartition(" ")
    if own in _OUTSIDE or (space and not space.startswith(_SPACES)):
        gaps[visible(own, 40)] = None
    elif own == "DefineFunction":
        defined.add(attributes.get("name", ""))
    elif own == "Apply" and (function := attributes.get("function", "")).removeprefix("x-") not in _STANDARD:
        applied.setdefault(function, offset)
