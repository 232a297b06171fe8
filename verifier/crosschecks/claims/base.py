"""What the model was made from, as the card says, against what its own files name."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from verifier.crosschecks.claims._model import Model
from verifier.crosschecks.claims._results import consistent, inconclusive, not_checkable
from verifier.crosschecks.claims.parameters import packed
from verifier.records import Claim, Comparison, Value
from verifier.records.card import CardField

ADAPTER = "adapter_config.json"

_HUB = "https://huggingface.co/"


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a base and a relation; that a file names another base is often where it was trained."""
    for claim in model.said(CardField.BASE_MODEL):
        if claim.subject == ".":
            yield _base(claim, model)
    for claim in model.said(CardField.BASE_MODEL_RELATION):
        if claim.subject == ".":
            yield _relation(claim, model)


def _base(claim: Claim, model: Model) -> Comparison:
    said = {str(one) for one in (claim.value if isinstance(claim.value, tuple) else (claim.value,))}
    named = list(_named(model))
    if not named:
        return not_checkable(claim.kind, claim, "no file names a base, and only the base's weights would show it")
    for where, name in named:
        if _short(name) in map(_short, said):
            return consistent(claim.kind, claim, f"{where} names {name}")
    return inconclusive(claim.kind, claim, f"{named[0][0]} names {named[0][1]}")


def _named(model: Model) -> Iterator[tuple[str, str]]:
    name = model.settings(ADAPTER).get("base_model_name_or_path")
    if isinstance(name, str):
        yield ADAPTER, name
    for fact in model.dossier.facts:
        if fact.kind == "gguf-settings":
            yield from ((fact.evidence.artifact, url.removeprefix(_HUB)) for url in _urls(fact.value))


def _urls(value: Value) -> Iterator[str]:
    """Of bases, in a GGUF file (ggml's `docs/gguf.md`)."""
    for pair in value if isinstance(value, tuple) else ():
        if isinstance(pair, tuple) and str(pair[0]).startswith("general.base_model.") and "repo_url" in str(pair[0]):
            yield str(pair[1])


def _short(name: str) -> str:
    """Without its owner and in small letters: copies and folders have the same last part."""
    return basename(name.rstrip("/")).lower()


def _relation(claim: Claim, model: Model) -> Comparison:
    adapter = bool(model.settings(ADAPTER))
    quantized = any(one.gguf or packed(one) for one in model.weights)
    quantized |= any(key.startswith("quantization_config") for key in model.settings("config.json"))
    shown = {"adapter": adapter, "quantized": quantized}.get(str(claim.value))
    if shown is None:
        return not_checkable(claim.kind, claim, "only the base's weights would show it")
    if shown:
        return consistent(claim.kind, claim, f"its files are those of a model that is {claim.value}")
    return inconclusive(claim.kind, claim, f"no file shows that it is {claim.value}")
