"""The places a chat template can stand in, against each other: which one counts depends on the program that loads."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname

from verifier.records import Dossier, Evidence, Finding, parameters, visible

RULES = ("template-disagreement",)

SHOWN = 20
"""Places a finding lists at most."""


def check(dossier: Dossier) -> Iterator[Finding]:
    """Yields a finding for each template of a folder that differs between its files.

    From facts of kind `chat-template`: a name and a digest, their evidence naming the file.
    """
    paths = {artifact.name: artifact.path for artifact in dossier.snapshot.artifacts}
    places: dict[tuple[str, str], dict[str, Evidence]] = {}
    for fact in dossier.facts:
        if fact.kind == "chat-template" and isinstance(fact.value, tuple) and fact.evidence.artifact in paths:
            name, digest = (str(part) for part in fact.value)
            key = dirname(paths[fact.evidence.artifact].replace("additional_chat_templates/", "")), name
            places.setdefault(key, {}).setdefault(digest, fact.evidence)
    for (_, name), digests in sorted(places.items()):
        files = sorted({place.artifact for place in digests.values()})
        if len(files) > 1:
            message = (
                f"The chat template {visible(name, 80)} is not the same in {files[0]} and {files[1]}: "
                "what the model is told depends on the program that loads it."
            )
            evidence = tuple(digests.values())[:SHOWN]
            yield Finding("template-disagreement", evidence, message, parameters(files=tuple(files[:SHOWN])))
