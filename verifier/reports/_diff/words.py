"""Words that all reports on differences share."""

from __future__ import annotations

from verifier.records import Decision
from verifier.records.delta import Became, Change
from verifier.records.diff import Diff

TITLES = {
    "findings": "Findings",
    "symbols": "Names that code is loaded by",
    "templates": "Chat templates",
    "tokenizer": "Tokenizer and special tokens",
    "generation": "Generation",
    "license": "License",
    "card": "What the card claims",
    "configuration": "Configuration",
    "files": "Files",
}
"""By kind of thing."""

SAME = "Nothing differs."


def against(diff: Diff) -> str:
    """What the first model is."""
    return "the base that its card names" if diff.declared else "the first"


def new_decisions(diff: Diff) -> list[Decision]:
    """The reasons that the first model does not have, worst first."""
    known = {(one.clause, one.reason) for one in diff.before.decisions}
    return [one for one in diff.after.decisions if (one.clause, one.reason) not in known]


def figures(change: Change) -> str:
    """Numbers that tell how much a tensor differs."""
    told = [change.told] if change.told else []
    if change.became is Became.RESHAPED:
        told.append(" -> ".join("x".join(map(str, shape)) or "scalar" for shape in change.shapes))
    if change.dtypes[0] != change.dtypes[1] and all(change.dtypes):
        told.append(" -> ".join(change.dtypes))
    if change.distance is not None and change.changed:
        told.append(f"{100 * change.distance:.2g} % of its norm")
    if change.became is Became.ROWS and change.first_rows:
        more = ", ..." if change.rows > len(change.first_rows) else ""
        told.append(f"rows {', '.join(map(str, change.first_rows))}{more}")
    return ", ".join(told)
