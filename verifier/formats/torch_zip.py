"""Torch's zip archives: torch.save since 1.6, TorchScript, torch.package and torch.export.

What torch unpickles, compiles or evaluates is inspected here, with the storages that are named held against the
members; members that torch reads only as numbers are data; everything else goes back to be recognized in turn.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Budget, Context, Probe, Yield
from verifier.formats._pickle import RULES as PICKLE_RULES
from verifier.formats._tar.header import is_header
from verifier.formats._torch import AMBIGUOUS, HIDDEN, PACKAGE, PROGRAM_RULES, TENSOR_RULES, TRAILING
from verifier.formats._zip import RULES as ZIP_RULES
from verifier.formats._zip.recognition import listed
from verifier.records import Artifact, Format, Reader
from verifier.records.tensor import Placed

FORMAT = Format("torch-zip", 1, "PyTorch archive", refines=("zip",))

RULES: tuple[str, ...] = tuple(
    sorted({AMBIGUOUS, HIDDEN, PACKAGE, TRAILING, *PROGRAM_RULES, *TENSOR_RULES, *ZIP_RULES, *PICKLE_RULES})
)


def recognize(probe: Probe) -> bool:
    """A zip whose directory, not that of a tar's last member, lists what torch writes: two reads."""
    if is_header(probe.head[:512]):
        return False

    entries = listed(probe.reader)
    if not entries:
        return False
    from verifier.formats._torch.layout import is_torch

    return is_torch(entries)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Inspects pickles and programs, proves the storages to be data, hands back the rest."""
    from verifier.formats._torch.archive import inspect_archive

    return inspect_archive(artifact, reader, context, FORMAT.how)


def placed(reader: Reader, budget: Budget) -> tuple[Placed, ...]:
    """The tensors of the dictionaries it loads as, and where they lie; see `FormatModule`."""
    from verifier.formats._torch.placed import placed_tensors

    return placed_tensors(reader, budget)
