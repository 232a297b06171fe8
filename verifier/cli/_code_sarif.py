"""References in code as SARIF 2.1.0 (OASIS standard): one result a reference that is not well, at its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from urllib.parse import quote

from verifier._version import __version__
from verifier.codebase import Judged
from verifier.records import Outcome
from verifier.records.canonical import Plain, canonical_bytes, digest_of
from verifier.reports.sarif import SCHEMA, descriptor
from verifier.rules import rule as page

_LEVEL = {Outcome.REJECTED: "error", Outcome.UNDECIDED: "warning", Outcome.ACCEPTED: "note"}


def render(found: Sequence[Judged], what: Callable[[Judged], str]) -> str:
    """A SARIF log on one line; canonical bytes. Fingerprints stay when lines move.

    Args:
        found: all references.
        what: tells of one, on a printable line.
    """
    told = [(rule, one) for one in found if (rule := one.standing.rule) is not None]
    levels = {rule: _LEVEL[one.standing.outcome] for rule, one in told}
    ids = sorted(levels)
    seen: Counter[tuple[str, ...]] = Counter()
    results: list[Plain] = []
    for rule, one in told:
        same = (one.standing.value, _uri(one), one.place.mention.via, one.place.mention.name)
        seen[same] += 1
        place: Plain = {"artifactLocation": {"uri": _uri(one)}, "region": {"startLine": one.place.mention.line}}
        results.append(
            {
                "ruleId": rule,
                "ruleIndex": ids.index(rule),
                "level": levels[rule],
                "message": {"text": what(one)},
                "locations": [{"physicalLocation": place}],
                "partialFingerprints": {"modelVerifyCode/v1": digest_of([*same, seen[same]])},
            }
        )
    driver: Plain = {
        "name": "model-verify code",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": "https://pypi.org/project/model-verify/",
        "rules": [{**descriptor(page(each)), "defaultConfiguration": {"level": levels[each]}} for each in ids],
    }
    run: Plain = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return canonical_bytes({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}).decode("ascii") + "\n"


def _uri(one: Judged) -> str:
    file = one.place.file
    return ("file://" if file.is_absolute() else "") + quote(file.as_posix(), errors="surrogatepass")
