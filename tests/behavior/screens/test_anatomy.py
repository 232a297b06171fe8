"""What became of a tensor: edits, conversions and training, each told from the others."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builders.dossiers import BytesReader
from tests.builders.edits import brain, hidden, merged, q4_0, q8_0, quantized, replaced, side, weights
from verifier.behavior.screens import _numbers, anatomy
from verifier.behavior.screens.anatomy import Side
from verifier.records.delta import Became, Change
from verifier.records.tensor import Placed

W = weights(96, 128)
V = weights(256)


def look(before: Side, after: Side) -> Change:
    change = anatomy.anatomy("w", before, after, seed=5)
    assert change is not None
    return change


def test_the_same_bytes_are_no_change() -> None:
    assert anatomy.anatomy("w", side(W), side(W.copy()), seed=5) is None


@pytest.mark.parametrize("rank", [2, 8])
def test_a_merged_adapter_shows_its_rank(rank: int) -> None:
    change = look(side(W), side(merged(W, rank)))
    assert (change.became, change.rank, change.rows, change.columns) == (Became.LOW_RANK, rank, 96, 128)
    assert change.told == f"{rank} directions were added"
    assert change.distance is not None
    assert 0.01 < change.distance < 1


def test_an_adapter_merged_in_half_precision_still_does() -> None:
    half = W.astype(np.float16)
    assert look(side(half, "F16"), side(merged(W, 8, 5e-3).astype(np.float16), "F16")).rank == 8
    change = look(side(brain(W), "BF16"), side(brain(merged(W, 4, 2e-2)), "BF16"))
    assert (change.became, change.rank) == (Became.LOW_RANK, 4)


def test_an_edit_of_one_fact_adds_one_direction() -> None:
    change = look(side(W), side(merged(W, 1)))
    assert (change.became, change.rank) == (Became.RANK_1, 1)


def test_replaced_rows_are_named() -> None:
    change = look(side(W), side(replaced(W, 5, 77)))
    assert (change.became, change.rows, change.first_rows, change.changed) == (Became.ROWS, 2, (5, 77), 256)
    assert look(side(W), side(replaced(W, 9))).told == "1 of 96 rows"
    columns = look(side(W), side(replaced(W.T, 3, 4, 5).T.copy()))
    assert (columns.became, columns.columns) == (Became.COLUMNS, 3)


@pytest.mark.parametrize("bits", [1, 8, 12])
def test_hidden_payloads_differ_in_low_bits_only(bits: int) -> None:
    change = look(side(W), side(hidden(W, bits)))
    assert (change.became, change.bits) == (Became.LOW_BITS, (1 << bits) - 1)
    assert change.told == f"only the low {bits} bits of numbers"


CONVERTED: dict[str, tuple[np.ndarray, str, str]] = {
    "F16": (W.astype(np.float16), "F16", "rounded to F16"),
    "F16 again": (W.astype(np.float16).astype(np.float32), "F32", "rounded to F16"),
    "BF16": (brain(W), "BF16", "rounded to BF16"),
    "BF16 cut": ((W.view(np.uint32) & 0xFFFF0000).view(np.float32), "F32", "rounded to BF16, cut off"),
    "F64": (W.astype(np.float64), "F64", "F32 written as F64"),
}


@pytest.mark.parametrize("name", CONVERTED)
def test_conversions_explain_every_number(name: str) -> None:
    after, dtype, told = CONVERTED[name]
    change = look(side(W), side(after, dtype))
    assert (change.became, change.told) == (Became.RE_ENCODED, told)
    assert look(side(W[0]), side(after[0], dtype)).became is Became.RE_ENCODED


QUANTIZED = {
    "int8 rows": (side(quantized(W, 128, 127)), "8 bits, a scale for each row"),
    "int4 groups": (side(quantized(W, 32, 7)), "4 bits, a scale for each 32"),
    "int8 in half": (side(quantized(W, 128, 127).astype(np.float16), "F16"), "8 bits, a scale for each row"),
    "int8 whole": (side(quantized(W, W.size, 127)), "levels, one scale for all"),
    "Q8_0": (side(q8_0(W), "Q8_0", W.shape), "8 bits, a scale for each 32"),
    "Q4_0": (side(q4_0(W), "Q4_0", W.shape), "4 bits, a scale for each 32"),
}


@pytest.mark.parametrize("name", QUANTIZED)
def test_quantizations_explain_every_number(name: str) -> None:
    after, told = QUANTIZED[name]
    change = look(side(W), after)
    assert (change.became, change.told[-len(told) :]) == (Became.REQUANTIZED, told)


def test_what_a_conversion_does_not_explain_is_told() -> None:
    change = look(side(W), side(replaced(W, 3).astype(np.float16), "F16"))
    assert (change.became, change.first_rows) == (Became.ROWS, (3,))
    assert change.told == "1 of 96 rows; the rest is rounded to F16"
    raw = bytearray(q8_0(W))
    raw[34 * 4 * 7 + 10] ^= 0x40
    change = look(side(W), side(bytes(raw), "Q8_0", W.shape))
    assert (change.became, change.first_rows) == (Became.ROWS, (7,))
    spread = W.astype(np.float16)
    spread[:, 4] += np.float16(0.5)
    assert look(side(W), side(spread, "F16")).told == "96 of 12288 numbers; the rest is rounded to F16"


def test_an_edit_is_not_taken_for_a_conversion() -> None:
    assert look(side(W), side(q8_0(merged(W, 8, 1e-2)), "Q8_0", W.shape)).became is Became.DENSE
    assert look(side(W), side(merged(W, 8, 1e-2).astype(np.float16), "F16")).rank == 8


def test_training_and_arithmetic_in_another_order() -> None:
    trained = look(side(W), side(W + 1e-2 * np.abs(weights(96, 128)).astype(np.float32) + np.float32(1e-4)))
    assert (trained.became, trained.rank, trained.told) == (Became.DENSE, None, "12288 of 12288 numbers")
    other = look(side(W), side(W * np.float32(1 / 3) * np.float32(3)))
    assert other.became is Became.ROUNDING


def test_vectors_and_integers_are_counted() -> None:
    moved = V.copy()
    moved[7] = 1
    change = look(side(V), side(moved))
    assert (change.became, change.changed, change.rows, change.rank) == (Became.DENSE, 1, 0, None)
    ids = np.arange(512)
    assert look(side(ids, "I64"), side(ids + 1, "I64")).became is Became.DENSE


def test_numbers_that_are_none_do_not_stop_the_look() -> None:
    broken = W.copy()
    broken[0, 0], broken[1, 1] = np.nan, np.inf
    change = look(side(W), side(broken))
    assert (change.became, change.changed, change.rank) == (Became.ROWS, 2, None)
    assert look(side(np.zeros_like(W)), side(W)).distance is None


def test_other_shapes_and_types_nobody_reads() -> None:
    assert look(side(W), side(W[:90])).became is Became.RESHAPED
    change = look(side(W, "F8_E4M3"), side(W * 2, "F8_E4M3"))
    assert (change.became, change.told) == (Became.NOT_COMPARED, "numbers of type F8_E4M3 are not read")


def test_long_tensors_are_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anatomy, "CHUNK", 512)
    assert look(side(W), side(merged(W, 8))).rank == 8
    assert look(side(W), side(replaced(W, 5, 77))).first_rows == (5, 77)
    assert look(side(q8_0(V), "Q8_0", V.shape), side(V)).became is Became.DENSE
    long = weights(96 * 128)
    assert look(side(long), side(q8_0(long), "Q8_0", long.shape)).became is Became.REQUANTIZED
    assert look(side(W), side(quantized(W, W.size, 127))).became is Became.REQUANTIZED


@pytest.mark.parametrize("dtype", _numbers.BLOCKS)
def test_blocks_are_a_scale_times_integers(dtype: str) -> None:
    block = _numbers.BLOCKS[dtype]
    head = np.array([0.5, -2.0][: 1 + block.offset], "<f2").tobytes()
    body = bytes(range(block.size - len(head)))
    found = _numbers.numbers(dtype, head + body)
    least = -2.0 if block.offset else 0.0
    assert len(found) == 32
    assert (found - least == np.rint((found - least) * 2) / 2).all()
    assert (
        anatomy.anatomy("w", *(Side(Placed("w", dtype, (32,), 0, block.size), BytesReader(head + body)),) * 2, 1)
        is None
    )
