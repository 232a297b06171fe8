"""Files that the installed torch writes, and the whole inspection of a file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Mapping

from tests.builders.dossiers import BytesReader
from verifier import formats
from verifier.errors import Malformed
from verifier.formats import Budget, Limits
from verifier.formats._pickle import SYMBOL_RULES
from verifier.formats._torch.dtypes import DTYPE_SIZES, PACKED
from verifier.pipeline.inspection import Inspection
from verifier.records import Artifact, Coverage, CoverageState, Finding, Reader, Record

DTYPES = tuple(DTYPE_SIZES.keys() - PACKED.keys() - {"bits16", "bits8", "qint32", "qint8", "quint8"})
"""Names of the dtypes that torch.zeros can make."""


def saved(thing: object, *, legacy: bool = False, protocol: int = 2) -> bytes:
    """What torch.save writes."""
    import torch

    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.save(thing, buffer, pickle_protocol=protocol, _use_new_zipfile_serialization=not legacy)
    return buffer.getvalue()


def numbers() -> dict[str, object]:
    """Six numbers of each dtype, by its name."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {dtype: torch.zeros(6, dtype=getattr(torch, dtype)) for dtype in DTYPES}


def things() -> dict[str, object]:
    """What people save: state dicts, checkpoints, tensors of all kinds, whole modules."""
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU())
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(4, 3)).sum().backward()
    optimizer.step()
    counted = torch.arange(24.0).reshape(2, 3, 4)
    scales, zeros = torch.tensor([0.1, 0.2, 0.3]), torch.tensor([0.0, 0.0, 0.0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantized = {
            "each": torch.quantize_per_tensor(torch.randn(3, 4), 0.1, 2, torch.quint8),
            "channels": torch.quantize_per_channel(torch.randn(3, 4), scales.double(), zeros.long(), 0, torch.qint8),
            "halves": torch.quantize_per_channel(torch.randn(3, 5), scales, zeros, 0, torch.quint4x2),
        }
        sparse = {"coo": torch.eye(4).to_sparse(), "csr": torch.eye(4).to_sparse_csr()}
    views = {"turned": counted.transpose(0, 2), "row": counted[1], "one": torch.tensor(1.0), "none": torch.empty(0, 3)}
    return {
        "state": model.state_dict(),
        "module": model,
        "checkpoint": {"optimizer": optimizer.state_dict(), "rng": torch.get_rng_state(), "epoch": 3},
        "quantized": quantized,
        "sparse": sparse,
        "views": views | {"wide": torch.zeros(1).expand(5, 5), "parameter": nn.Parameter(counted)},
        "many": {f"layer.{i}": torch.zeros(2) for i in range(200)},
        "numbers": numbers(),
        "nothing": {},
    }


def examined(data: bytes, name: str = "model.bin", siblings: Mapping[str, bytes] | None = None) -> list[Record]:
    """What a file and everything nested in it shows; siblings lie beside it."""
    others = siblings or {}

    def open_sibling(path: str) -> Reader:
        if path not in others:
            raise Malformed(f"there is no {path}")
        return BytesReader(others[path])

    sizes = {path: len(content) for path, content in others.items()}
    inspection = Inspection(Budget(Limits()), remote=False)
    return list(inspection.run(Artifact(name, len(data)), BytesReader(data), sizes, open_sibling))


def alarms(records: list[Record]) -> list[str]:
    """Rules of the findings, but for those about symbols."""
    return [record.rule for record in records if isinstance(record, Finding) and record.rule not in SYMBOL_RULES]


def accused(records: Iterable[object], symbol: str = "os.system") -> list[str]:
    """Artifacts in which a symbol was found."""
    found = [record for record in records if isinstance(record, Finding)]
    return [f.evidence[0].artifact for f in found if ("symbol", symbol) in f.parameters]


def gaps(records: list[Record]) -> list[str]:
    """Artifacts some of whose bytes nobody saw, with the reasons; what one format does not know, another may."""
    covered = [record for record in records if isinstance(record, Coverage)]
    known = {record.artifact for record in covered if record.state is not CoverageState.UNKNOWN}
    return [
        f"{record.artifact}: {record.reason}"
        for record in covered
        if not record.state.clean and not (record.state is CoverageState.UNKNOWN and record.artifact in known)
    ]


def recognized(data: bytes, name: str = "file") -> list[str]:
    """Ids of the formats that look at a file."""
    probe = formats.Probe(name, len(data), data[: formats.HEAD], BytesReader(data))
    return [module.FORMAT.id for module in formats.candidates(probe)]
