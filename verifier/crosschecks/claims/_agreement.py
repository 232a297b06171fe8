"""Sources that say different things of one model: which one counts depends on who reads."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.crosschecks.claims import DISAGREE
from verifier.crosschecks.claims._model import Model
from verifier.data import prose
from verifier.records import Claim, Finding, parameters

KINDS = ("context-length", "license", "vocabulary-size", "layers", "hidden-size")
"""Of which a model has one."""

SHOWN = 20
"""Places a finding lists at most."""


def conflicts(model: Model) -> Iterator[Finding]:
    """Yields a finding for each kind of claim whose sources disagree about the weights at the top, or one file."""
    main = model.main
    for kind in KINDS if main else ():
        said: dict[str, Claim] = {}
        for claim in model.said(kind):
            artifact = claim.evidence.artifact
            own = artifact == main.name if claim.channel == "gguf" and main else "/" not in artifact
            if claim.subject == "." and own:
                said.setdefault(_normal(claim), claim)
        if len(said) > 1:
            told = ", ".join(f"{one.value} in {one.evidence.artifact}" for one in said.values())
            evidence = tuple(claim.evidence for claim in said.values())[:SHOWN]
            message = f"Sources do not agree about the {kind.replace('-', ' ')}: {told}."
            yield Finding(DISAGREE, evidence, message, parameters(kind=kind))


def _normal(claim: Claim) -> str:
    """What is said, whoever writes it how."""
    text = ", ".join(map(str, claim.value)) if isinstance(claim.value, tuple) else str(claim.value)
    number = prose.number(text)
    return str(number.value) if number else text.lower()
