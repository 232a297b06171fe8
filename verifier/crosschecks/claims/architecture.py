"""Whether the tensors are those the declared class stores, in the sizes that `config.json` says.

What the class would have to make up is contradicted: tensors of the model itself that are missing or of another shape.
Tensors that it would leave aside, and heads that are not there, are named; genuine models have both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from verifier.crosschecks.claims._model import Model, Weights
from verifier.crosschecks.claims._results import consistent, contradicted, inconclusive, not_checkable
from verifier.crosschecks.claims.parameters import packed
from verifier.crosschecks.claims.vocabulary import MULTIPLE
from verifier.data.architectures import Architecture, Tensor, architecture, evaluated
from verifier.records import Claim, Comparison, Value

KIND = "architecture"

SHOWN = 5
"""Tensors that a reason names."""


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a configuration that names a class."""
    for claim in model.said(KIND):
        folder = claim.evidence.artifact.rpartition("/")[0]
        settings = model.settings("config.json", folder)
        names = claim.value if isinstance(claim.value, tuple) else (claim.value,)
        name = str(next(iter(names), ""))
        weights = model.beside(claim)
        known = architecture(str(settings.get("model_type")))
        head = known.head(name) if known else None
        if weights is None:
            yield not_checkable(KIND, claim, "its weights are in no file whose tensors are listed")
        elif why := _other(weights, settings):
            yield not_checkable(KIND, claim, why)
        elif known is None or head is None:
            yield not_checkable(KIND, claim, f"which tensors {name} stores is not known here")
        else:
            tied = settings.get("tie_word_embeddings") is not False
            yield _judged(claim, weights, _Fit(known, head, tied, _numbers(known, settings)).of(weights))


def _other(weights: Weights, settings: Mapping[str, Value]) -> str:
    """Why the tensors are others than those of the class; empty where they should be its own."""
    if any(key.startswith("auto_map") for key in settings):
        return "the class may be code that comes with the model"
    if packed(weights) or any(key.startswith("quantization_config") for key in settings):
        return "its weights are quantized, and lie in other tensors"
    if "adapter" in weights.name.rpartition("/")[2]:
        return "the tensors are those of an adapter"
    return "" if weights.complete else "not all of its shards are there or could be read"


def _numbers(known: Architecture, settings: Mapping[str, Value]) -> dict[str, int]:
    """Settings that are numbers, and those that follow from them."""
    numbers = {key: value for key, value in settings.items() if type(value) is int and value >= 0}
    if "id2label#" in numbers:
        numbers["num_labels"] = numbers["id2label#"]
    for key, rule in known.otherwise.items():
        value = evaluated(rule, numbers)
        if key not in numbers and value is not None:
            numbers[key] = value
    return numbers


@dataclass
class _Fit:
    """Tensors of a file held against those of a class; what does not fit is told in words."""

    known: Architecture
    head: str
    tied: bool
    numbers: Mapping[str, int]
    fitting: int = 0
    wrong: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)

    def of(self, weights: Weights) -> _Fit:
        """Takes in a file's tensors."""
        rows: dict[str, Counter[tuple[int, ...]]] = {}
        for row in weights.rows:
            rows.setdefault(self.known.own_name(row.name), Counter())[row.shape] += row.count
        lacked = self.known.lacks.get(self.head, ())
        for name, tensor in self.known.tensors.items():
            if name.partition(".")[0] not in lacked:
                self._takes(name, tensor, rows.pop(name, None), needed=True)
        for name, tensor in self.known.optional.items():
            self._takes(name, tensor, rows.pop(name, None), needed=False)
        for name, tensor in self.known.heads.get(self.head, {}).items():
            self._takes_head(name, tensor, rows.pop(name, None))
        self.doubtful += [f"{name} is none of its tensors" for name in rows if not self._may_hold(name)]
        return self

    def _takes(self, name: str, tensor: Tensor, found: Counter[tuple[int, ...]] | None, *, needed: bool) -> None:
        if found is None:
            missing = self.doubtful if name.endswith("bias") else self.wrong  # settings do without biases
            missing += [f"{name} is missing"] if needed else []
            return
        count, held = evaluated(tensor.count, self.numbers), found.total()
        for shape in found:
            if expected := self._unlike(tensor, shape):
                self.wrong.append(f"{name} is {_shown(shape)}, not {expected}")
        if count is not None and held < count:
            self.wrong.append(f"{name} is there {held} times, not {count}")
        elif count is not None and held > count:
            self.doubtful.append(f"{name} is there {held} times, not {count}")
        self.fitting += held

    def _takes_head(self, name: str, tensor: Tensor, found: Counter[tuple[int, ...]] | None) -> None:
        if found is not None:
            self._takes(name, tensor, found, needed=True)
        elif not (self.tied and name in self.known.tied):
            self.doubtful.append(f"{name} of its head is missing")

    def _unlike(self, tensor: Tensor, shape: tuple[int, ...]) -> str:
        """The expected shape, where it is another one; a vocabulary may be padded."""
        if tensor.shape is None:
            return ""
        expected = [evaluated(size, self.numbers) for size in tensor.shape]
        fits = len(expected) == len(shape) and all(
            size is None or size == held or (rule == "vocab_size" and not held % 8 and 0 < held - size < MULTIPLE)
            for rule, size, held in zip(tensor.shape, expected, shape, strict=False)
        )
        return "" if fits else "x".join("?" if size is None else str(size) for size in expected)

    def _may_hold(self, name: str) -> bool:
        """Whether a tensor beside those of the class is one that genuine files have, as biases that settings add."""
        weight = f"{name.removesuffix('bias')}weight"
        return self.known.may_hold(name) or (name.endswith(".bias") and weight in self.known.tensors)


def _judged(claim: Claim, weights: Weights, fit: _Fit) -> Comparison:
    name = f"{fit.known.name}{fit.head}"
    if len(fit.wrong) > fit.fitting:
        reason = f"hardly any tensor of {weights.name} is called as {name} calls it"
        return inconclusive(KIND, claim, reason, *weights.facts)
    if fit.wrong:
        reason = f"{name} cannot load {weights.name}: {_few(fit.wrong)}"
        return contradicted(KIND, claim, reason, *weights.facts)
    if fit.doubtful:
        reason = f"{weights.name} is not as {name} stores it: {_few(fit.doubtful)}"
        return inconclusive(KIND, claim, reason, *weights.facts)
    reason = f"{fit.fitting} tensors of {weights.name} have the names and shapes of {name} in its configuration's sizes"
    return consistent(KIND, claim, reason, *weights.facts)


def _few(told: list[str]) -> str:
    more = f", and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return f"{', '.join(told[:SHOWN])}{more}"


def _shown(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "one number"
