"""Checkpoints: the index is held against the shards beside it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.bundles import MAGIC, entry, header, index_bytes, table
from tests.builders.inspections import facts_of, inspected, only, probe, rules_of, states_of
from verifier.errors import Malformed
from verifier.formats import Budget, Context, FormatModule, Yield
from verifier.formats import tensor_bundle as module
from verifier.formats._readers import BytesReader
from verifier.formats._tensorflow import INCONSISTENT, MISSING
from verifier.records import Artifact, Coverage, CoverageState, Reader

MODULE: FormatModule = module
SHARD = "variables/variables.data-00000-of-00001"


def beside(data: bytes, files: Mapping[str, bytes], *, remote: bool = False) -> list[Yield]:
    """What is yielded of an index with shards beside it."""

    def opened(path: str) -> Reader:
        if path not in files:
            raise Malformed("none")
        return BytesReader(files[path])

    context = Context(Budget(), {path: len(content) for path, content in files.items()}, opened, remote)
    artifact = Artifact("variables/variables.index", len(data))
    return list(module.inspect(artifact, BytesReader(data), context))


def test_an_honest_checkpoint_is_counted_and_its_shard_is_data() -> None:
    records = beside(index_bytes(), {SHARD: b"x" * 24})
    assert rules_of(records) == []
    assert [(c.artifact, c.state, c.length) for c in only(records, Coverage)] == [
        ("variables/variables.index", CoverageState.INSPECTED, None),
        (SHARD, CoverageState.DATA, 24),
    ]
    assert facts_of(records) == {"tensor-count": 2, "parameter-count": 6, "tensor-dtypes": (("FLOAT", 2),)}


def test_bytes_of_no_tensor_are_a_gap() -> None:
    hidden = [(c.state, c.offset, c.length) for c in only(beside(index_bytes(), {SHARD: b"x" * 30}), Coverage)]
    assert hidden[1:] == [(CoverageState.DATA, 0, 24), (CoverageState.PARTIAL, 24, 6)]
    padded = [c.state for c in only(beside(index_bytes(), {SHARD: b"x" * 24 + bytes(6)}), Coverage)]
    assert padded == [CoverageState.INSPECTED, CoverageState.DATA]
    ranged = list(only(beside(index_bytes(), {SHARD: b"x" * 30}, remote=True), Coverage))[1]
    assert (ranged.state, ranged.unchecked) == (CoverageState.DATA, ("tensor-bundle-padding",))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (table(header(), entry("a", [2], 0, 7)), INCONSISTENT),
        (table(header(), entry("a", [2], 20, 8)), INCONSISTENT),
        (table(header(), entry("a", [2], -8, 8)), INCONSISTENT),
        (table(header(), entry("a", [-2], 0, 8)), INCONSISTENT),
        (table(header(), entry("a", [2], 0, 8, shard=1)), INCONSISTENT),
        (table(entry("a", [2], 0, 8)), INCONSISTENT),
        (table(header(0)), INCONSISTENT),
        (table(header(), entry("a", [2], 0, 8), compression=1), INCONSISTENT),
        (table(header(), (b"a", b"\x0b")), INCONSISTENT),
        (b"\xff" * 40 + MAGIC, INCONSISTENT),
        (table(header(2), entry("a", [2], 0, 8, shard=1)), MISSING),
    ],
)
def test_what_contradicts_itself_is_named(data: bytes, rule: str) -> None:
    assert {*rules_of(beside(data, {SHARD: bytes(24)}))} == {rule}


def test_slices_and_text_have_sizes_of_their_own() -> None:
    sliced = entry("a", [4], 0, 0, more=b"\x3a\x00")
    assert rules_of(beside(table(header(), sliced, entry("b", [3], 0, 20, dtype=7)), {SHARD: bytes(20)})) == []


def test_zeros_are_no_index_and_harm_nothing() -> None:
    assert states_of(inspected(MODULE, bytes(32), "variables.index")) == [CoverageState.DATA]
    for data in (b"", b"text", bytes(5000)):
        assert states_of(inspected(MODULE, data, "other.index")) == [CoverageState.UNKNOWN]


def test_recognition_wants_the_name_and_the_end() -> None:
    assert module.recognize(probe(index_bytes(), "variables.index"))
    assert not module.recognize(probe(index_bytes(), "other.bin"))
    assert not module.recognize(probe(b"", "variables.index"))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_broken_tables_end_in_records(data: st.DataObject) -> None:
    whole = bytearray(index_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 9))] = data.draw(st.integers(0, 255))
    records = beside(bytes(whole), {SHARD: bytes(24)})
    assert any(isinstance(record, Coverage) for record in records)
