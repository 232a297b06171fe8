"""From what blocks a model to entries in a policy: the way out of undecided, with a reason and an owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from verifier import policy
from verifier.errors import PolicyError, UsageError
from verifier.policy.sections.symbols import REVIEWABLE, Symbols
from verifier.records import Decision, Finding, Level, Verdict
from verifier.store import publish, quoted


@dataclass(frozen=True, slots=True)
class Blockers:
    """What keeps a model from being accepted.

    Args:
        symbols: `module.name` to the uses a review would have to answer for, sorted.
        others: decisions that no review of a symbol changes.
    """

    symbols: Mapping[str, tuple[str, ...]]
    others: tuple[Decision, ...]


def blockers(verdict: Verdict) -> Blockers:
    """What blocks a model, the repositories it loads included."""
    uses: dict[str, set[str]] = {}
    others: list[Decision] = []
    for one in _closure(verdict):
        for decision in one.decisions:
            if decision.waiver or decision.level not in (Level.DENY, Level.UNDECIDED):
                continue
            if isinstance(decision.cites, Finding) and decision.cites.rule in REVIEWABLE:
                details = dict(decision.cites.parameters)
                uses.setdefault(str(details["symbol"]), set()).add(str(details["use"]))
            else:
                others.append(decision)
    return Blockers({name: tuple(sorted(uses[name])) for name in sorted(uses)}, tuple(others))


def _closure(verdict: Verdict) -> Iterator[Verdict]:
    yield verdict
    for dependency in verdict.dependencies:
        yield from _closure(dependency)


def entries(symbols: Mapping[str, Iterable[str]], reason: str, owner: str) -> str:
    """The `[symbols]` entries of a policy, as TOML."""
    return "".join(
        f"\n[symbols.{quoted(name)}]\n"
        f"uses = [{', '.join(map(quoted, uses))}]\nreason = {quoted(reason)}\nowner = {quoted(owner)}\n"
        for name, uses in symbols.items()
    )


def add(file: Path, symbols: Mapping[str, Iterable[str]], reason: str, owner: str) -> None:
    """Adds entries to a policy file, which is checked before it takes the old one's place.

    Raises:
        UsageError: the file cannot be read or written.
        PolicyError: it is no policy, or has an entry for one of the symbols already.
    """
    try:
        before = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The policy {file} cannot be read: {error}.", "Name a policy file of your own.") from error
    known = policy.parse(before.encode(), str(file)).section(Symbols).entries
    for name in symbols:
        if name in known:
            uses = ", ".join(symbols[name])
            raise PolicyError(
                f"{file} has an entry for {name} already.", f"Add to its uses, if you reviewed them: {uses}"
            )
    after = before.rstrip("\n") + "\n" + entries(symbols, reason, owner)
    policy.parse(after.encode(), str(file))
    try:
        publish(file, after)
    except OSError as error:
        raise UsageError(f"The policy {file} cannot be written: {error.strerror}.", "Check its permissions.") from error
