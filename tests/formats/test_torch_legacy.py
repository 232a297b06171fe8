"""What torch.save wrote before 1.6: five streams are inspected, the storages behind them are data."""

from __future__ import annotations

import io
import tracemalloc
import warnings

import pytest

from tests.builders.inspections import context, facts_of, inspected, members_of, only, rules_of, states_of
from tests.builders.opcodes import call, mapping, name, pickled, value
from tests.builders.torch_files import accused, alarms, examined, gaps, recognized, saved, things
from tests.builders.torches import MAGIC, PAYLOAD, PROTOCOL, SYSTEM, tensor, torch_legacy
from verifier.formats import torch_legacy as module
from verifier.records import Artifact, Coverage, CoverageState, Finding

EVIL = pickled(PAYLOAD)
KEYS = pickled(value(["0"]))


def loaded(data: bytes) -> int:
    """Loads a file with torch, and returns where the next one would begin."""
    import torch

    buffer = io.BytesIO(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.load(buffer, weights_only=True)
    return buffer.tell()


def test_a_checkpoint_is_clean_and_counted() -> None:
    data = torch_legacy()
    records = inspected(module, data)
    assert rules_of(records) == []
    assert [(c.state, c.offset, c.length) for c in only(records, Coverage)] == [
        (CoverageState.INSPECTED, 0, len(data) - 32),
        (CoverageState.DATA, len(data) - 32, 32),
    ]
    assert facts_of(records) == {
        "tensor-count": 1,
        "parameter-count": 6,
        "tensor-dtypes": (("float32", 1),),
        "tensor-shapes": (("2x3", 1),),
    }
    assert loaded(data) == len(data)


@pytest.mark.parametrize("protocol", [1, 2, 3, 4, 5])
def test_what_torch_saves_is_quiet(protocol: int) -> None:
    for title, thing in things().items():
        data = saved(thing, legacy=True, protocol=protocol)
        records = examined(data)
        assert (title, alarms(records), gaps(records)) == (title, [], [])
        assert recognized(data) == ["torch-legacy"]


@pytest.mark.parametrize("stream", ["magic", "protocol", "system", "body", "keys"])
def test_a_payload_in_any_stream_is_found(stream: str) -> None:
    whole = {"magic": MAGIC, "protocol": PROTOCOL, "system": SYSTEM, "keys": KEYS}.get(stream, pickled(value({})))  # type: ignore[arg-type]
    evil = whole[:2] + PAYLOAD + b"0" + whole[2:]
    data = torch_legacy(**{stream: evil})  # type: ignore[arg-type]
    records = examined(data)
    assert accused(records) != []
    assert recognized(data)[0] in ("torch-legacy", "pickle")


@pytest.mark.parametrize(
    "head",
    [
        b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.",
        b"\x80\x04\x95\r\0\0\0\0\0\0\0\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.",
        b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.",
        b"L119547037146038801333356L\n.",
    ],
)
def test_the_magic_number_is_recognized_however_it_is_written(head: bytes) -> None:
    assert recognized(torch_legacy(magic=head)) == ["torch-legacy"]


@pytest.mark.parametrize(
    "head",
    [b"", b"\x80", b"L1\n.", pickled(value("x")), b"\x80\x02" + b"N0" * 99, MAGIC[:-1], b"\x8a" * 4, b"\x80\x02\x8b"],
)
def test_anything_else_is_not(head: bytes) -> None:
    assert "torch-legacy" not in recognized(head + b"behind it")
    assert states_of(inspected(module, head)) == [CoverageState.UNKNOWN]


def test_modules_with_their_source_are_understood() -> None:
    identity = value(("module", name("torch.nn.modules.linear", "Linear"), "linear.py", "class Linear: ...")) + b"Q"
    records = inspected(module, torch_legacy(pickled(identity), {}))
    assert alarms(records) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("stream", ["protocol", "system", "body", "keys"])
def test_a_broken_stream_is_a_gap_to_the_end(stream: str) -> None:
    whole = {"protocol": PROTOCOL, "system": SYSTEM, "keys": KEYS}.get(
        stream, pickled(mapping({"w": tensor(legacy=True)}))
    )
    data = torch_legacy(**{stream: whole[:-1] + b"\xff"})  # type: ignore[arg-type]
    records = inspected(module, data)
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.PARTIAL]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (torch_legacy(protocol=pickled(value(1002))), "protocol version"),
        (torch_legacy(keys=pickled(value([0]))), "list of storage keys"),
        (torch_legacy(keys=pickled(value("0"))), "list of storage keys"),
    ],
)
def test_what_torch_would_not_load_is_a_gap(data: bytes, reason: str) -> None:
    last = list(only(inspected(module, data), Coverage))[-1]
    assert last.state is CoverageState.PARTIAL
    assert reason in last.reason


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (torch_legacy(storages={"0": bytes(28)}), "says that it has 7 elements"),
        (torch_legacy()[:-1], "ends at byte"),
        (torch_legacy()[:-32], "ends at byte"),
        (torch_legacy(keys=pickled(value(["0", "1"]))), "does not use it"),
        (torch_legacy(storages={}), "its bytes are not in the file"),
    ],
)
def test_storages_that_contradict_the_object_are_reported(data: bytes, message: str) -> None:
    records = inspected(module, data)
    assert rules_of(records) == ["torch-storage-mismatch"]
    assert message in next(only(records, Finding)).message


def test_bytes_behind_a_wrong_count_are_no_data() -> None:
    data = torch_legacy(storages={"0": EVIL.ljust(28, b".")})
    records = inspected(module, data)
    assert CoverageState.PARTIAL in states_of(records)


def test_what_stands_behind_the_last_storage_goes_back() -> None:
    data = torch_legacy(trailing=EVIL)
    records = inspected(module, data)
    assert rules_of(records) == ["pickle-trailing-bytes"]
    assert list(members_of(records).values()) == [EVIL]
    assert loaded(data) == len(data) - len(EVIL)
    twice = torch_legacy(trailing=torch_legacy(pickled(PAYLOAD), {}))
    assert accused(examined(twice)) != []


def test_storages_stand_in_the_order_of_their_keys() -> None:
    body = pickled(mapping({"a": tensor("9", legacy=True), "b": tensor("10", "ByteStorage", legacy=True)}))
    keys = pickled(value(["10", "9"]))
    raw = (6).to_bytes(8, "little") + bytes(6) + (6).to_bytes(8, "little") + bytes(24)
    data = torch_legacy(body, {}, keys=keys, trailing=raw)
    assert rules_of(inspected(module, data)) == []
    assert loaded(data) == len(data)


def test_many_storages_keep_their_order() -> None:
    import torch

    data = saved({str(n): torch.zeros(n % 7 + 1) for n in range(200)}, legacy=True)
    records = inspected(module, data)
    assert rules_of(records) == []
    assert next(c for c in only(records, Coverage) if c.state is CoverageState.DATA).reason == "200 tensor storages"


def test_persistent_ids_of_other_kinds_are_reported() -> None:
    assert "pickle-persistent-id" in rules_of(inspected(module, torch_legacy(pickled(value("x") + b"Q"), {})))
    assert "pickle-persistent-id" in rules_of(inspected(module, torch_legacy(pickled(tensor()), {})))


def test_a_dangerous_call_is_judged() -> None:
    assert accused(inspected(module, torch_legacy(pickled(call("os", "system", "echo inert")), {}))) != []


class Sparse:
    """A Reader over a beginning and zeros, up to any size."""

    def __init__(self, start: bytes, size: int) -> None:
        self.start = start
        self.size = size
        self.read = 0

    def read_at(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self.size - offset))
        self.read += length
        return self.start[offset : offset + length].ljust(length, b"\0")


@pytest.mark.parametrize("remote", [False, True])
def test_storages_of_many_gigabytes_cost_nothing(remote: bool) -> None:
    count = 5 << 30
    body = pickled(mapping({"w": tensor("0", "HalfStorage", count, size=(count,), stride=(1,), legacy=True)}))
    start = torch_legacy(body, {}, keys=KEYS, trailing=count.to_bytes(8, "little"))
    reader = Sparse(start, len(start) + 2 * count)
    tracemalloc.start()
    records = list(module.inspect(Artifact("big.pt", reader.size), reader, context(remote=remote)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rules_of(records) == []  # type: ignore[arg-type]
    covered = list(only(records, Coverage))
    assert covered[-1].unchecked == (("torch-storage-counts",) if remote else ())
    assert covered[-1].offset + (covered[-1].length or 0) == reader.size
    assert reader.read < 200_000
    assert peak < 4 << 20


def test_streams_behind_five_that_are_no_checkpoint_are_handed_back() -> None:
    other = torch_legacy(keys=pickled(value(5)), storages={}) + pickled(PAYLOAD)
    assert list(members_of(inspected(module, other)).values()) == [pickled(PAYLOAD)]
    version = torch_legacy(protocol=pickled(value(1002)), storages={}) + pickled(PAYLOAD)
    assert list(members_of(inspected(module, version)).values()) == [pickled(PAYLOAD)]
