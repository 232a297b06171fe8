"""The filter, run as the kernel would, for both processors."""

from __future__ import annotations

import struct

import pytest

from verifier.behavior.sandbox import _calls, _seccomp

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
ALLOWED, KILLED = 0x7FFF0000, 0x80000000
HARMLESS = {"x86_64": {"read": 0, "mmap": 9, "futex": 202, "openat": 257}, "aarch64": {"read": 63, "mmap": 222}}


def judged(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the filter answers to a call (classic BPF: load word, jumps, return)."""
    given = architecture or MACHINES[machine][1]
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, given, 0, *padded)
    program = list(struct.iter_unpack("<HBBI", _seccomp.program(machine, 77)))
    place, held = 0, 0
    while True:
        code, then, otherwise, value = program[place]
        place += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            held = int.from_bytes(data[value : value + 4], "little")
        else:
            holds = {0x15: held == value, 0x25: held > value, 0x45: bool(held & value)}[code]
            place += then if holds else otherwise


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_listed_is_denied_and_the_rest_is_not(machine: str) -> None:
    column = MACHINES[machine][0]
    for name, numbers in _calls.DENIED.items():
        if numbers[column] >= 0:
            assert judged(machine, numbers[column]) not in (ALLOWED, KILLED), name
    for number in HARMLESS[machine].values():
        assert judged(machine, number) == ALLOWED
    assert judged(machine, _calls.NEWEST + 1) != ALLOWED


@pytest.mark.parametrize("machine", MACHINES)
def test_some_calls_are_judged_by_their_arguments(machine: str) -> None:
    calls = {name: numbers[MACHINES[machine][0]] for name, numbers in _calls.JUDGED.items()}
    thread, process, own, other = 0x3D0F00, 0x01200011, 77, 78
    assert judged(machine, calls["clone"], thread) == ALLOWED
    assert judged(machine, calls["clone"], process) != ALLOWED
    assert judged(machine, calls["tgkill"], own, own, 6) == ALLOWED
    assert judged(machine, calls["tgkill"], other, other, 9) != ALLOWED
    assert judged(machine, calls["kill"], 0xFFFFFFFF, 9) != ALLOWED
    assert judged(machine, calls["prlimit64"], 0, 7, 0) == ALLOWED
    assert judged(machine, calls["prlimit64"], 0, 7, 0x7000_0000_0000) != ALLOWED
    assert judged(machine, calls["prlimit64"], 0, 7, 0x10) != ALLOWED
    assert judged(machine, calls["clone3"]) != ALLOWED


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_another_processor_end_the_process(machine: str) -> None:
    assert judged(machine, 0, architecture=0x40000003) == KILLED


def test_x32_calls_are_none_that_is_known() -> None:
    assert judged("x86_64", 0x40000000) != ALLOWED
