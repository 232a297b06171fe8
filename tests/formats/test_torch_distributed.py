"""Distributed checkpoints: every archive in a `.distcp` is handed back, and `.metadata` points at nothing else."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from tests.builders.inspections import inspected, members_of, only, rules_of, states_of
from tests.builders.opcodes import call, mapping, name, pickled, value
from tests.builders.torch_files import accused, alarms, examined, gaps, recognized
from tests.builders.torches import PAYLOAD, distributed, metadata, state_dict, tensor, torch_zip
from tests.builders.zips import Part, Zip, build
from verifier.formats import Budget
from verifier.formats import torch_distributed as module
from verifier.formats._readers import BytesReader
from verifier.formats._torch import distributed as body
from verifier.records import Coverage, CoverageState, Finding, Record

FIRST, SECOND = torch_zip(), torch_zip(state_dict(bias=tensor()))
INFO = ("torch.distributed.checkpoint.filesystem", "_StorageInfo")


def checkpoint(folder: Path, **options: object) -> dict[str, bytes]:
    """What torch writes into a folder."""
    import torch
    from torch.distributed.checkpoint.filesystem import FileSystemWriter
    from torch.distributed.checkpoint.state_dict_saver import save

    state = {"weight": torch.zeros(3, 4), "bias": torch.ones(3), "step": 7, "optimizer": {"lr": 0.1}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        save(state, storage_writer=FileSystemWriter(folder, **options))  # type: ignore[arg-type]
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("single", [False, True])
def test_what_torch_saves_is_quiet(tmp_path: Path, single: bool) -> None:
    files = checkpoint(tmp_path / "saved", single_file_per_rank=single)
    for path, data in files.items():
        records = examined(data, path, {other: files[other] for other in files})
        assert (path, alarms(records), gaps(records)) == (path, [], [])
    assert recognized(files["__0_0.distcp"], "__0_0.distcp") == ["torch-distributed"]
    assert recognized(files[".metadata"], ".metadata") == ["pickle", "torch-distributed"]


def test_every_archive_goes_back() -> None:
    records = inspected(module, distributed(FIRST, SECOND, FIRST), "__0_0.distcp")
    assert list(members_of(records).values()) == [FIRST, SECOND, FIRST]
    assert states_of(records) == [CoverageState.INSPECTED]
    assert rules_of(records) == []


def test_archives_with_zip64_ends_are_told_apart() -> None:
    whole = build(Zip([Part(b"archive/data.pkl", state_dict())], zip64=True))
    assert body.pieces(BytesReader(whole + whole), Budget()) == [(0, len(whole)), (len(whole), 2 * len(whole))]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_payload_in_any_archive_is_found(place: int) -> None:
    items = [FIRST, SECOND, FIRST]
    items[place] = torch_zip(pickled(PAYLOAD))
    assert len(accused(examined(distributed(*items), "__0_0.distcp"))) == 1


def test_bytes_between_archives_are_reported() -> None:
    records = examined(FIRST + b"hidden" + SECOND, "__0_0.distcp")
    assert alarms(records) == ["zip-hidden-data"]
    assert any("belong to no member" in gap for gap in gaps(records))
    assert gaps(examined(FIRST + b"hidden", "__0_0.distcp")) != []


def test_what_is_no_archive_at_the_start_goes_back_whole() -> None:
    begins_like_one = b"PK\x03\x04" + bytes(200)
    members = members_of(inspected(module, begins_like_one + SECOND, "__0_0.distcp"))
    assert list(members.values()) == [begins_like_one, SECOND]


def test_other_content_under_the_name_is_left_to_others() -> None:
    assert states_of(inspected(module, b"something", "__0_0.distcp")) == [CoverageState.UNKNOWN]
    assert states_of(inspected(module, b"", "__1_0.distcp")) == [CoverageState.INSPECTED]
    assert states_of(inspected(module, b"a: b", ".metadata")) == [CoverageState.UNKNOWN]
    assert recognized(distributed(), "model.bin") == ["torch-zip"]


def referred(*places: tuple[str, int, int], folder: str = "") -> list[Record]:
    files = {f"{folder}__0_0.distcp": FIRST + SECOND, f"{folder}other.safetensors": b"x" * 100}
    return examined(metadata(*places), f"{folder}.metadata", files)


PLACES = [("__0_0.distcp", 0, len(FIRST)), ("__0_0.distcp", len(FIRST), len(SECOND))]


@pytest.mark.parametrize("folder", ["", "step-10/"])
def test_places_that_are_archives_are_quiet(folder: str) -> None:
    assert alarms(referred(*PLACES, folder=folder)) == []
    assert alarms(referred(("./__0_0.distcp", 0, len(FIRST)), folder=folder)) == []
    assert alarms(referred(("elsewhere.distcp", 0, 5), folder=folder)) == []


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (("../../secret.pt", 0, 100), "climbs out"),
        (("/etc/passwd", 0, 100), "absolute path"),
        (("__0_0.distcp", 4, len(FIRST)), "are no item of it"),
        (("__0_0.distcp", 0, len(FIRST) + len(SECOND)), "are no item of it"),
        (("x/../__0_0.distcp", 4, 9), "climbs out"),
        (("./__0_0.distcp", 4, 9), "are no item of it"),
        (("other.safetensors", 8, 50), "are no item of it"),
    ],
)
def test_places_elsewhere_are_reported(place: tuple[str, int, int], message: str) -> None:
    records = referred(*PLACES, place)
    assert alarms(records) == ["torch-distributed-reference"]
    finding = next(record for record in records if isinstance(record, Finding) and "distributed" in record.rule)
    assert message in finding.message


@pytest.mark.parametrize(
    "body",
    [
        call(*INFO, "__0_0.distcp", 0, 10),
        name(*INFO) + b")\x81" + value("state") + b"b",
        name(*INFO) + b")\x81" + mapping({"relative_path": value(7), "offset": value(0), "length": value(1)}) + b"b",
        name(*INFO)
        + b")\x81"
        + mapping(
            {
                "relative_path": value("a"),
                "offset": value(0),
                "length": value(1),
                "transform_descriptors": value(["zstd"]),
            }
        )
        + b"b",
        metadata(("__0_0.distcp", 0, 1))[2:-1] + b"\xff",
    ],
)
def test_places_that_are_not_understood_are_a_gap(body: bytes) -> None:
    states = [c.state for c in only(inspected(module, pickled(body), ".metadata"), Coverage)]
    assert states == [CoverageState.PARTIAL]


def test_a_neighbor_that_cannot_be_opened_is_reported() -> None:
    from tests.builders.inspections import context
    from verifier.formats import Context
    from verifier.records import Artifact

    data = metadata(*PLACES)
    plain = context()
    broken = Context(plain.budget, {"__0_0.distcp": 10}, plain.open_sibling)
    records = list(module.inspect(Artifact(".metadata", len(data)), BytesReader(data), broken))
    assert ["cannot be opened" in record.message for record in records if isinstance(record, Finding)] == [True]


def test_findings_are_bounded() -> None:
    records = examined(metadata(*((f"../{n}", 0, 1) for n in range(body._MOST_FINDINGS + 10))), ".metadata")
    assert len(alarms(records)) == body._MOST_FINDINGS


def test_the_pickle_itself_is_judged() -> None:
    assert accused(examined(pickled(PAYLOAD), "__3.metadata")) != []
