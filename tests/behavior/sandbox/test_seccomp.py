"""The filter, run as the kernel would, for both processors."""

from __future__ import annotations

import struct

import pytest

from verifier.behavior.sandbox import _calls, _seccomp

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
ALLOWED, KILLED = 0x7FFF0000, 0x80000000
HARMLESS = {"x86_64": {"read": 0, "mmap": 9, "futex": 202, "openat": 257}, "aarch64": {"read": 63, "mmap": 222}}


def judged(
    machine: str, number: int, *arguments: int, architecture: int | None = None, filtered: bytes | None = None
) -> int:
    """What the filter answers to a call (classic BPF: load word, jumps, return)."""
    given = architecture or MACHINES[machine][1]
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, given, 0, *padded)
    program = list(struct.iter_unpack("<HBBI", filtered or _seccomp.program(machine, 77)))
    place, held = 0, 0
    while True:
        code, then, otherwise, value = program[place]
        place += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            held = int.from_bytes(data[value : value + 4], "little")
        elif code == 0x54:
            held &= value
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


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("own", "gateway"), [(True, False), (False, True), (False, False)])
def test_a_program_of_the_users_may_start_others_and_reach_what_it_is_given(
    machine: str, own: bool, gateway: bool
) -> None:
    filtered = _seccomp.program_of_others(machine, own_network=own, gateway=gateway)
    column = MACHINES[machine][0]
    calls = {name: numbers[column] for name, numbers in {**_calls.DENIED, **_calls.JUDGED}.items()}

    def allowed(name: str, *arguments: int) -> bool:
        number = _calls.IOCTL[column] if name == "ioctl" else calls[name]
        return judged(machine, number, *arguments, filtered=filtered) == ALLOWED

    unix, inet, netlink, vsock = 1, 2, 16, 40
    stream, datagram, raw, cloexec = 1, 2, 3, 0x80000
    assert all(allowed(name) for name in ("execve", "renameat", "setsid", "prlimit64", "bind"))
    assert not any(allowed(name) for name in ("unshare", "setns", "ptrace", "io_uring_setup", "mount", "clone3"))
    assert allowed("clone", 0x01200011)
    assert not allowed("clone", 0x10000011)
    assert allowed("ioctl", 0, 0x5401)
    assert not any(allowed("ioctl", 0, command) for command in (0x5412, 0x541C))
    assert not any(allowed("socket", family, stream) for family in (netlink, vsock))
    assert allowed("socket", unix, stream) is own
    assert allowed("socket", inet, stream | cloexec) is (own or gateway)
    assert allowed("socket", inet, stream, 6) is (own or gateway)
    assert allowed("socket", inet, datagram) is own
    assert own or not any((allowed("socket", inet, stream, 262), allowed("socket", inet, raw)))
    assert allowed("socketpair", unix, stream | cloexec)
    assert allowed("socketpair", unix, datagram) is own
    assert allowed("sendto", 3, 0, 0, 0x20000000) is own
    assert allowed("sendmsg", 3, 0, 0x4000)
