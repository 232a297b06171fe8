"""Zarr: codecs of arrays, and the chunks that belong to them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import context, inspected, only, probe, rules_of, states_of
from verifier.formats import Context, FormatModule, Yield, candidates
from verifier.formats import zarr as module
from verifier.formats._readers import BytesReader
from verifier.formats._zarr import CODEC, MALFORMED, PICKLE
from verifier.records import Artifact, Coverage, CoverageState

MODULE: FormatModule = module


def second(**changes: Any) -> dict[str, Any]:
    """An array of version 2."""
    plain = {"zarr_format": 2, "shape": [20, 30], "chunks": [10, 30], "dtype": "<f4", "order": "C", "fill_value": 0}
    return plain | {"compressor": {"id": "blosc", "cname": "lz4"}, "filters": None} | changes


def third(**changes: Any) -> dict[str, Any]:
    """An array of version 3."""
    grid = {"name": "regular", "configuration": {"chunk_shape": [10, 30]}}
    plain = {"zarr_format": 3, "node_type": "array", "shape": [20, 30], "data_type": "float32", "chunk_grid": grid}
    encoding = {"name": "default", "configuration": {"separator": "/"}}
    return plain | {"chunk_key_encoding": encoding, "codecs": [{"name": "bytes"}, {"name": "zstd"}]} | changes


def described(value: object, siblings: dict[str, int] | None = None, path: str = "m/w/.zarray") -> list[Yield]:
    data = json.dumps(value).encode()
    near = Context(context().budget, siblings or {}, context().open_sibling)
    return list(module.inspect(Artifact(path, len(data)), BytesReader(data), near))


def covered(records: list[Yield]) -> list[tuple[str, CoverageState]]:
    return [(c.artifact, c.state) for c in only(records, Coverage)]


@pytest.mark.parametrize("name", [".zarray", ".zmetadata", "zarr.json"])
def test_metadata_are_recognized_by_their_names(name: str) -> None:
    assert "zarr" in [found.FORMAT.id for found in candidates(probe(b'{"zarr_format": 2}', name))]


def test_chunks_are_numbers() -> None:
    chunks = {"m/w/0.0": 77, "m/w/1.0": 5, "m/w/9.9": 5, "m/other": 5}
    assert covered(described(second(), chunks)) == [
        ("m/w/0.0", CoverageState.DATA),
        ("m/w/1.0", CoverageState.DATA),
        ("m/w/.zarray", CoverageState.INSPECTED),
    ]
    found = covered(described(third(), {"m/w/c/0/0": 7}, "m/w/zarr.json"))
    assert found[:2] == [("m/w/c/0/0", CoverageState.DATA), ("m/w/c/0/0!0", CoverageState.DATA)]
    scalar = second(shape=[], chunks=[], dtype="<i8", compressor=None)
    assert covered(described(scalar, {"m/w/0": 8}))[0] == ("m/w/0", CoverageState.DATA)
    encoding = {"name": "v2"}
    assert covered(described(third(chunk_key_encoding=encoding), {"m/w/1.0": 7}))[0][0] == "m/w/1.0"


def test_consolidated_metadata_stand_for_all_arrays() -> None:
    for value in (
        {"zarr_consolidated_format": 1, "metadata": {".zgroup": {"zarr_format": 2}, "w/.zarray": second()}},
        {"zarr_format": 3, "node_type": "group", "consolidated_metadata": {"metadata": {"w": second()}}},
    ):
        assert covered(described(value, {"m/w/0.0": 9}, "m/.zmetadata"))[0] == ("m/w/0.0", CoverageState.DATA)
    inner = {"metadata": {"w/.zarray": second(filters=[{"id": "pickle"}])}}
    assert rules_of(described(inner)) == [PICKLE]


@pytest.mark.parametrize("dtype", ["<f4", "bfloat16", "|b1", "<U3", "<M8[ns]", "int4", [["a", "<f4"]]])
def test_elements_of_known_size_are_counted(dtype: object) -> None:
    sizes = {"<f4": 4, "bfloat16": 2, "|b1": 1, "<U3": 12, "<M8[ns]": 8, "int4": 1}
    size = sizes.get(str(dtype), 5)
    array = second(dtype=dtype, compressor=None, shape=[300], chunks=[300])
    assert rules_of(described(array, {"m/w/0": 300 * size})) == []
    wrong = [MALFORMED] if isinstance(dtype, str) else []
    assert rules_of(described(array, {"m/w/0": 300 * size + 1})) == wrong


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (second(dtype="|O", filters=[{"id": "pickle", "protocol": 5}]), PICKLE),
        (second(compressor={"id": "pickle"}), PICKLE),
        (third(codecs=[{"name": "numcodecs.pickle"}]), PICKLE),
        (
            third(codecs=[{"name": "sharding_indexed", "configuration": {"codecs": [{"name": "numcodecs.pickle"}]}}]),
            PICKLE,
        ),
        (second(filters=[{"id": "mine"}]), CODEC),
        (third(codecs=["mine"]), CODEC),
        (second(zarr_format=9), MALFORMED),
        (second(shape=[-1, 2]), MALFORMED),
        (second(shape=[1 << 60, 30]), MALFORMED),
        (second(chunks=[0, 30]), MALFORMED),
        (second(chunks=[30]), MALFORMED),
        (second(chunks="10"), MALFORMED),
        (second(filters={"id": "x"}), MALFORMED),
        (second(filters=[{}]), MALFORMED),
        (second(dimension_separator="../"), MALFORMED),
        (third(chunk_grid={"name": "mine"}), MALFORMED),
        (third(codecs=None), MALFORMED),
    ],
)
def test_what_runs_code_or_is_no_array_is_named(value: dict[str, Any], expected: str) -> None:
    assert rules_of(described(value, {"m/w/0.0": 9})) == [expected]


def test_pickled_chunks_and_places_outside_are_not_accounted_for() -> None:
    assert covered(described(second(filters=[{"id": "pickle"}]), {"m/w/0.0": 9}))[1:] == []
    outside = {"metadata": {"../../../x/.zarray": second()}}
    assert len(covered(described(outside, {"x/0.0": 9}))) == 1


def test_other_documents() -> None:
    assert states_of(described({"a": 1})) == [CoverageState.UNKNOWN]
    assert states_of(described([])) == [CoverageState.UNKNOWN]
    assert rules_of(inspected(MODULE, b"{")) == [MALFORMED]


def test_members_of_archives_have_members_beside_them() -> None:
    data = json.dumps(second()).encode()
    near = Context(context().budget, {"w/0.0": 9}, context().open_sibling)
    member = Artifact("a.zip", len(data), members=("w/.zarray",))
    assert covered(list(module.inspect(member, BytesReader(data), near)))[0][0] == "a.zip!w/0.0"


@given(st.binary(max_size=20), st.integers(0, 200))
@settings(max_examples=100, deadline=None)
def test_any_change_ends_in_records(noise: bytes, at: int) -> None:
    data = json.dumps(third()).encode()
    assert states_of(inspected(MODULE, data[:at] + noise + data[at + len(noise) :], ".zarray"))
