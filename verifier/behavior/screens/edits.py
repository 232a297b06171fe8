"""What was changed around the weights, and inside them, against the model that another one was made from.

A changed template, a token under another number, or a rewritten decoder alters what a model is told or says without
touching what its card describes. All of it has good reasons too: these findings ask somebody to look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import basename
from typing import Final

from verifier.records import Dossier, Evidence, Finding, Value, parameters, visible
from verifier.records.card import CardField
from verifier.records.delta import Became, Change, Delta

TEMPLATE = "base-template-changed"
TOKENIZER = "base-tokenizer-changed"
GENERATION = "base-generation-changed"
BITS = "base-weights-low-bits"
EDITED = "base-weights-edited"
RULES: tuple[str, ...] = (TEMPLATE, TOKENIZER, GENERATION, BITS, EDITED)

HOW = "edits/1"

SHOWN: Final = 20
"""Places a finding lists at most."""

LEVERS: Final = (
    "bad_words_ids",
    "begin_suppress_tokens",
    "eos_token_id",
    "forced_",
    "guidance_scale",
    "sequence_bias",
    "suppress_tokens",
)
"""How settings of transformers' GenerationConfig begin that make a model say certain tokens, or keep it from that."""

REWRITING: Final = ("normalizer", "decoder")
"""Parts of a tokenizer that change texts."""

_GENERATION: Final = "generation_config.json"

_Lever = tuple[Value, Evidence]

_CONTENT: Final = (Became.RANK_1, Became.LOW_RANK, Became.ROWS, Became.COLUMNS, Became.DENSE)


@dataclass(frozen=True, slots=True)
class Tokens:
    """A tokenizer.

    Args:
        path: of its file.
        ids: token to number.
        parts: what it does besides, by name, as text.
    """

    path: str = ""
    ids: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)


def edits(base: Dossier, model: Dossier) -> Iterator[Finding]:
    """Yields findings about chat templates and settings of generation that are not those of the base."""
    theirs, ours = _templates(base), _templates(model)
    for name in sorted(theirs.keys() & ours.keys()):
        new = [place for digest, place in ours[name].items() if digest not in theirs[name]]
        if new:
            message = f"The chat template {visible(name, 80)} is not that of {_named(base)}."
            yield Finding(TEMPLATE, tuple(new[:SHOWN]), message)
    before, after = _levers(base), _levers(model)
    unset: _Lever = ("unset", Evidence(_GENERATION, "not set here", HOW))
    changed = {
        name: (before.get(name, unset)[0], *after.get(name, unset))
        for name in sorted({*before, *after})
        if before.get(name, unset)[0] != after.get(name, unset)[0]
    }
    if changed:
        name, (old, new_value, _) = next(iter(changed.items()))
        said = f"{name} is {visible(str(new_value), 60)}, not {visible(str(old), 60)}"
        places = tuple(place for _, _, place in list(changed.values())[:SHOWN])
        message = f"What it says is steered otherwise than with {_named(base)}: {said}."
        yield Finding(GENERATION, places, message, parameters(settings=tuple(changed)))


def tokenizers(base: Tokens, model: Tokens, named: str) -> Iterator[Finding]:
    """Yields a finding where tokens of the base have another number or are gone, or texts are rewritten otherwise.

    Tokens and merges that were added are no finding: training adds them.
    """
    moved = [(token, number) for token, number in base.ids.items() if model.ids.get(token) != number]
    rewritten = [name for name in REWRITING if base.parts.get(name, "") != model.parts.get(name, "")]
    seen = [f"{visible(one, 40)} was {number}, now {model.ids.get(one, 'gone')}" for one, number in moved[:SHOWN]]
    seen += [f"{name}: {visible(model.parts.get(name, 'none'), 100)}" for name in rewritten]
    if seen:
        told = [f"{len(moved)} of {len(base.ids)} tokens have another number or are gone"] if moved else []
        told += [f"texts pass through another {name}" for name in rewritten]
        message = f"Against the tokenizer of {visible(named)}, {' and '.join(told)}."
        evidence = tuple(Evidence(model.path, one, HOW) for one in seen)
        yield Finding(TOKENIZER, evidence, message, parameters(tokens=len(moved)))


def weights(delta: Delta, model: Dossier, named: str) -> Iterator[Finding]:
    """Yields findings about tensors: hidden bits, and contents that a model said to be only quantized cannot have."""
    hidden = delta.of(Became.LOW_BITS)
    if hidden:
        message = f"{len(hidden)} tensors differ from those of {visible(named)} in their low bits and nowhere else."
        yield Finding(BITS, tuple(map(_place, hidden[:SHOWN])), message, parameters(tensors=len(hidden)))
    relations = {one.value for one in model.claims if one.kind == CardField.BASE_MODEL_RELATION}
    changed = delta.of(*_CONTENT)
    if changed and relations == {"quantized"}:
        what = f"rounding does not explain {len(changed)} tensors, as {visible(changed[0].name, 80)}"
        message = f"It is said to be {visible(named)} quantized, but {what}: {changed[0].told}."
        yield Finding(EDITED, tuple(map(_place, changed[:SHOWN])), message, parameters(tensors=len(changed)))


def _place(change: Change) -> Evidence:
    return Evidence(change.file, f"{change.name}: {change.told or change.became.value}", HOW)


def _named(dossier: Dossier) -> str:
    return visible(dossier.snapshot.id)


def _templates(dossier: Dossier) -> dict[str, dict[str, Evidence]]:
    """By name, the digests of the templates and where each stands."""
    found: dict[str, dict[str, Evidence]] = {}
    for fact in dossier.facts:
        if fact.kind == "chat-template" and isinstance(fact.value, tuple):
            name, digest = map(str, fact.value)
            found.setdefault(name, {}).setdefault(digest, fact.evidence)
    return found


def _levers(dossier: Dossier) -> dict[str, _Lever]:
    found: dict[str, _Lever] = {}
    for fact in dossier.facts:
        if fact.kind == "configuration" and basename(fact.evidence.artifact) == _GENERATION:
            for pair in fact.value if isinstance(fact.value, tuple) else ():
                if isinstance(pair, tuple) and str(pair[0]).startswith(LEVERS):
                    place = Evidence(fact.evidence.artifact, f"{pair[0]}: {pair[1]}", HOW, pointer=f"/{pair[0]}")
                    found[str(pair[0])] = (pair[1], place)
    return found
