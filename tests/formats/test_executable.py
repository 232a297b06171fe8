"""Programs are known by what they are, whatever they are called."""

from __future__ import annotations

import py_compile
import struct
import sys
from pathlib import Path

import pytest

from tests.builders.inspections import inspected, only, probe, rules_of, states_of
from tests.builders.seeds import ELF
from verifier.formats import FormatModule, candidates, executable
from verifier.records import CoverageState, Finding

MODULE: FormatModule = executable


def portable_executable(place: int = 128) -> bytes:
    """The two headers of a Windows program, the second at `place`."""
    return b"MZ".ljust(60, b"\0") + struct.pack("<I", place).ljust(place - 60, b"\0") + b"PE\0\0\x64\x86" + bytes(240)


PROGRAMS = {
    "ELF": ELF,
    "PE": portable_executable(),
    "PE with a late header": portable_executable(1 << 20),
    "PE at its own first header": b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + b"PE\0\0",
    "Mach-O 32": b"\xce\xfa\xed\xfe" + bytes(28),
    "Mach-O 64": b"\xcf\xfa\xed\xfe" + bytes(28),
    "Mach-O big-endian 32": b"\xfe\xed\xfa\xce" + bytes(28),
    "Mach-O big-endian 64": b"\xfe\xed\xfa\xcf" + bytes(28),
    "Mach-O universal": b"\xca\xfe\xba\xbe\0\0\0\2" + bytes(40),
    "Mach-O universal 64": b"\xca\xfe\xba\xbf\0\0\0\2" + bytes(40),
    "Java class": b"\xca\xfe\xba\xbe\0\0\0\x37" + bytes(40),
    "WebAssembly": b"\0asm\1\0\0\0",
    "llamafile": b"MZqFpD='\n\n" + bytes(60),
    "llamafile without Windows": b"jartsr='\n" + bytes(60),
    "bytecode": b"\xa7\r\r\n" + bytes(12) + b"\xe3" + bytes(20),
}


@pytest.mark.parametrize("what", PROGRAMS)
@pytest.mark.parametrize("name", ["ops.so", "model.safetensors", "README.md", "weights"])
def test_a_program_is_found_under_any_name(what: str, name: str) -> None:
    assert MODULE in candidates(probe(PROGRAMS[what], name))
    records = inspected(MODULE, PROGRAMS[what], name)
    (finding,) = only(records, Finding)
    assert finding.rule == "native-executable"
    assert "whoever loads it runs it" in finding.message
    assert states_of(records) == [CoverageState.PARTIAL]


def test_this_very_interpreter_is_one() -> None:
    with Path(sys.executable).resolve().open("rb") as file:
        assert MODULE in candidates(probe(file.read(1 << 16), "python"))


def test_compiled_python_is_one_where_its_name_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    py_compile.compile(str(tmp_path / "a.py"), str(tmp_path / "a.pyc"), doraise=True)
    compiled = (tmp_path / "a.pyc").read_bytes()
    (finding,) = only(inspected(MODULE, compiled, "package/a.PYC"), Finding)
    assert finding.evidence[0].what == "compiled Python"
    assert MODULE in candidates(probe(compiled, "a.pyc"))
    assert MODULE in candidates(probe(compiled, "weights.bin"))
    assert MODULE not in candidates(probe(compiled[:4] + b"text", "weights.bin"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ",
        b"MZ is how Windows programs begin, and this text too; it is long enough to hold a second header. " * 3,
        portable_executable()[:130],
        b"MZ".ljust(60, b"\0") + b"\xff\xff\xff\xff" + bytes(200),
        b"\x7fELG",
        b"ELF",
    ],
)
def test_what_is_no_program_is_left_alone(data: bytes) -> None:
    assert MODULE not in candidates(probe(data, "weights.bin"))
    records = inspected(MODULE, data, "weights.bin")
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.UNKNOWN])
