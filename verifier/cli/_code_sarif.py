"""References in code as SARIF 2.1.0 (OASIS standard): one result a reference that is not well, at its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from urllib.parse import quote

from verifier._version import __version__
from verifier.codebase import Judged, Standing
from verifier.records import Outcome
from verifier.records.canonical import Plain, canonical_bytes, digest_of

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {Outcome.REJECTED: "error", Outcome.UNDECIDED: "warning", Outcome.ACCEPTED: "note"}

_RULES = {
    Standing.UNPINNED: (
        "A model is named without a commit",
        "Branches and tags move. Run `verify lock add --from-code .`, then `verify code --fix`.",
    ),
    Standing.NOT_LOCKED: (
        "A model is pinned that models.lock does not hold",
        "Nothing says that this commit was verified. Run `verify lock add NAME@COMMIT`.",
    ),
    Standing.OTHER_COMMIT: (
        "A model is pinned to another commit than models.lock has",
        "Name the locked commit, or verify and lock the other one with `verify lock update NAME`.",
    ),
    Standing.RUN_TIME: (
        "The name or revision of a model is made at run time",
        "Write it as a constant, or run the program with `verify run -- PROGRAM`, which refuses what is not locked.",
    ),
    Standing.ELSEWHERE: (
        "A model comes from a place that cannot be locked",
        "Load it from a repository of the hub at a commit, or keep its files beside the code and verify them.",
    ),
    Standing.UNREAD: (
        "A file that seems to name models could not be read",
        "Correct its encoding or syntax, so that the models it names can be held against models.lock.",
    ),
    Standing.UNSAFE: (
        "A call may execute what it reads",
        "Load data formats such as safetensors, pass `weights_only=True`, or verify the file first.",
    ),
}
"""What each standing but the good one means, and what to do."""


def render(found: Sequence[Judged], what: Callable[[Judged], str]) -> str:
    """A SARIF log on one line; canonical bytes. Fingerprints stay when lines move.

    Args:
        found: all references.
        what: tells of one, on a printable line.
    """
    told = [one for one in found if one.standing in _RULES]
    kinds = [kind for kind in _RULES if any(one.standing is kind for one in told)]
    seen: Counter[tuple[str, ...]] = Counter()
    results: list[Plain] = []
    for one in told:
        same = (one.standing.value, _uri(one), one.place.mention.via, one.place.mention.name)
        seen[same] += 1
        results.append(_result(one, what(one), kinds.index(one.standing), digest_of([*same, seen[same]])))
    driver: Plain = {
        "name": "model-verify code",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": "https://pypi.org/project/model-verify/",
        "rules": [_descriptor(kind) for kind in kinds],
    }
    run: Plain = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return canonical_bytes({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}).decode("ascii") + "\n"


def _descriptor(kind: Standing) -> Plain:
    title, advice = _RULES[kind]
    return {
        "id": f"reference-{kind.value}",
        "shortDescription": {"text": f"{title}."},
        "fullDescription": {"text": f"{title}. {advice}"},
        "help": {"text": advice, "markdown": advice},
        "defaultConfiguration": {"level": _LEVEL[kind.outcome]},
        "properties": {"tags": ["security", "external/cwe/cwe-829"]},
    }


def _result(one: Judged, told: str, index: int, fingerprint: str) -> Plain:
    place: Plain = {"artifactLocation": {"uri": _uri(one)}, "region": {"startLine": one.place.mention.line}}
    return {
        "ruleId": f"reference-{one.standing.value}",
        "ruleIndex": index,
        "level": _LEVEL[one.standing.outcome],
        "message": {"text": told},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"modelVerifyCode/v1": fingerprint},
    }


def _uri(one: Judged) -> str:
    file = one.place.file
    return ("file://" if file.is_absolute() else "") + quote(file.as_posix(), errors="surrogatepass")
