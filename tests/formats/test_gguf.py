"""GGUF: what writers write is quiet and only its header is read; what would mislead a loader is found."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.ggufs import Q4_0, Raw, gguf_bytes, model, tensor, text
from tests.builders.inspections import context, facts_of, inspected, members_of, only, probe, rules_of, states_of
from tests.builders.templates import CHATML, GENUINE, UNSAFE
from tests.builders.zips import zip_bytes
from verifier.errors import BudgetExceeded
from verifier.formats import FormatModule, candidates
from verifier.formats import gguf as module
from verifier.formats._gguf import DUPLICATE, INCONSISTENT, MALFORMED, TRAILING, UNSAFE_NAME
from verifier.formats._gguf.types import TENSOR_TYPES
from verifier.records import Artifact, Coverage, CoverageState, Fact, Finding

MODULE: FormatModule = module
CLEAN = {CoverageState.INSPECTED, CoverageState.DATA}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("family", GENUINE)
def test_a_genuine_model_is_quiet_and_its_tensors_are_numbers(family: str, order: str) -> None:
    data = model(GENUINE[family], order=order)
    assert MODULE in candidates(probe(data, "weights"))
    records = inspected(MODULE, data, "model.gguf")
    assert (rules_of(records), {*states_of(records)}) == ([], CLEAN)
    header, tensors, padding = only(records, Coverage)
    assert (header.length, tensors.offset, tensors.length, padding.offset) == (
        tensors.offset,
        len(data) - 96,
        68,
        len(data) - 28,
    )
    facts = facts_of(records)
    assert (facts["tensor-count"], facts["parameter-count"], facts["architecture"]) == (2, 68, "llama")
    assert facts["tensor-dtypes"] == (("F32", 1), ("Q4_0", 1))


@pytest.mark.parametrize("kind", TENSOR_TYPES)
def test_every_type_of_tensor_has_its_size(kind: int) -> None:
    known = TENSOR_TYPES[kind]
    size = 3 * known.bytes
    data = gguf_bytes([], [tensor(shape=(known.elements, 3), kind=kind)], bytes(size))
    records = inspected(MODULE, data)
    assert (rules_of(records), [c.length for c in only(records, Coverage)][1]) == ([], size)
    assert rules_of(inspected(MODULE, data[:-1])) == [INCONSISTENT]


SCALARS = [Raw(kind, bytes(size)) for kind, size in ((0, 1), (1, 1), (2, 2), (3, 2), (5, 4), (7, 1), (10, 8), (12, 8))]


@pytest.mark.parametrize(
    ("metadata", "version", "alignment"),
    [
        ([(f"key.{i}", scalar) for i, scalar in enumerate(SCALARS)], 3, 32),
        ([("a", "text"), ("b", ["x", "", "y"]), ("c", []), ("d", [[["deep"]]])], 2, 32),
        ([("general.alignment", 4096), ("a", 1.5)], 3, 4096),
    ],
)
def test_all_kinds_of_values_are_passed_over(
    metadata: list[tuple[str | bytes, object]], version: int, alignment: int
) -> None:
    data = gguf_bytes(metadata, [tensor()], bytes(16), version=version, alignment=alignment)
    records = inspected(MODULE, data)
    assert (rules_of(records), {*states_of(records)}) == ([], CLEAN)
    assert list(only(records, Coverage))[1].offset == len(data) - 16


@pytest.mark.parametrize("key", ["tokenizer.chat_template", "tokenizer.chat_template.tool_use", "my.template"])
@pytest.mark.parametrize("way", UNSAFE)
def test_templates_go_to_their_judge(way: str, key: str) -> None:
    """CVE-2024-34359."""
    data = model(UNSAFE[way], key)
    found = {finding.rule: finding for finding in only(inspected(MODULE, data), Finding)}
    offset = found["template-unsafe-expression"].evidence[0].offset
    assert offset == data.index(UNSAFE[way].encode()) - 8


def test_templates_in_lists_are_seen_and_names_are_none() -> None:
    data = model([["default", CHATML], [UNSAFE["globals"]]], "tokenizer.chat_templates")
    records = inspected(MODULE, data)
    assert rules_of(records) == ["template-unsafe-expression"]
    assert len([fact for fact in only(records, Fact) if fact.kind == "chat-template"]) == 2


HUGE = (1 << 64) - 1
LIES = {
    "version 0": gguf_bytes(version=0),
    "version 9": gguf_bytes(version=9),
    "keys": gguf_bytes(counts=(0, HUGE)),
    "more keys": gguf_bytes(counts=(0, 2)),
    "tensors": gguf_bytes(counts=(HUGE, 1)),
    "key length": b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, HUGE) + bytes(60),
    "key text": gguf_bytes([(b"\xff\xfe", 1)]),
    "value type": gguf_bytes([("a", Raw(13, bytes(8)))]),
    "text length": gguf_bytes([("a", Raw(8, struct.pack("<Q", HUGE)))]),
    "template length": gguf_bytes([("template", Raw(8, struct.pack("<Q", 1 << 21)))]),
    "array length": gguf_bytes([("a", Raw(9, struct.pack("<IQ", 4, 1 << 62)))]),
    "array of texts": gguf_bytes([("a", Raw(9, struct.pack("<IQ", 8, 1 << 61)))]),
    "array of long texts": gguf_bytes([("a", Raw(9, struct.pack("<IQQQ", 8, 2, HUGE, 0)))]),
    "array of arrays": gguf_bytes([("a", Raw(9, struct.pack("<IQ", 9, 1 << 61)))]),
    "array type": gguf_bytes([("a", Raw(9, struct.pack("<IQ", 77, 1)))]),
    "nesting": gguf_bytes([("a", Raw(9, struct.pack("<IQ", 9, 1) * 50))]),
    "alignment 0": gguf_bytes([("general.alignment", 0)]),
    "alignment 3": gguf_bytes([("general.alignment", 3)]),
    "alignment huge": gguf_bytes([("general.alignment", 1 << 31)]),
    "alignment text": gguf_bytes([("general.alignment", "32")]),
    "dimensions": gguf_bytes([], [tensor(shape=(1,) * 5)]),
    "elements": gguf_bytes([], [tensor(shape=(1 << 62, 8))]),
    "size": gguf_bytes([], [tensor(shape=(0, HUGE))]),
    "tensor type": gguf_bytes([], [tensor(kind=99)]),
    "rows": gguf_bytes([], [tensor(shape=(33,), kind=Q4_0)], bytes(99)),
    "tensor name": gguf_bytes([], [tensor(b"\xff")], bytes(16)),
    "long name": gguf_bytes([], [tensor("x" * 5000)], bytes(16)),
    "cut": gguf_bytes()[:30],
}


@pytest.mark.parametrize("what", LIES)
def test_a_header_that_lies_is_found(what: str) -> None:
    """CVE-2025-53630, CVE-2026-27940 and CVE-2026-33298 are products and sums that overflow."""
    records = inspected(MODULE, LIES[what], "model.gguf")
    assert (rules_of(records), states_of(records)) == ([MALFORMED], [CoverageState.PARTIAL])


MISPLACED = {
    "overlap": ([tensor("a"), tensor("b")], 64, "overlaps"),
    "within": ([tensor("a", (64,)), tensor("b", offset=32)], 256, "overlaps"),
    "hole": ([tensor("a"), tensor("b", offset=64)], 128, "hole"),
    "late": ([tensor("a", offset=32)], 64, "hole"),
    "unaligned": ([tensor("a"), tensor("b", offset=17)], 64, "not aligned"),
    "behind": ([tensor("a", (1 << 20,))], 64, "end at byte"),
    "far behind": ([tensor("a", (1 << 61,))], 64, "end at byte"),
    "sum overflows": ([tensor("a", (1 << 61,)), tensor("b", (1 << 61,), offset=1 << 63)], 64, "end at byte"),
}


@pytest.mark.parametrize("what", MISPLACED)
def test_tensors_that_do_not_fit_are_found(what: str) -> None:
    tensors, size, why = MISPLACED[what]
    records = inspected(MODULE, gguf_bytes([], tensors, bytes(size)))
    (finding,) = only(records, Finding)
    assert (finding.rule, states_of(records)) == (INCONSISTENT, [CoverageState.PARTIAL])
    assert why in finding.message


def test_order_of_descriptions_does_not_matter() -> None:
    data = gguf_bytes([], [tensor("b", offset=32), tensor("a"), tensor("none", (0,))], bytes(48))
    assert rules_of(inspected(MODULE, data)) == []


def test_names_that_stand_twice_are_found() -> None:
    keys = gguf_bytes([("a", 1), ("a", 2), ("a", 3)])
    (finding,) = only(inspected(MODULE, keys), Finding)
    assert (finding.rule, len(finding.evidence)) == (DUPLICATE, 2)
    tensors = gguf_bytes([], [tensor("a"), tensor("a", offset=32)], bytes(48))
    assert rules_of(inspected(MODULE, tensors)) == [DUPLICATE]


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "C:\\x", "a\0b", "a/../../b"])
def test_names_that_are_paths_out_of_a_folder_are_found(name: str) -> None:
    assert rules_of(inspected(MODULE, gguf_bytes([], [tensor(name)], bytes(16)))) == [UNSAFE_NAME]


@pytest.mark.parametrize("behind", [zip_bytes((b"a", b"b")), b"\1", bytes(5000)])
def test_what_follows_the_tensors_is_handed_back(behind: bytes) -> None:
    data = gguf_bytes([], [tensor()], bytes(16))
    records = inspected(MODULE, data + behind)
    assert rules_of(records) == [TRAILING]
    assert members_of(records) == {f"bytes from {len(data)}": behind}


@pytest.mark.parametrize("data", [b"", b"GGU", b"FUGG" + bytes(40), b"\x80\x04N."])
def test_a_name_alone_makes_no_model(data: bytes) -> None:
    assert MODULE in candidates(probe(data, "model.gguf"))
    assert states_of(inspected(MODULE, data, "model.gguf")) == [CoverageState.UNKNOWN]


@pytest.mark.parametrize(
    "data",
    [
        gguf_bytes(version=1),
        gguf_bytes([("template", Raw(9, struct.pack("<IQ", 8, 200_000) + bytes(8 * 200_000)))]),
        gguf_bytes([], [], bytes(24 * 500_001), counts=(500_001, 0)),
    ],
    ids=["version 1", "templates", "tensors"],
)
def test_what_is_not_inspected_is_a_limit(data: bytes) -> None:
    with pytest.raises(BudgetExceeded):
        inspected(MODULE, data)


@pytest.mark.parametrize(
    "metadata", [[("a.template", "x" * 60), ("b.template", "x" * 60)], [("general.tags", ["x" * 60] * 2)]]
)
def test_texts_that_are_kept_are_bounded_together(
    metadata: list[tuple[str | bytes, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.formats._gguf.header.MAX_HELD", 119)
    with pytest.raises(BudgetExceeded, match="119 characters in all"):
        inspected(MODULE, gguf_bytes(metadata))
    monkeypatch.setattr("verifier.formats._gguf.header.MAX_HELD", 120)
    assert rules_of(inspected(MODULE, gguf_bytes(metadata))) == []


class Sparse:
    """A header, and ten gigabytes of tensors nobody may read."""

    def __init__(self, header: bytes, size: int) -> None:
        self._header, self.size, self.read = header, size, 0

    def read_at(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self.size - offset))
        self.read += length
        return self._header[offset : offset + length].ljust(length, b"\0")


def test_only_the_metadata_is_read() -> None:
    words = ["x" * 200_000, *(f"token {i}" for i in range(30_000))]
    count = 10 << 28
    head = gguf_bytes([("tokenizer.ggml.tokens", words)], [tensor(shape=(count,))])
    reader = Sparse(head, len(head) + 4 * count)
    records = list(module.inspect(Artifact("model.gguf", reader.size), reader, context(remote=True)))
    assert (rules_of(records), {*states_of(records)}) == ([], CLEAN)
    assert reader.read <= len(head) + (64 << 10)


def test_long_vocabularies_cost_little() -> None:
    data = gguf_bytes([("tokenizer.ggml.merges", Raw(9, struct.pack("<IQ", 8, 400_000) + text("ab") * 400_000))])
    began = time.process_time()
    assert rules_of(inspected(MODULE, data)) == []
    assert time.process_time() - began < 1


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_changed_file_is_accounted_for(data: st.DataObject) -> None:
    whole = bytearray(model(CHATML))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        records = inspected(MODULE, bytes(whole), "model.gguf")
    except BudgetExceeded:
        return
    states = states_of(records)
    assert states
    if CoverageState.PARTIAL in states:
        assert rules_of(records)
