"""Persistent ids and tensors of torch pickles: what they name, and whether it can be."""

from __future__ import annotations

import pytest

from tests.builders.opcodes import Operand, call, mapping, name, pickled, value
from tests.builders.torches import storage, tensor
from verifier.formats import Budget
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._readers import BytesReader
from verifier.formats._torch.dtypes import DTYPE_SIZES, PACKED, SCALAR_TYPES, STORAGES
from verifier.formats._torch.tensors import MOST_PROBLEMS, Dialect, Tensors, fits
from verifier.records import Artifact


def observed(body: bytes, dialect: Dialect = Dialect.ZIP) -> Tensors:
    tensors = Tensors(dialect)
    for event in PickleStream(BytesReader(pickled(body)), 0, Budget()):
        tensors.observe(event)
    return tensors


def problems(body: bytes, dialect: Dialect = Dialect.ZIP) -> list[str]:
    return [finding.rule for finding in observed(body, dialect).findings(Artifact("x", 1), "test/1")]


def identity(*fields: Operand) -> bytes:
    return value(tuple(fields)) + b"Q"


FLOATS = name("torch", "FloatStorage")

KNOWN = {
    Dialect.ZIP: [storage(), identity("storage", name("torch.storage", "UntypedStorage"), "7", "cuda:0", 24)],
    Dialect.LEGACY: [
        storage(legacy=True),
        identity("storage", FLOATS, "1", "cpu", 6, ("2", 1, 3)),
        identity("module", name("torch.nn", "Linear"), "linear.py", "class Linear: ..."),
        identity("module", name("torch.nn", "Linear"), None, None),
    ],
    Dialect.PACKAGE: [
        storage(),
        identity("storage", FLOATS, 3, "cpu", 6),
        identity("reduce_package", 1, name("torch.jit._script", "unpackage_script_module"), ("0",)),
    ],
}


@pytest.mark.parametrize("dialect", Dialect)
def test_each_dialect_has_its_ids(dialect: Dialect) -> None:
    for body in KNOWN[dialect]:
        assert problems(body, dialect) == []


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        (Dialect.ZIP, KNOWN[Dialect.LEGACY][0]),
        (Dialect.ZIP, KNOWN[Dialect.LEGACY][2]),
        (Dialect.ZIP, KNOWN[Dialect.PACKAGE][1]),
        (Dialect.LEGACY, storage()),
        (Dialect.LEGACY, identity("module", "torch.nn.Linear", None, None)),
        (Dialect.LEGACY, identity("storage", FLOATS, "1", "cpu", 6, ("2", 4, 3))),
        (Dialect.LEGACY, identity("storage", FLOATS, "1", "cpu", 6, ("2", -1, 3))),
        (Dialect.LEGACY, identity("storage", FLOATS, "1", "cpu", 6, "view")),
        (Dialect.ZIP, identity("storage", name("os", "FloatStorage"), "1", "cpu", 6)),
        (Dialect.ZIP, identity("storage", name("torch", "SomeStorage"), "1", "cpu", 6)),
        (Dialect.ZIP, identity("storage", FLOATS, "1", "cpu", -6)),
        (Dialect.ZIP, identity("storage", FLOATS, "1", "cpu", True)),
        (Dialect.ZIP, identity("storage", FLOATS, "1", 0, 6)),
        (Dialect.ZIP, identity("else", FLOATS, "1", "cpu", 6)),
        (Dialect.ZIP, value("text") + b"Q"),
    ],
)
def test_other_ids_name_no_storage(dialect: Dialect, body: bytes) -> None:
    assert problems(body, dialect) == ["pickle-persistent-id"]


@pytest.mark.parametrize(
    "body",
    [
        identity("reduce_package", 1, name("os", "system"), ("x",)),
        identity("reduce_package", name("os", "system"), ("x",)),
        identity("reduce_package", "what"),
    ],
)
def test_packages_name_what_they_call(body: bytes) -> None:
    assert problems(body, Dialect.PACKAGE) == ["torch-package-code"]


def test_storages_are_gathered_by_key() -> None:
    tensors = observed(value((storage("0"), storage("1", "HalfStorage", 3), storage("0"))))
    assert {key: (each.dtype, each.nbytes) for key, each in tensors.storages.items()} == {
        "0": ("float32", 24),
        "1": ("float16", 6),
    }
    assert problems(value((storage("0"), storage("0", numel=7)))) == ["torch-storage-mismatch"]
    assert problems(value((storage("0"), storage("0", "ByteStorage", 24)))) == []


def test_distinct_tensors_are_counted() -> None:
    row = tensor(size=(3,), stride=(1,), offset=3)
    facts = observed(value((tensor(), tensor(), row))).facts(Artifact("x", 1), "test/1")
    assert {fact.kind: fact.value for fact in facts} == {
        "tensor-count": 2,
        "parameter-count": 9,
        "tensor-dtypes": (("float32", 2),),
        "tensor-shapes": (("2x3", 1), ("3", 1)),
    }
    assert list(observed(storage()).facts(Artifact("x", 1), "test/1")) == []


def test_the_dtype_of_an_untyped_storage_is_the_tensors() -> None:
    untyped = identity("storage", name("torch.storage", "UntypedStorage"), "0", "cpu", 6)
    fields = (untyped, 0, (6,), (1,), False, call("collections", "OrderedDict"), name("torch", "float8_e5m2"))
    body = call("torch._utils", "_rebuild_tensor_v3", *fields)
    facts = {fact.kind: fact.value for fact in observed(body).facts(Artifact("x", 1), "test/1")}
    assert facts["tensor-dtypes"] == (("float8_e5m2", 1),)
    assert problems(body) == []


@pytest.mark.parametrize(
    "body",
    [
        tensor(size=(3, 3)),
        tensor(offset=1),
        tensor(offset=-1),
        tensor(size=(6,)),
        tensor(stride=(7, 1)),
    ],
)
def test_a_tensor_beyond_its_storage_is_reported(body: bytes) -> None:
    assert problems(body) == ["torch-storage-mismatch"]


@pytest.mark.parametrize(
    "body",
    [
        tensor(size=(0, 9), stride=(9, 1)),
        tensor(size=(5, 5), stride=(0, 0)),
        tensor(size=(), stride=(), offset=5),
        call("torch._utils", "_rebuild_tensor", storage()),
        call("torch._utils", "_rebuild_tensor_v2", "x", 0, (1,), (1,), False, None),
        call("torch._utils", "_rebuild_tensor_v2", storage(), "x", (1,), (1,), False, None),
        call("torch._utils", "_rebuild_tensor_v2", storage(), 0, ("x",), (1,), False, None),
        call("torch._utils", "_rebuild_tensor_v2", storage(), 0, "x", (1,), False, None),
        call("torch._utils", "_rebuild_parameter", tensor(), True, None),
    ],
)
def test_what_fits_or_is_not_understood_is_quiet(body: bytes) -> None:
    assert problems(body) == []


def test_packed_numbers_share_elements() -> None:
    assert fits(0, (3, 5), (5, 1), "quint4x2", 9)
    assert not fits(0, (3, 6), (6, 1), "quint4x2", 8)
    assert not fits(0, (3,), (1, 1), "uint8", 9)


def test_problems_are_bounded() -> None:
    body = mapping({str(n): identity("else", n) for n in range(MOST_PROBLEMS + 1)})
    assert len(problems(body)) == MOST_PROBLEMS


def test_sizes_are_those_of_torch() -> None:
    import torch

    kinds = torch.storage._storage_type_to_dtype_map()
    assert {kind: getattr(torch, dtype) for kind, dtype in STORAGES.items() if kind in kinds} == kinds
    assert STORAGES.keys() - kinds.keys() == {"UntypedStorage"}
    for dtype, size in DTYPE_SIZES.items():
        assert getattr(torch, dtype).itemsize == size
    assert DTYPE_SIZES.keys() >= {*PACKED, *STORAGES.values(), *SCALAR_TYPES.values()}


def test_numbers_of_dtypes_are_those_of_torch() -> None:
    from torch._export.serde.serialize import _SERIALIZE_TO_TORCH_DTYPE

    known = {int(number): str(dtype).removeprefix("torch.") for number, dtype in _SERIALIZE_TO_TORCH_DTYPE.items()}
    assert known == SCALAR_TYPES
