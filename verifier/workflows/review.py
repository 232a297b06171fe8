"""From what blocks a model to entries in a policy: the way out of undecided, with a reason and an owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import PolicyError
from verifier.policy import Policy
from verifier.policy.sections.symbols import REVIEWABLE, Symbols
from verifier.records import Decision, Finding, Level, Verdict
from verifier.store import quoted
from verifier.workflows import editing


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


def entries(symbols: Mapping[str, Iterable[str]], reason: str, owner: str, prefix: str = "") -> str:
    """The `[symbols]` entries of a policy, as TOML."""
    return "".join(
        f"\n[{prefix}symbols.{quoted(name)}]\n"
        f"uses = [{', '.join(map(quoted, uses))}]\nreason = {quoted(reason)}\nowner = {quoted(owner)}\n"
        for name, uses in symbols.items()
    )


def add(file: Path, symbols: Mapping[str, Iterable[str]], reason: str, owner: str) -> None:
    """Adds entries to a policy file, which is checked before it takes the old one's place.

    Raises:
        UsageError: the file cannot be read or written.
        PolicyError: it is no policy, or has an entry for one of the symbols already.
    """

    def change(text: str, before: Policy) -> str:
        for name in symbols:
            if name in before.section(Symbols).entries:
                uses = ", ".join(symbols[name])
                raise PolicyError(
                    f"{file} has an entry for {name} already.", f"Add to its uses, if you reviewed them: {uses}"
                )
        return text.rstrip("\n") + "\n" + entries(symbols, reason, owner, editing.prefix(file))

    editing.edit(file, change)
