"""What is claimed of a model, who claims it, and what became of it when it was held against the facts."""

from __future__ import annotations

from collections import Counter

from verifier.records import Claim, Comparison, Dossier, Result
from verifier.reports._html import code, text, titled
from verifier.reports._html_lock import KINDS


def section(dossier: Dossier) -> str:
    """A row a claim; digests of files that are as claimed are counted, signatures and the lock are told elsewhere."""
    results = {one.claim: one for one in dossier.comparisons if one.claim is not None}
    kept: Counter[tuple[str, str]] = Counter()
    rows: list[tuple[str, ...]] = []
    for claim in dossier.claims:
        compared = results.get(claim)
        if claim.kind == "digest" and compared is not None and compared.result is Result.CONSISTENT:
            kept[claim.who, claim.channel] += 1
        elif claim.channel != "signature" and claim.kind not in KINDS:
            rows.append(_row(claim, compared))
    for (who, channel), count in sorted(kept.items()):
        said = f"of {count} file{'' if count == 1 else 's'}"
        rows.append((code("digest"), said, text(f"{who}, {channel}"), _result(Result.CONSISTENT)))
    rows += [(code(one.kind), "", "", _compared(one)) for one in dossier.comparisons if one.claim is None]
    head = ("claim", "says", "who", "held against facts")
    return titled("Claims beside facts", head, rows, "Nobody claims anything.")


def _row(claim: Claim, compared: Comparison | None) -> tuple[str, ...]:
    said = ", ".join(map(str, claim.value)) if isinstance(claim.value, tuple) else str(claim.value)
    about = "" if claim.subject == "." else f"<br><small>{text(claim.subject)}</small>"
    return (
        code(claim.kind),
        text(said) + about,
        text(f"{claim.who}, {claim.channel}"),
        _compared(compared) if compared else text(claim.standing.value),
    )


def _compared(one: Comparison) -> str:
    return f"{_result(one.result)}: {text(one.reason)}"


def _result(result: Result) -> str:
    return f'<span class="result {result.value}">{result.value}</span>'
