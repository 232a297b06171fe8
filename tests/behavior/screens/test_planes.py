"""Files in the low bits of weights: found whatever kind they are and wherever they begin, and nowhere else."""

from __future__ import annotations

import lzma
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.builders.safetensors import safetensors_bytes, tensor
from tests.builders.zips import zip_bytes
from verifier.behavior.screens import planes
from verifier.behavior.screens.planes import HIDDEN, hidden_file
from verifier.cli import main
from verifier.errors import Malformed
from verifier.formats._readers import BytesReader
from verifier.records.tensor import Placed

ELF = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HH", 3, 62) + bytes(32) + struct.pack("<H", 64) + bytes(10)
BIG = b"\x7fELF\1\2\1" + bytes(9) + struct.pack(">HH", 2, 8) + bytes(20) + struct.pack(">H", 52) + bytes(10)
PE = b"MZ" + bytes(58) + struct.pack("<I", 128) + bytes(64) + b"PE\0\0" + struct.pack("<H", 0x8664) + bytes(20)
MACHO = b"\xcf\xfa\xed\xfe" + struct.pack("<III", 0x0100000C, 0, 2) + bytes(20)
FILES = {
    "an ELF program or library": ELF,
    "a Windows program or library": PE,
    "a Mach-O program or library": MACHO,
    "a zip archive": zip_bytes((b"x.py", b"print()")),
    "a 7z archive": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(24),
    "an xz archive": lzma.compress(b"payload"),
}


def weights(count: int = 4096, dtype: str = "<f4") -> np.ndarray:
    return np.random.default_rng(1).normal(0, 0.02, count).astype(dtype)


def told(array: np.ndarray, dtype: str = "F32") -> str:
    raw = array.tobytes()
    placed = Placed("w", dtype, array.shape, 5, len(raw))
    found = hidden_file("m", placed, BytesReader(b"\xff" * 5 + raw))
    assert found is None or (found.rule, found.evidence[0].offset) == (HIDDEN, 5)
    return found.message if found else ""


def filled(content: bytes, low: int = 1, at: int = 100, dtype: str = "<f4") -> np.ndarray:
    """Weights that hold a file in their lowest bytes."""
    raw = bytearray(weights(dtype=dtype).tobytes())
    size = np.dtype(dtype).itemsize
    for place, byte in enumerate(content):
        raw[(at + place // low) * size + place % low] = byte
    return np.frombuffer(bytes(raw), dtype)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("low", [1, 2])
def test_files_in_the_lowest_bytes_are_named(kind: str, low: int) -> None:
    assert told(filled(FILES[kind], low)) == (
        f"The {'2 lowest' if low == 2 else 'lowest'} bytes of the numbers of the tensor 'w' hold {kind}."
    )


@pytest.mark.parametrize(("dtype", "numpy"), [("F64", "<f8"), ("F16", "<f2"), ("BF16", "<u2")])
def test_all_kinds_of_floating_point_numbers_are_looked_at(dtype: str, numpy: str) -> None:
    array = filled(BIG, dtype=numpy) if numpy != "<u2" else filled(BIG, dtype="<f2").view("<u2")
    assert "hold an ELF" in told(array, dtype)
    assert not told(array, "U16")


@pytest.mark.parametrize("order", ["big", "little"])
def test_files_in_the_lowest_bits_are_named(order: str) -> None:
    bits = np.unpackbits(np.frombuffer(ELF, np.uint8), bitorder="big" if order == "big" else "little")
    numbers = weights().view("<u4").copy()
    numbers[64 : 64 + len(bits)] = numbers[64 : 64 + len(bits)] & ~np.uint32(1) | bits
    assert f"lowest bits ({'highest' if order == 'big' else 'lowest'} first)" in told(numbers.view("<f4"))


def test_a_file_is_found_where_two_blocks_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planes, "CHUNK", 1024)
    for at in (0, 1000, 1024, 2047, 4096 - len(PE)):
        assert "a Windows program" in told(filled(PE, at=at))


def test_genuine_weights_and_bare_magic_hold_nothing() -> None:
    assert not told(weights(1 << 16))
    assert not told(weights(0))
    assert not told(weights(1 << 16).astype("<f2").astype("<f4"))
    for content in FILES.values():
        assert not told(filled(content[:4] + bytes(4096 - 104)))
    for broken in (ELF.replace(b"\2\1\1", b"\2\1\7", 1), PE.replace(b"PE\0\0", b"NE\0\0"), PE[:61]):
        assert not told(filled(broken))


def test_a_file_that_ends_within_a_tensor_is_malformed() -> None:
    with pytest.raises(Malformed, match="ends within the tensor w"):
        hidden_file("m", Placed("w", "F32", (4,), 0, 16), BytesReader(bytes(15)))


def test_the_command_looks_where_it_is_asked_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = filled(ELF).tobytes()
    header = {"w": tensor(shape=[4096], offsets=[0, len(raw)])}
    (tmp_path / "model.safetensors").write_bytes(safetensors_bytes(header, raw))
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    assert main(["behavior", str(tmp_path)]) == 0
    assert main(["behavior", str(tmp_path), "--screens"]) == 1
    report = capsys.readouterr().out
    assert "weights-hide-file" in report
    assert "level 4, screens for tampering: 1 tensors, for hidden files" in report
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert main(["behavior", str(tmp_path), "--screens"]) == 2
    assert "Screens need numpy" in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.setattr(planes, "hidden_file", _refuse)
    assert main(["behavior", str(tmp_path), "--screens"]) == 3
    assert "were not screened" in capsys.readouterr().out


def _refuse(*_: object) -> None:
    raise Malformed("it ends within a tensor")
