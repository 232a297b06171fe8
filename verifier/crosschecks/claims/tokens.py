"""Tokens that begin, end and fill texts: the numbers configurations give them, and the tokenizer's."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname

from verifier.crosschecks.claims._model import Model
from verifier.crosschecks.claims._results import consistent, inconclusive, not_checkable
from verifier.crosschecks.claims.vocabulary import table
from verifier.records import Claim, Comparison, Fact

ROLES = ("bos", "eos", "pad")


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a role and file. Genuine files disagree, as where a turn ends otherwise: nothing is contradicted."""
    for role in ROLES:
        for claim in model.said(f"{role}-token"):
            ids = [one for one in (claim.value if isinstance(claim.value, tuple) else (claim.value,)) if _is_id(one)]
            if ids:
                yield _held(claim, role, [int(str(one)) for one in ids], model)


def _held(claim: Claim, role: str, ids: list[int], model: Model) -> Comparison:
    folder = dirname(claim.evidence.artifact)
    weights = model.beside(claim)
    row = table(weights) if weights else None
    known = [fact for fact in model.facts("token-ids", folder) if isinstance(fact.value, int)]
    reached = max([*(int(str(fact.value)) for fact in known), *([row.shape[0]] if row else [])], default=0)
    if not reached:
        return not_checkable(claim.kind, claim, "no tokens are known that it could be one of")
    facts = (*known, *(weights.facts if weights else ()))
    if max(ids) >= reached:
        return inconclusive(claim.kind, claim, f"there are {reached:,} tokens, and {max(ids)} is none", *facts)
    suppressed = model.settings("generation_config.json", folder).get("suppress_tokens")
    if role == "eos" and isinstance(suppressed, tuple) and set(ids) <= set(suppressed):
        return inconclusive(claim.kind, claim, "generation suppresses it: no text ends by itself", *facts)
    for text, number, fact in _named(role, folder, model):
        if number in ids:
            return consistent(claim.kind, claim, f"the tokenizer gives {text} this number", fact, *facts)
        return inconclusive(claim.kind, claim, f"the tokenizer has {text}, which is number {number}", fact, *facts)
    return consistent(claim.kind, claim, f"it is one of {reached:,} tokens", *facts)


def _named(role: str, folder: str, model: Model) -> Iterator[tuple[str, int, Fact]]:
    """The text the tokenizer's configurations have for a role, and its number."""
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        said = model.settings(name, folder)
        text = said.get(f"{role}_token", said.get(f"{role}_token.content"))
        for fact in model.facts("added-tokens", folder):
            for pair in fact.value if isinstance(fact.value, tuple) else ():
                if isinstance(pair, tuple) and pair[0] == text and isinstance(pair[1], int):
                    yield str(text), pair[1], fact


def _is_id(value: object) -> bool:
    """Less than zero is how some say that there is none."""
    return type(value) is int and value >= 0
