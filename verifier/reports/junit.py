"""JUnit XML, as CI systems show test results: a suite a model, a case a reason (the schema of Jenkins' plugin)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from verifier.records import Level, Verdict
from verifier.reports._failure import Failure
from verifier.reports._view import Item, closure, items, model, place, safe

_RESULT = {Level.DENY: "failure", Level.UNDECIDED: "error"}
"""What a case ends in; others pass, and waived ones are skipped."""


def render(
    verdicts: Sequence[Verdict],
    *,
    failures: Sequence[Failure] = (),
    color: bool = False,  # noqa: ARG001 - for terminals only
    width: int = 100,  # noqa: ARG001
    verbose: int = 0,  # noqa: ARG001
) -> str:
    """One document."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="model-verify">']
    for verdict in (one for root in verdicts for one in closure(root)):
        lines += _suite(model(verdict.dossier.snapshot), list(_cases(verdict)))
    for failure in failures:
        told = _result("error", "no verdict", f"{failure.message} {failure.next_step}")
        lines += _suite(safe(failure.reference), [("verdict", "error", told)])
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _cases(verdict: Verdict) -> Iterator[tuple[str, str, str]]:
    """Name, kind of result and its element of each reason; a model without reasons is one case that passes."""
    found = [item for item in items(verdict) if item.decision.level in _RESULT]
    for item in found:
        where = f" at {place(item.evidence)}" if item.evidence else ""
        yield (f"{safe(item.subject)}{where}", *_told(item))
    if not found:
        yield f"verdict: {verdict.outcome.value}", "", ""


def _told(item: Item) -> tuple[str, str]:
    if item.decision.waiver:
        return "skipped", f"<skipped message={quoteattr(f'waived by {safe(item.decision.waiver)}')}/>"
    kind = _RESULT[item.decision.level]
    return kind, _result(kind, item.decision.clause, item.message)


def _result(kind: str, clause: str, text: str) -> str:
    shown = safe(text.strip())
    return f"<{kind} type={quoteattr(safe(clause))} message={quoteattr(shown)}>{escape(shown)}</{kind}>"


def _suite(name: str, cases: Sequence[tuple[str, str, str]]) -> list[str]:
    kinds = [kind for _, kind, _ in cases]
    counts = " ".join(f'{word}s="{kinds.count(word)}"' for word in ("failure", "error"))
    head = f'  <testsuite name={quoteattr(name)} tests="{len(cases)}" {counts} skipped="{kinds.count("skipped")}">'
    rows = [
        f"    <testcase classname={quoteattr(name)} name={quoteattr(case)}>{told}</testcase>" for case, _, told in cases
    ]
    return [head, *rows, "  </testsuite>"]
