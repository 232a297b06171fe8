"""`verify policy …`: what its commands do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from verifier import formats, policy
from verifier.cli import _terminal
from verifier.cli._show import places, shown
from verifier.cli.model import Request, exit_code
from verifier.errors import PolicyError, UsageError
from verifier.pipeline import load_policy
from verifier.policy import Combined, Policy, reference
from verifier.policy.facts import facts_of
from verifier.policy.fixtures import Expectation, expectations
from verifier.policy.sections.card import DECLARED
from verifier.policy.sections.symbols import REVIEWABLE
from verifier.policy.sections.waive import waivable
from verifier.records import Claim, Decision, Level, SourceKind, Standing, Verdict, visible
from verifier.records.canonical import canonical_bytes, to_plain
from verifier.store import publish
from verifier.workflows import starting, waiving
from verifier.workflows.waiving import Signature

SOON = 30
"""Days ahead in which a waiver's end is worth a word."""


def today() -> date:
    """The day, as verdicts take it."""
    return datetime.now(UTC).date()


def check(names: Sequence[str]) -> int:
    """Reads each policy; 2 if one is wrong, each with one line that says what and where."""
    code = 0
    for name in names:
        try:
            found = load_policy(name)
        except PolicyError as error:
            _terminal.complain(str(error))
            code = 2
        else:
            _terminal.write(f"ok  {name}\n")
            for one in _each(found):
                _waivers(one)
    return code


def _waivers(one: Policy) -> None:
    for entry in waiving.ending(one, today(), SOON):
        word = "ended" if entry.expires < today() else "ends"
        about = entry.model or f"the file or model {entry.digest}"
        _terminal.write(f"    the waiver of {entry.rule} for {visible(about)} {word} on {entry.expires}\n")


def _each(found: Policy | Combined) -> tuple[Policy, ...]:
    return found.policies if isinstance(found, Combined) else (found,)


def show(names: Sequence[str]) -> int:
    """Prints each policy whole: all keys, with where each is written.

    Raises:
        PolicyError: one is wrong.
    """
    load_policy(names)
    _terminal.write("\n".join(shown(policy.resolved(name)) for name in names))
    return 0


def keys() -> str:
    """All that a policy can say, and the words of its open lists that this version knows."""
    known = " ".join(module.FORMAT.id for module in formats.modules())
    told = textwrap.fill(known, 100, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
    return f"{reference.told()}\nFormats, for [formats]:\n{told}\n"


def explain(model: str, request: Request, text_or_json: str) -> int:
    """Tells which clause decided on which evidence; the verdict's exit code.

    Raises:
        UsageError, PolicyError, SourceError: see `verifier.pipeline.verify_model`.
    """
    if text_or_json not in ("plain", "json"):
        raise UsageError(f"There is no format {visible(text_or_json)!r} here.", "Use plain or json.")
    verdict = request.verdict(model)
    if text_or_json == "json":
        facts = facts_of(verdict, today())
        told = {"format": "facts-v1", "facts": to_plain(facts), "decisions": to_plain(verdict.decisions)}
        _terminal.write(canonical_bytes(told).decode() + "\n")
    else:
        names = [request.policy] if isinstance(request.policy, str) else list(request.policy)
        written = {load_policy(name).identity.name: places(policy.resolved(name)) for name in names}
        _terminal.write("".join(f"{line}\n" for line in _explained(verdict, written)))
    return verdict.outcome.exit_code


def _explained(verdict: Verdict, written: dict[str, dict[str, str]]) -> Iterator[str]:
    yield f"{verdict.outcome}  {visible(verdict.dossier.snapshot.id, 500)}  by {verdict.policy.name}"
    for decision in verdict.decisions:
        yield f"  {decision.level}  {visible(decision.clause, 300)}  ({_place(decision.clause, written)})"
        if decision.waiver:
            yield f"      set aside: waived by {visible(decision.waiver, 500)}"
        declared = isinstance(decision.cites, Claim) and decision.cites.standing is Standing.UNVERIFIED
        told = f" ({DECLARED})" if declared and DECLARED not in decision.reason else ""
        where = f"{visible(decision.artifact, 300)}: " if not isinstance(decision.cites, str) else ""
        yield f"      {where}{visible(decision.reason.removeprefix(where), 1000)}{told}"
        if way := _way_out(decision, verdict):
            yield f"      once somebody has looked: {way}"
    if not any(decision.level in (Level.DENY, Level.UNDECIDED) for decision in verdict.decisions):
        yield "  nothing was found that the policy denies or leaves undecided"
    for dependency in verdict.dependencies:
        yield ""
        yield from _explained(dependency, written)


def _way_out(decision: Decision, verdict: Verdict) -> str:
    """The command that settles what is undecided; nothing where somebody has to do more."""
    if decision.level is not Level.UNDECIDED or decision.waiver:
        return ""
    snapshot = verdict.dossier.snapshot
    model = snapshot.id if snapshot.reference.kind is SourceKind.HUB else snapshot.reference.text
    rule = waiving.subject(decision).rpartition(": ")[2]  # without the name of one of several policies
    if rule in REVIEWABLE:
        return f"verify review {visible(model, 500)}"
    return f"verify waive {rule} {visible(model, 500)} --owner WHO --reason WHY" if rule in waivable() else ""


def _place(clause: str, written: dict[str, dict[str, str]]) -> str:
    name, colon, rest = clause.partition(": ")
    found = written.get(name, {}) if colon else next(iter(written.values()))
    return found.get(rest if colon else clause, "not for a policy to change")


def test(files: Sequence[Path], names: Sequence[str]) -> int:
    """Runs cases; 1 if one fails.

    Raises:
        UsageError: a file cannot be read, or holds no case.
        PolicyError: a file or the policy is wrong.
    """
    chosen = load_policy(names)
    failed = count = 0
    for file in files:
        for expected in expectations(_content(file), str(file), today()):
            count += 1
            faults = list(_faults(expected, chosen))
            failed += bool(faults)
            _terminal.write(f"{'FAILED' if faults else 'ok'}  {expected.place}  {visible(expected.name)}\n")
            _terminal.write("".join(f"    {fault}\n" for fault in faults))
    if not count:
        raise UsageError(
            f"There is no [[case]] in {', '.join(map(str, files))}.", "`verify policy test --help` shows one."
        )
    _terminal.write(f"{count} cases, {failed} failed, under {chosen.identity.name}\n")
    return 1 if failed else 0


def _faults(expected: Expectation, chosen: Policy | Combined) -> Iterator[str]:
    decisions = policy.ordered(chosen, expected.case)
    outcome = policy.outcome_of(decisions)
    if outcome is not expected.outcome:
        yield f"is {outcome}, not {expected.outcome}"
    made = {(decision.level.value, decision.clause) for decision in decisions if not decision.waiver}
    made |= {("waived", decision.clause) for decision in decisions if decision.waiver}
    missing = [pair for pair in expected.decisions if pair not in made]
    for word, clause in missing:
        yield f"lacks: {word} {clause}"
    if missing or outcome is not expected.outcome:
        yield from (f"has: {_told(decision)}" for decision in decisions)


def _told(decision: Decision) -> str:
    word = "waived" if decision.waiver else decision.level.value
    return f"{word} {decision.clause}: {visible(decision.reason, 300)}"


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", "Name a file of [[case]] tables.") from error


def init(references: Sequence[str], output: Path, request: Request, signature: Signature) -> int:
    """Writes a first policy; the exit code of the worst verdict under it.

    Raises:
        UsageError: the file exists, there is no model, or it cannot be written.
        SourceError: a model cannot be obtained.
    """
    if output.exists():
        raise UsageError(f"{output} is there already.", "Name another file with --output.")
    models = list(references) or [f"./{path.relative_to(Path.cwd())}" for path in starting.models_below(Path.cwd())]
    if not models:
        raise UsageError("There are no model files below this folder.", "Name the models: verify policy init REF...")
    verdicts = [request.verdict(model) for model in models]
    made = starting.start(output.resolve().parent.name, verdicts, signature, today())
    try:
        publish(output, made.text)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.", "Name another file.") from error
    waived = made.text.count("\n[[waive]]")
    _terminal.write(f"Wrote {output}: models: {len(models)}, waivers: {waived}, until {signature.expires}.\n")
    for verdict in made.verdicts:
        _terminal.write(f"{verdict.outcome}  {visible(verdict.dossier.snapshot.id, 500)}\n")
    for model, decision in made.left:
        _terminal.write(f"not waived: {visible(model)}: {decision.clause}: {visible(decision.reason, 500)}\n")
    return exit_code(verdict.outcome for verdict in made.verdicts)


def expiry(told: date | None) -> date:
    """The day a waiver ends, by default some months ahead."""
    return told or today() + timedelta(waiving.DAYS)
