"""What the model card declares against what the repository holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from verifier.crosschecks import Yield
from verifier.records import Comparison, Dossier, Result
from verifier.records.card import CardField

RULES: tuple[str, ...] = ()

ENTRY_POINTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "adapter-transformers": ("adapter_config.json",),
        "diffusers": ("model_index.json",),
        "peft": ("adapter_config.json",),
        "sentence-transformers": ("modules.json",),
        "spacy": ("meta.json",),
        "timm": ("config.json",),
        "transformers": ("config.json",),
    }
)
"""Files at the top of a repository by which a library loads it (each library's `from_pretrained` or `load`)."""


def check(dossier: Dossier) -> Iterator[Yield]:
    """Yields a comparison of the declared library; a missing entry point proves nothing, so nothing is contradicted."""
    paths = {artifact.path for artifact in dossier.snapshot.artifacts}
    claims = [c for c in dossier.claims if c.kind == CardField.LIBRARY_NAME and c.channel == "model-card"]
    for claim in claims:
        entry_points = ENTRY_POINTS.get(str(claim.value))
        if entry_points is None:
            result, reason = Result.NOT_CHECKABLE, f"how {claim.value} finds its files is not known here"
        elif present := sorted(paths.intersection(entry_points)):
            result, reason = Result.CONSISTENT, f"{present[0]} is there, by which {claim.value} loads it"
        else:
            result, reason = Result.INCONCLUSIVE, f"{entry_points[0]}, by which {claim.value} loads it, is not there"
        yield Comparison(CardField.LIBRARY_NAME, claim, (), result, reason)
    if not claims:
        yield Comparison(CardField.LIBRARY_NAME, None, (), Result.NOT_DECLARED, "the model card names no library")
