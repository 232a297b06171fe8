"""A model as those who hold claims against facts see it: what is said of it, by whom, and the tensors it has."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from posixpath import basename, dirname
from types import MappingProxyType

from verifier.records import Claim, Dossier, Evidence, Fact, Standing, Value

HOW = "claims/1"

PROSE = "card-prose"
"""The channel of what the model card says in sentences."""

_SHARD = re.compile(r"-\d{5}-of-(?P<of>\d{5})(?=\.)")

_FOREMOST = ("model.safetensors", "diffusion_pytorch_model.safetensors")
"""Names by which transformers and diffusers find weights (SAFE_WEIGHTS_NAME, SAFETENSORS_WEIGHTS_NAME)."""

_TOKENS = {"bos_token_id": "bos-token", "eos_token_id": "eos-token", "pad_token_id": "pad-token"}

KINDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "config.json": {
            "architectures": "architecture",
            "vocab_size": "vocabulary-size",
            "num_hidden_layers": "layers",
            "n_layer": "layers",
            "n_layers": "layers",
            "hidden_size": "hidden-size",
            "n_embd": "hidden-size",
            "d_model": "hidden-size",
            "dim": "hidden-size",
            "max_position_embeddings": "context-length",
            "n_positions": "context-length",
            "num_labels": "labels",
            "id2label#": "labels",
            "word_embedding_dimension": "output-dimension",
            "torch_dtype": "dtype",
            "dtype": "dtype",
            **_TOKENS,
        },
        "generation_config.json": _TOKENS,
        "sentence_bert_config.json": {"max_seq_length": "context-length"},
        "tokenizer_config.json": {"model_max_length": "context-length"},
    }
)
"""What settings say, by file and key: transformers' configurations under the names of its architectures."""

GGUF: Mapping[str, str] = MappingProxyType(
    {
        "block_count": "layers",
        "context_length": "context-length",
        "embedding_length": "hidden-size",
        "vocab_size": "vocabulary-size",
        "file_type": "quantization",
        "size_label": "parameters",
        "license": "license",
    }
)
"""What keys of a GGUF file say, by their last part (ggml's `docs/gguf.md`)."""

NO_LIMIT = 1_000_000_000
"""A length from which a tokenizer means that it sets none (transformers' VERY_LARGE_INTEGER is 1e30)."""


@dataclass(frozen=True, slots=True)
class Row:
    """Tensors of one name but for its numbers.

    Args:
        name: with `#` for each number.
        dtype: as the file calls it.
        shape: rows first.
        count: how many.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    count: int

    @property
    def elements(self) -> int:
        """Of all of them."""
        return math.prod(self.shape) * self.count


@dataclass(frozen=True, slots=True)
class Weights:
    """The tensors of one model: a file, or the shards of one.

    Args:
        folder: they lie in.
        gguf: whether it is a GGUF file.
        facts: they were told by.
        rows: all of them.
    """

    folder: str
    gguf: bool
    facts: tuple[Fact, ...]
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        """The first file, for people."""
        return self.facts[0].evidence.artifact

    @property
    def complete(self) -> bool:
        """Whether all shards are among the facts."""
        shards = {match["of"] for fact in self.facts if (match := _SHARD.search(fact.evidence.artifact))}
        return not shards or shards == {f"{len(self.facts):05}"}

    def ending(self, *names: str) -> Row | None:
        """The one row whose name ends so; None where there is none, or more."""
        found = [row for row in self.rows if row.name.endswith(names)]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Model:
    """A model.

    Args:
        dossier: everything known of it.
        claims: what is said of it, by the card, the configurations and its own files.
        weights: the tensors of each model in it.
    """

    dossier: Dossier
    claims: tuple[Claim, ...]
    weights: tuple[Weights, ...]

    @classmethod
    def of(cls, dossier: Dossier) -> Model:
        """From everything known."""
        paths = {artifact.name: artifact.path for artifact in dossier.snapshot.artifacts}
        facts = [fact for fact in dossier.facts if fact.evidence.artifact in paths]
        settings = [claim for fact in facts for claim in _settings(fact)]
        return cls(dossier, (*dossier.claims, *settings), tuple(_weights(facts)))

    @cached_property
    def main(self) -> Weights | None:
        """What the card speaks of: the weights at the top, or the only ones there are; None where that is not clear."""
        top = [one for one in self.weights if not one.folder and not one.gguf]
        found = top or list(self.weights)
        return found[0] if len(found) == 1 else None

    def said(self, kind: str, folder: str | None = None) -> list[Claim]:
        """Claims of a kind; with a folder only what files in it say, or, for the top, the card."""
        return [
            claim
            for claim in self.claims
            if claim.kind == kind
            and claim.standing is not Standing.ABSENT
            and (folder is None or dirname(claim.evidence.artifact) == folder)
        ]

    def number(self, kind: str, folder: str) -> int | None:
        """What a configuration in a folder says, where it is a number and said once."""
        values = {claim.value for claim in self.said(kind, folder) if claim.channel == "configuration"}
        value = next(iter(values), None)
        return value if len(values) == 1 and type(value) is int else None

    def beside(self, claim: Claim) -> Weights | None:
        """The weights a configuration is about: those in its folder that are no GGUF file, where there is one model."""
        folder = dirname(claim.evidence.artifact)
        found = [one for one in self.weights if one.folder == folder and not one.gguf]
        return found[0] if len(found) == 1 else None

    def settings(self, name: str, folder: str = "") -> dict[str, Value]:
        """What a configuration in a folder says, nested keys joined by dots; nothing where there is none."""
        pairs = [fact.value for fact in self.facts("configuration", folder) if basename(fact.evidence.artifact) == name]
        first = pairs[0] if pairs and isinstance(pairs[0], tuple) else ()
        return {str(pair[0]): pair[1] for pair in first if isinstance(pair, tuple)}

    def facts(self, kind: str, folder: str) -> list[Fact]:
        """Facts of a kind about files of a folder."""
        return [fact for fact in self.dossier.facts if fact.kind == kind and dirname(fact.evidence.artifact) == folder]


def _settings(fact: Fact) -> Iterator[Claim]:
    """What a file of the model says of it."""
    pairs = [pair for pair in fact.value if isinstance(pair, tuple)] if isinstance(fact.value, tuple) else []
    where = fact.evidence
    if fact.kind == "configuration":
        kinds = KINDS.get(basename(where.artifact), {})
        for key, value in (pair for pair in pairs if str(pair[0]) in kinds):
            if value is None or (isinstance(value, int | float) and value >= NO_LIMIT):
                continue
            pointer = "/" + str(key).rstrip("#").replace(".", "/")
            place = replace(where, what=f"{key}: {value}", pointer=pointer)
            yield _claim(kinds[str(key)], value, "configuration", place)
    elif fact.kind == "gguf-settings":
        for key, value, offset in pairs:
            kind = GGUF.get(str(key).rpartition(".")[2])
            if kind and "." in str(key) and isinstance(offset, int):
                place = Evidence(where.artifact, f"{key}: {value}", where.how, offset)
                yield _claim(kind, value, "gguf", place)
    elif fact.kind == "truncation-length":
        yield _claim("truncation-length", fact.value, "configuration", where)


def _claim(kind: str, value: Value, channel: str, place: Evidence) -> Claim:
    return Claim(kind, value, "publisher", channel, ".", Standing.UNVERIFIED, place)


def _weights(facts: list[Fact]) -> Iterator[Weights]:
    families: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.kind == "tensor-layout" and isinstance(fact.value, tuple):
            families.setdefault(_SHARD.sub("", fact.evidence.artifact), []).append(fact)
    folders: dict[str, list[str]] = {}
    for family in families:
        folders.setdefault(dirname(family), []).append(family)
    for folder, names in folders.items():
        foremost = [name for name in names if basename(name) in _FOREMOST]
        for name in names:
            if foremost and name not in foremost and name.endswith(".safetensors"):
                continue  # the same weights in another precision, or another library's layout
            counted: Counter[tuple[str, str, tuple[int, ...]]] = Counter()
            for fact in families[name]:
                counted.update({(row.name, row.dtype, row.shape): row.count for row in _rows(fact.value)})
            rows = tuple(Row(*what, count) for what, count in counted.items())
            if rows:
                gguf = not name.endswith(".safetensors")
                yield Weights(folder, gguf, tuple(families[name]), rows)


def _rows(value: Value) -> Iterator[Row]:
    for entry in value if isinstance(value, tuple) else ():
        if isinstance(entry, tuple) and len(entry) == 4:
            name, dtype, shape, count = entry
            sizes = tuple(int(size) for size in str(shape).split("x") if size)
            yield Row(str(name), str(dtype), sizes, int(str(count)))
