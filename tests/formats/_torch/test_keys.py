"""The list of storage keys, however long and however written."""

from __future__ import annotations

import pickle

import pytest

from tests.builders.opcodes import call, pickled, value
from verifier.errors import BudgetExceeded
from verifier.formats import Budget
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._readers import BytesReader
from verifier.formats._torch import keys
from verifier.formats._torch.keys import listed_texts


def listed(data: bytes, start: int = 0) -> list[str] | None:
    reader = BytesReader(data)
    stream = PickleStream(reader, start, Budget())
    for _ in stream:
        pass
    return listed_texts(reader, stream.summary)


@pytest.mark.parametrize("protocol", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 64, 65, 3000])
def test_what_pickle_writes_is_read_in_order(protocol: int, count: int) -> None:
    names = [str(94438313845712 + 64 * n) for n in range(count)]
    assert listed(b"before" + pickle.dumps(names, protocol) + b"behind", 6) == names


def test_texts_of_python_2_are_read() -> None:
    assert listed(b"\x80\x02]q\x00(U\x0294q\x01T\x03\x00\x00\x00951q\x02e.") == ["94", "951"]


@pytest.mark.parametrize(
    "data",
    [
        pickled(value("94")),
        pickled(value(["94", 95])),
        pickled(value(["94"] * 70 + [95])),
        pickled(value(["94", ["95"]])),
        pickled(value([call("os", "getcwd")])),
        pickled(b"]X\x01\x00\x00\x00aq\x00h\x00\x86a"),
        pickled(b"](X\x01\x00\x00\x00aq\x00h\x00e"),
        pickled(b"](X\x01\x00\x00\x00a2e"),
        pickled(value(["94"]))[:-1],
        b"(lp0\nV94\np1\na.",
    ],
)
def test_anything_else_is_no_list_of_keys(data: bytes) -> None:
    assert listed(data) is None


def test_an_endless_list_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_MOST_BYTES", 10)
    with pytest.raises(BudgetExceeded, match="storage keys"):
        listed(pickled(value(["94", "95"])))
