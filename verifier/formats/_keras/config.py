"""A Keras configuration, parsed: every object in it is held against what Keras writes.

Keras builds what a configuration describes: objects by module and name, functions by name or from bytecode, with
whatever arguments stand beside them. All places of a configuration are looked at alike, since objects may stand in any
of them: layers, arguments of calls (`inbound_nodes`), losses, metrics, initializers.

Sources: keras 3 `src/saving/serialization_lib.py`; keras 2 `saving/legacy/serialization.py`,
`layers/core/lambda_layer.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._context import Member
from verifier.formats._json import Json, parse, within
from verifier.formats._keras import MALFORMED
from verifier.formats._keras.judge import MAX_POINTER, Judge
from verifier.formats._keras.values import is_function
from verifier.records import Artifact, Evidence, Finding, visible

MOST_FINDINGS: Final = 1000
"""Findings about one configuration; genuine ones give none."""

_ROOTS: Final = frozenset({"Functional", "Model", "Sequential"})


def looks_like_keras(config: Json) -> bool:
    """Whether a JSON document describes a Keras model: `class_name` of a model, or a module of Keras, with `config`.

    What `keras.Model.to_json` writes, bare or inside another object under `model_config`.
    """
    if not isinstance(config, dict):
        return False
    if isinstance(config.get("model_config"), dict):
        return looks_like_keras(config["model_config"])
    name, module = config.get("class_name"), config.get("module")
    if not isinstance(name, str) or "config" not in config:
        return False
    versions = "keras_version" in config or "registered_name" in config or "backend" in config
    return name in _ROOTS or versions or (isinstance(module, str) and "keras" in module)


def inspect_text(artifact: Artifact, text: bytes, how: str, pointer: str = "") -> Iterator[Finding | Member]:
    """The same for a configuration that is still text, where the text stands in for the whole artifact or a part.

    Raises:
        BudgetExceeded: nested too deeply, too many values or findings.
    """
    place = pointer if len(pointer) <= MAX_POINTER else None
    try:
        document = parse(text, exact=False)
    except Malformed as error:
        evidence = Evidence(artifact.name, error.message, how, pointer=place)
        yield Finding(MALFORMED, (evidence,), f"The configuration of a Keras model cannot be read: {error.message}.")
        return
    for key in document.duplicates[:10]:
        evidence = Evidence(artifact.name, key, how, pointer=place)
        message = f"The key {visible(key, 80)} stands twice in one object of a Keras configuration."
        yield Finding(MALFORMED, (evidence,), message)
    yield from inspect_config(artifact, document.value, how, pointer)


def inspect_config(artifact: Artifact, config: Json, how: str, pointer: str = "") -> Iterator[Finding | Member]:
    """What building the objects of a configuration would run, import, read or unpickle.

    Args:
        artifact: in which the configuration stands.
        config: as the JSON parser gives it.
        how: the format that read it, as evidence names it.
        pointer: where in the artifact the configuration begins, as a JSON pointer.

    Yields:
        Findings of RULES; pickles embedded in it, as members.

    Raises:
        BudgetExceeded: too many findings.
    """
    judge = Judge(artifact, how, pointer)
    found = 0
    for place, value in within(None, config):
        if isinstance(value, dict):
            for record in judge.table(place, value):
                found += isinstance(record, Finding)
                if found > MOST_FINDINGS:
                    raise BudgetExceeded(f"one configuration gives more than {MOST_FINDINGS} reasons for concern")
                yield record
        elif isinstance(value, list) and is_function(value):
            yield judge.code(place, value[0])
