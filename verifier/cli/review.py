"""`verify review`: what blocks a model, and the entries that let it through once somebody has looked."""

from __future__ import annotations

import sys

from verifier.cli import _terminal
from verifier.cli._configuration import own_file
from verifier.cli.model import Request
from verifier.errors import UsageError
from verifier.records import visible
from verifier.workflows import review


def run(reference: str, request: Request, reason: str, owner: str) -> int:
    """Lists what blocks a model; with a reason and an owner writes the entries into the policy and decides again.

    Raises:
        UsageError, PolicyError, SourceError: see `verifier.pipeline.verify_model` and `review.add`.
    """
    verdict = request.verdict(reference)
    found = review.blockers(verdict)
    _terminal.write(_listing(found))
    if not found.symbols:
        return verdict.outcome.exit_code
    file = own_file(request.policy)
    if file is None:
        _terminal.write("Copy a policy into a file of your own and name it with --policy; the entries would be:\n")
        _terminal.write(review.entries(found.symbols, reason or "why they are safe", owner or "who says so"))
        return verdict.outcome.exit_code
    reason, owner = reason or _asked("Why are they safe? "), owner or _asked("Who says so? ")
    review.add(file, found.symbols, reason, owner)
    _terminal.write(f"Added {len(found.symbols)} to {file}.\n")
    again = request.verdict(reference)
    _terminal.write(f"{visible(reference, 500)}  {again.outcome.value}\n")
    return again.outcome.exit_code


def _listing(found: review.Blockers) -> str:
    lines = [f"{visible(name, 300)}  {', '.join(uses)}" for name, uses in found.symbols.items()]
    lines += [f"not a matter of review: {decision.clause}: {decision.reason}" for decision in found.others]
    return "".join(f"{line}\n" for line in lines or ["Nothing blocks it."])


def _asked(question: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError("A review has a reason and an owner.", "Give them with --reason and --owner.")
    answer = input(question).strip()
    if not answer:
        raise UsageError("A review has a reason and an owner.", "Nothing was written.")
    return answer
