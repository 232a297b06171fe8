"""What torch.save wrote in torch 0.1: a tar in which pickles and numbers take turns."""

from __future__ import annotations

import io
import tarfile
import warnings
from collections import deque
from pathlib import Path

import pytest

from tests.builders.inspections import context, facts_of, inspected, members_of, only, rules_of, states_of
from tests.builders.opcodes import name, pickled, value
from tests.builders.torch_files import accused, alarms, examined, gaps, recognized
from tests.builders.torches import PAYLOAD, tar_pickle, tar_storages, tar_tensors, torch_tar
from verifier.errors import BudgetExceeded
from verifier.formats import Limits, Yield
from verifier.formats import torch_tar as module
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Coverage, CoverageState, Finding

EVIL = pickled(PAYLOAD)
COUNT = pickled(value(1))
FLOATS = pickled(value((1, "cpu", name("torch", "FloatStorage"))))
TENSOR = pickled(value((2, 1, name("torch", "FloatTensor"))))


def number(value_: int, width: int = 8) -> bytes:
    return value_.to_bytes(width, "little", signed=True)


def test_a_checkpoint_is_clean_and_counted() -> None:
    records = inspected(module, torch_tar())
    assert rules_of(records) == []
    assert set(states_of(records)) == {CoverageState.INSPECTED, CoverageState.DATA}
    assert facts_of(records) == {
        "tensor-count": 1,
        "parameter-count": 6,
        "tensor-dtypes": (("float32", 1),),
        "tensor-shapes": (("2x3", 1),),
    }
    assert recognized(torch_tar()) == ["torch-tar"]
    assert gaps(examined(torch_tar())) == []


def test_torch_still_loads_it(tmp_path: Path) -> None:
    import torch

    (tmp_path / "old.pt").write_bytes(torch_tar())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = torch.load(tmp_path / "old.pt", weights_only=False)
    assert loaded["weight"].shape == (2, 3)


def test_every_byte_of_the_interleaved_members_is_spoken_of() -> None:
    covered = [c for c in only(inspected(module, torch_tar()), Coverage) if c.artifact == "file!storages"]
    reached = 0
    for part in covered:
        assert part.offset == reached
        reached += part.length or 0
    assert reached == len(tar_storages())
    assert [c.length for c in covered if c.state is CoverageState.DATA] == [32]


@pytest.mark.parametrize(
    "members",
    [
        {"sys_info": EVIL},
        {"pickle": EVIL},
        {"storages": EVIL},
        {"storages": COUNT + EVIL},
        {"storages": COUNT + FLOATS + number(6) + bytes(24) + EVIL},
        {"tensors": EVIL},
        {"tensors": COUNT + EVIL},
    ],
)
def test_a_payload_in_any_stream_is_found(members: dict[str, bytes]) -> None:
    assert accused(inspected(module, torch_tar(members))) != []


def test_numbers_are_not_read() -> None:
    hidden = COUNT + FLOATS + number(12) + EVIL.ljust(48, b"\0") + pickled(value([]))
    records = inspected(module, torch_tar({"storages": hidden}))
    assert accused(records) == []
    assert rules_of(records) == []


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"storages": pickled(value("x"))}, "instead of a count"),
        ({"storages": pickled(value(-1))}, "instead of a count"),
        ({"storages": COUNT + pickled(value(1))}, "describes no storage"),
        ({"storages": COUNT + pickled(value((1, "cpu", name("torch", "NoStorage"))))}, "describes no storage"),
        ({"storages": COUNT + FLOATS + number(6) + bytes(23)}, "cut short"),
        ({"storages": COUNT + FLOATS + number(-1)}, "cut short"),
        ({"storages": COUNT + FLOATS + bytes(3)}, "cut short"),
        ({"storages": COUNT + FLOATS + number(6) + bytes(24)}, "views could not be read"),
        ({"storages": pickled(value(1 << 40))}, "could not be read"),
        ({"tensors": COUNT + TENSOR + number(65, 4) + bytes(4)}, "65 dimensions"),
        ({"tensors": COUNT + TENSOR + number(-1, 4) + bytes(4)}, "-1 dimensions"),
        ({"tensors": COUNT + TENSOR + number(2, 4) + bytes(20)}, "cut short"),
        ({"pickle": tar_pickle()[:-1]}, "object could not be read"),
    ],
)
def test_what_torch_would_fail_on_is_a_gap(members: dict[str, bytes], reason: str) -> None:
    partial = [c for c in only(inspected(module, torch_tar(members)), Coverage) if c.state is CoverageState.PARTIAL]
    assert len(partial) == 1
    assert reason in partial[0].reason


@pytest.mark.parametrize("numbers", [(2, 3, 3, 1, 1), (2, 4, 3, 1, 0), (2, 3, 3, -1, 0), (-2, 3, 3, 1, 0)])
def test_a_tensor_beyond_its_storage_is_reported(numbers: tuple[int, ...]) -> None:
    body = COUNT + TENSOR + number(2, 4) + bytes(4) + b"".join(map(number, numbers))
    assert rules_of(inspected(module, torch_tar({"tensors": body}))) == ["torch-storage-mismatch"]


def test_a_tensor_over_a_view_is_taken_as_it_comes() -> None:
    described = pickled(value((2, 77, name("torch", "FloatTensor"))))
    body = COUNT + described + number(1, 4) + bytes(4) + number(9) + number(1) + number(0)
    assert rules_of(inspected(module, torch_tar({"tensors": body}))) == []


def test_what_stands_behind_the_end_goes_back() -> None:
    records = inspected(module, torch_tar({"tensors": tar_tensors() + EVIL}))
    assert rules_of(records) == ["pickle-trailing-bytes"]
    assert list(members_of(records).values()) == [EVIL]


def test_ids_are_keys_or_modules() -> None:
    linear = (name("torch.nn", "Linear"), "linear.py", "class Linear: ...")
    for identity in (value(2), value("2"), value(linear)):
        assert alarms(inspected(module, torch_tar({"pickle": pickled(identity + b"Q")}))) == []  # type: ignore[arg-type]
    for identity in (value("two"), value((1, 2, 3)), value(None), value(True)):
        records = inspected(module, torch_tar({"pickle": pickled(identity + b"Q")}))
        assert "pickle-persistent-id" in rules_of(records)


def test_other_members_go_back_and_tricks_are_reported() -> None:
    records = inspected(module, torch_tar({"../notes": b"hello", "more": b"there"}))
    assert members_of(records) == {"../notes": b"hello", "more": b"there"}
    assert rules_of(records) == ["tar-unsafe-member"]
    whole = torch_tar()
    assert "tar-ambiguous-archive" in rules_of(inspected(module, whole[:-1024] + whole))


def test_a_second_member_of_a_name_is_inspected_too() -> None:
    buffer = io.BytesIO(torch_tar())
    with tarfile.open(fileobj=buffer, mode="a") as file:
        entry = tarfile.TarInfo("pickle")
        entry.size = len(EVIL)
        file.addfile(entry, io.BytesIO(EVIL))
    records = inspected(module, buffer.getvalue())
    assert accused(records) == ["file!pickle"]
    assert "tar-ambiguous-archive" in rules_of(records)


def test_a_limit_keeps_what_was_seen() -> None:
    data = torch_tar({"../x": b"", "y": b""})
    records = module.inspect(Artifact("x", len(data)), BytesReader(data), context(limits=Limits(members=5)))
    found: list[Yield] = []
    with pytest.raises(BudgetExceeded):
        deque(map(found.append, records), maxlen=0)
    assert rules_of(found) == ["tar-unsafe-member"]


def test_a_member_that_is_not_read_is_a_gap() -> None:
    buffer = io.BytesIO(torch_tar())
    with tarfile.open(fileobj=buffer, mode="a") as file:
        entry = tarfile.TarInfo("sparse")
        entry.type = b"S"
        file.addfile(entry)
    assert CoverageState.PARTIAL in states_of(inspected(module, buffer.getvalue()))


def test_other_tars_are_left_to_others() -> None:
    whole = torch_tar({f"{n}": b"" for n in range(9)})
    assert "torch-tar" in recognized(whole)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        for member in ("pickle", "storages"):
            file.addfile(tarfile.TarInfo(member), io.BytesIO())
    assert recognized(buffer.getvalue()) == ["tar"]


def test_a_broken_archive_keeps_what_was_seen() -> None:
    records = inspected(module, torch_tar()[:4000])
    assert "tar-ambiguous-archive" in rules_of(records)
    assert any(isinstance(record, Finding) for record in records)
