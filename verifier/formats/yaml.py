"""YAML files, read from their events and never loaded: what tags and keys make a loader call."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Probe, Yield
from verifier.formats._config import FOREIGN_MODULE, PYTHON_TAG, YAML_BOMB, YAML_MALFORMED
from verifier.formats._config import RULES as LOADING
from verifier.formats._secrets import SECRET
from verifier.formats._text import begins_as_text
from verifier.records import Artifact, Format, Reader

FORMAT = Format("yaml", 1, "YAML", suffixes=(".yaml", ".yml"), refines=("text",))


RULES: tuple[str, ...] = (YAML_MALFORMED, YAML_BOMB, PYTHON_TAG, FOREIGN_MODULE, SECRET, *LOADING)


def recognize(probe: Probe) -> bool:
    """Text that is named as YAML, or as MLflow's description of a model, which is YAML."""
    named_so = probe.name.endswith(FORMAT.suffixes) or probe.name == "mlmodel"
    return named_so and begins_as_text(probe)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Walks the tree and its tags."""
    from verifier.formats._config.yaml import inspect_yaml

    return inspect_yaml(artifact, reader, context, FORMAT.how)
