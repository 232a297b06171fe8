"""What a publisher declares that a model does: the records behind `behavior.yaml` and every other way to say so.

The records are the file: each field is a key of the same name, in the order in which people write them. `Annotated`
says what a text may be; it is what the reader checks and the published schema tells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from verifier.records.evidence import Parameters
from verifier.records.terms import DataPath, Dialect, Dtype, Kind, Name, Prose, Risk, Runtime, Sha256


@dataclass(frozen=True, slots=True)
class Subject:
    """The bytes that everything declared is about: path of each file in the model to its SHA-256."""

    sha256: tuple[tuple[str, Sha256], ...] = ()


@dataclass(frozen=True, slots=True)
class Regime:
    """How the numbers were made.

    Args:
        dtype: what was computed in.
        runtime: what ran it; any one of these.
        entry: name of the built-in way to run it, as `sentence-embedding`; "" leaves it to the files.
    """

    dtype: Dtype = Dtype.F32
    runtime: tuple[Runtime, ...] = ()
    entry: Name = ""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of data inside the model.

    Args:
        file: its path.
        sha256: of its bytes; "" where a foreign declaration gives none.
    """

    file: DataPath
    sha256: Sha256


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far apart numbers may be: |found - declared| <= abs + rel * |declared|.

    Args:
        abs: absolute.
        rel: relative to what is declared.
        mismatch_ppm: elements per million that may be further apart.
        cosine: least cosine of each found vector with the declared one; where it is above 0 nothing else counts.
    """

    abs: float = 0.0
    rel: float = 0.0
    mismatch_ppm: int = 0
    cosine: float = 0.0

    def __post_init__(self) -> None:
        if not all(0 <= number < math.inf for number in (self.abs, self.rel)):
            raise ValueError("a tolerance is a number from 0")
        if not 0 <= self.mismatch_ppm <= 1_000_000 or not 0 <= self.cosine <= 1:
            raise ValueError("mismatch_ppm is at most a million, and a cosine at most 1")


REGIME_TOLERANCE = {
    Dtype.F32: Tolerance(abs=1e-5),
    Dtype.F16: Tolerance(abs=1e-3),
    Dtype.BF16: Tolerance(abs=5e-3),
    Dtype.INT8: Tolerance(cosine=0.98),
}
"""What differs by less is noise of the arithmetic, measured on all-MiniLM-L6-v2: threads, batches and float64 move
32-bit outputs by 1.7e-7, rounding of the weights to 16 bits by 1.9e-4, to bfloat16 by 2.3e-3; int8 by 9.5e-2, of which
only directions survive. The smallest edit of the weights that was tried moved them by 1.2e-3."""


@dataclass(frozen=True, slots=True)
class Golden:
    """Inputs with the outputs that the model gives for them.

    Args:
        id: what reports call it; once in a declaration.
        inputs: what goes in, one file a tensor in the order of the model's inputs.
        outputs: what comes out.
        kind: what the outputs are.
        tolerance: how far apart they may be; None is what the regime allows.
        covers: what the inputs touch, as `tokens: 412`.
    """

    id: Name
    inputs: tuple[DataFile, ...]
    outputs: tuple[DataFile, ...]
    kind: Kind = Kind.TENSOR
    tolerance: Tolerance | None = None
    covers: Parameters = ()

    def __post_init__(self) -> None:
        if not self.inputs or not self.outputs:
            raise ValueError("golden vectors have inputs and outputs")

    def allowed(self, dtype: Dtype) -> Tolerance:
        """How far apart the outputs may be where they are computed in `dtype`."""
        return self.tolerance or REGIME_TOLERANCE[dtype]


@dataclass(frozen=True, slots=True)
class Data:
    """What a metric was measured on.

    Args:
        name: of the data set, as its publisher spells it.
        config: which part of it, where it has several.
        split: as `test`.
        revision: commit of the data set.
        sha256: of the one file that holds the split; its rows are the items.
        n: items in the split; 0 is not said.
    """

    name: Prose
    config: Prose = ""
    split: Prose = ""
    revision: Prose = ""
    sha256: Sha256 = ""
    n: int = 0

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError("a number of items is not negative")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a metric was measured.

    Args:
        harness: what measured it: `builtin/<recipe>@<version>`, or another's name that only people can look up.
        arguments: what the recipe is given, as `text: sentence`.
    """

    harness: Prose
    arguments: Parameters = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the value is with a probability.

    Args:
        level: the probability.
        lower: bound.
        upper: bound.
    """

    level: float
    lower: float
    upper: float

    def __post_init__(self) -> None:
        if not (0 < self.level < 1 and self.lower <= self.upper):
            raise ValueError("an interval has a level between 0 and 1, and bounds in order")


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that somebody measured.

    Args:
        id: what reports call it; once in a declaration.
        data: what it was measured on.
        metric: what was measured, as `accuracy` or `spearman`.
        value: what came out, on the metric's own scale; a rate is from 0 to 1.
        recipe: how; None is not said.
        tolerance: how far a replay on the same items may be from it; None is what the recipe's arithmetic allows.
        interval: where it is on other items of the same kind.
        per_item: the prediction for each item, in order.
        where: JSON pointer to it in what declares it.
    """

    id: Name
    data: Data
    metric: Name
    value: float
    recipe: Recipe | None = None
    tolerance: Tolerance | None = None
    interval: Interval | None = None
    per_item: DataFile | None = None
    where: str = field(default="", metadata={"key": False})

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError("a value is a finite number")

    def gaps(self) -> tuple[str, ...]:
        """What is missing to measure it again: without these the same name is many different numbers."""
        return tuple(
            what
            for what, there in (
                ("the split", self.data.split),
                ("the data's digest or revision", self.data.sha256 or self.data.revision),
                ("the recipe", self.recipe),
            )
            if not there
        )


@dataclass(frozen=True, slots=True)
class Control:
    """What the author put in place against a risk.

    Args:
        risk: which.
        control: what; `none-declared` says that there is none.
        evidence: where that can be seen.
    """

    risk: Risk
    control: Prose
    evidence: Prose = ""


@dataclass(frozen=True, slots=True)
class Declaration:
    """Everything one place declares of a model's behavior.

    Args:
        subject: the bytes it is about; of a foreign declaration the snapshot it lies in, and nothing here.
        regime: how the numbers were made.
        claims: what the model is, as `parameters: 22713216`.
        golden: inputs with their outputs.
        metrics: what was measured.
        controls: against which risks.
        not_for: uses the author advises against.
        source: path of the file that declares it.
        dialect: in which way.
    """

    subject: Subject = Subject()
    regime: Regime = Regime()
    claims: Parameters = ()
    golden: tuple[Golden, ...] = ()
    metrics: tuple[Metric, ...] = ()
    controls: tuple[Control, ...] = ()
    not_for: tuple[Prose, ...] = ()
    source: str = field(default="", metadata={"key": False})
    dialect: Dialect = field(default=Dialect.BEHAVIOR, metadata={"key": False})

    def __post_init__(self) -> None:
        for kind, ids in (("golden", [one.id for one in self.golden]), ("metrics", [one.id for one in self.metrics])):
            if len(set(ids)) != len(ids):
                raise ValueError(f"an id stands twice among {kind}")
