"""What the model is for, as the card's `pipeline_tag` says, against the class its configuration names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from verifier.crosschecks.claims._model import Model
from verifier.crosschecks.claims._results import consistent, inconclusive, not_checkable
from verifier.records import Comparison
from verifier.records.card import CardField

_WRITES = ("ForConditionalGeneration", "ForCausalLM", "LMHeadModel", "MTModel")

SUITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "audio-classification": ("ForSequenceClassification", "ForAudioClassification"),
        "automatic-speech-recognition": ("ForCTC", "ForConditionalGeneration", "ForSpeechSeq2Seq", "ForRNNT", "ForTDT"),
        "fill-mask": ("ForMaskedLM", "ForPreTraining"),
        "image-classification": ("ForImageClassification",),
        "image-text-to-text": _WRITES,
        "object-detection": ("ForObjectDetection",),
        "question-answering": ("ForQuestionAnswering",),
        "summarization": _WRITES,
        "text-classification": ("ForSequenceClassification",),
        "text-generation": _WRITES,
        "text2text-generation": _WRITES,
        "token-classification": ("ForTokenClassification",),
        "translation": (*_WRITES, "MarianMTModel"),
        "zero-shot-classification": ("ForSequenceClassification",),
    }
)
"""How names of classes end that do a task (transformers' auto classes, each pipeline's `model_mapping`)."""

ANY = ("feature-extraction", "sentence-similarity")
"""Tasks that the vectors of every model serve."""


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a tag. Other libraries put heads of their own on models, so that nothing is contradicted."""
    named = model.settings("config.json").get("architectures")
    classes = [str(one) for one in named] if isinstance(named, tuple) else []
    for claim in model.said(CardField.PIPELINE_TAG):
        tag = str(claim.value)
        facts = [fact for fact in model.facts("configuration", "") if fact.evidence.artifact == "config.json"]
        if not classes or (tag not in SUITS and tag not in ANY):
            yield not_checkable(claim.kind, claim, "no class is known that does it, or none is named")
        elif tag in ANY or any(name.endswith(SUITS[tag]) for name in classes):
            yield consistent(claim.kind, claim, f"config.json names {classes[0]}, which serves it", *facts)
        else:
            yield inconclusive(claim.kind, claim, f"config.json names {classes[0]}, which has no head for it", *facts)
