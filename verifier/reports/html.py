"""One HTML file that shows verdicts to a reviewer: it loads nothing, runs nothing, and fits a phone."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.records import Artifact, Coverage, CoverageState, Dossier, Outcome, Verdict
from verifier.reports import _html_claims, _html_lock, _html_streams, _html_tensors
from verifier.reports._failure import Failure
from verifier.reports._html import code, document, text, titled
from verifier.reports._view import GAPS, bytes_read, closure, gaps, items, model, place, size

_PAINT = {
    CoverageState.INSPECTED: "read",
    CoverageState.DATA: "data",
}
"""Colors of parts of a file; what is in another state is a gap."""

_KEY = (
    '<p class="key">'
    + "".join(
        f'<i class="{name}"></i> {meaning} '
        for name, meaning in (("read", "inspected"), ("data", "numbers only"), ("gap", "not seen"))
    )
    + "</p>"
)


def render(
    verdicts: Sequence[Verdict],
    *,
    failures: Sequence[Failure] = (),
    color: bool = False,  # noqa: ARG001 - for terminals only
    width: int = 100,  # noqa: ARG001
    verbose: int = 0,  # noqa: ARG001
) -> str:
    """The document."""
    everything = [one for verdict in verdicts for one in closure(verdict)]
    sections = [_section(verdict) for verdict in everything] + [_failed(failure) for failure in failures]
    title = ", ".join(text(model(verdict.dossier.snapshot)) for verdict in verdicts[:3]) or "no model"
    question = f"May {'these models' if len(verdicts) > 1 else 'this model'} be used?"
    return document(f"Verdict on {title}", question, "".join(sections))


def _section(verdict: Verdict) -> str:
    dossier = verdict.dossier
    total = sum(artifact.size for artifact in dossier.snapshot.artifacts)
    outcome = verdict.outcome.value
    bound = [
        ("stage", verdict.stage.value),
        ("policy", f"{verdict.policy.name} ({verdict.policy.digest[:12]})"),
        ("read", f"{size(bytes_read(dossier))} of {size(total)}"),
        ("snapshot", verdict.snapshot_digest),
    ]
    terms = "".join(f"<dt>{name}</dt><dd>{text(value)}</dd>" for name, value in bound)
    inside = "".join(part.section(dossier) for part in (_html_lock, _html_streams, _html_tensors, _html_claims))
    return (
        f'<section>\n<h2><span class="badge {outcome}">{outcome}</span> {text(model(dossier.snapshot))}</h2>\n'
        f"<dl>{terms}</dl>\n{_why(verdict)}{_files(dossier)}{inside}{_signers(dossier)}</section>\n"
    )


def _why(verdict: Verdict) -> str:
    rows = [
        (
            f'<span class="level {item.decision.level.value}">{item.decision.level.value}</span>'
            + (f" waived by {text(item.decision.waiver)}" if item.decision.waiver else ""),
            code(item.subject),
            f"{text(item.message)}" + (f"<br><small>{text(place(item.evidence))}</small>" if item.evidence else ""),
        )
        for item in items(verdict)
    ]
    good = verdict.outcome is Outcome.ACCEPTED
    empty = "Nothing speaks against it." if good else "A model that it loads decides."
    return titled("Why", ("level", "what", "reason"), rows, empty)


def _files(dossier: Dossier) -> str:
    missing: dict[str, list[Coverage]] = {}
    for gap in gaps(dossier):
        missing.setdefault(gap.artifact, []).append(gap)
    rows = [
        (
            f"{text(artifact.path)}<br><small>{text(', '.join(artifact.formats) or 'unknown format')}</small>",
            size(artifact.size),
            _bar(artifact, dossier.coverage, missing.get(artifact.name, []))
            + "".join(f"<small>{_gap(gap)}</small><br>" for gap in missing.get(artifact.name, ())),
        )
        for artifact in dossier.snapshot.artifacts
    ]
    return titled("Files", ("file", "size", "what was looked at"), rows, "It has no files.", _KEY)


def _gap(gap: Coverage) -> str:
    return text(f"{GAPS[gap.state.value][0]}: {gap.reason}")


def _bar(artifact: Artifact, coverage: Sequence[Coverage], missing: Sequence[Coverage]) -> str:
    """A file's bytes from first to last: what was seen, and over it what was not."""
    clean = [one for one in coverage if one.artifact == artifact.name and one.state.clean]
    parts, seen = [], dict.fromkeys([*_PAINT.values(), "not seen"], 0)
    for one in [*sorted(clean, key=lambda each: each.state is CoverageState.INSPECTED), *missing]:
        length = one.length if one.length is not None else max(artifact.size - one.offset, 0)
        seen[_PAINT.get(one.state, "not seen")] += length
        parts.append(_part(_PAINT.get(one.state, "gap"), one.offset, length, artifact.size))
    told = ", ".join(f"{size(count)} {name}" for name, count in seen.items() if count) or "nothing seen"
    return (
        f'<svg viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label="{told}">'
        f'<rect class="gap" width="100" height="1"/>{"".join(parts)}</svg>'
    )


def _part(name: str, offset: int, length: int, total: int) -> str:
    """A range, at least so wide that it can be seen."""
    start, wide = (100 * offset / total, max(100 * length / total, 0.5)) if total else (0, 100)
    return f'<rect class="{name}" x="{min(start, 99.5):.2f}" width="{wide:.2f}" height="1"/>'


def _signers(dossier: Dossier) -> str:
    rows = [
        (text(claim.who), text(claim.standing.value), text(claim.evidence.what))
        for claim in dossier.claims
        if claim.channel == "signature"
    ]
    return titled("Signers", ("who", "signature", "seen"), rows, "Nobody signed it.")


def _failed(failure: Failure) -> str:
    return (
        f'<section>\n<h2><span class="badge undecided">no verdict</span> {text(failure.reference)}</h2>\n'
        f"<p>{text(failure.message)} {text(failure.next_step)}</p>\n</section>\n"
    )
