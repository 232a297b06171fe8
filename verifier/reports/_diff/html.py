"""One HTML file that shows a difference to a reviewer: it loads nothing, runs nothing, and fits a phone."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.records import Verdict
from verifier.records.delta import Became, Change, Delta
from verifier.records.diff import Diff, Difference
from verifier.reports._diff.words import SAME, TITLES, against, figures, new_decisions
from verifier.reports._html import code, document, fold, table, text
from verifier.reports._view import model

_SIGNS = {"+": "new", "-": "gone", "~": "other"}


def render(diff: Diff) -> str:
    """The document."""
    title = f"What differs in {text(model(diff.after.dossier.snapshot))}"
    parts = [_head(diff), _reasons(diff), f"<p>{SAME}</p>\n" if diff.same else "", _tensors(diff)]
    parts += [_section(name, differences) for name, differences in diff.sections]
    return document(title, "What differs?", f"<section>\n{''.join(parts)}</section>\n")


def _head(diff: Diff) -> str:
    rows = [("is", diff.after), (f"against {against(diff)}", diff.before)]
    terms = "".join(f"<dt>{name}</dt><dd>{_verdict(verdict)}</dd>" for name, verdict in rows)
    return f"<dl>{terms}<dt>policy</dt><dd>{text(diff.after.policy.name)}</dd></dl>\n"


def _verdict(verdict: Verdict) -> str:
    outcome = verdict.outcome.value
    return f'<span class="badge {outcome}">{outcome}</span> {text(model(verdict.dossier.snapshot))}'


def _reasons(diff: Diff) -> str:
    rows = [
        (f'<span class="level {one.level.value}">{one.level.value}</span>', code(one.clause), text(one.reason))
        for one in new_decisions(diff)
    ]
    return f"<h3>New reasons</h3>\n{table(('level', 'clause', 'reason'), rows, 'why')}" if rows else ""


def _tensors(diff: Diff) -> str:
    if diff.delta is None:
        return f"<h3>Tensors</h3>\n<p>{text(diff.untold)}</p>\n"
    return f"<h3>Tensors</h3>\n<p>{text(diff.delta.told)}</p>\n{_kinds(diff.delta)}"


def _kinds(delta: Delta) -> str:
    """A fold a kind of change, with a bar that is as long as its share of all tensors."""
    total = delta.equal + len(delta.changes)
    shown = []
    for kind in Became:
        if changes := delta.of(kind):
            summary = f"{kind.value} <small>{len(changes)} of {total}</small>{_share(len(changes) / total)}"
            rows = [_change(one) for one in changes]
            shown.append(fold(summary, table(("tensor", "type", "what it looks like"), rows, "delta")))
    return "".join(shown)


def _share(part: float) -> str:
    bar = f'<rect class="data" width="{max(100 * part, 0.5):.2f}" height="1"/>'
    return f'<svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">{bar}</svg>'


def _change(one: Change) -> tuple[str, str, str]:
    shape = "x".join(map(str, one.shapes[1] or one.shapes[0]))
    kind = f"{text(one.dtypes[1] or one.dtypes[0])} <small>{shape}</small>"
    return f"{code(one.name)}<br><small>{text(one.file)}</small>", kind, text(figures(one))


def _section(name: str, differences: Sequence[Difference]) -> str:
    rows = [(_SIGNS[one.sign], code(one.name), _side(one.before), _side(one.after)) for one in differences]
    shown = table(("", "what", "before", "after"), rows, "differences")
    return f"<h3>{TITLES[name]}</h3>\n{shown}"


def _side(value: str | None) -> str:
    return "" if value is None else text(value)
