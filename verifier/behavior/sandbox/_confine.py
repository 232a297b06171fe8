"""What the child does to itself before it reads a byte of the model."""

from __future__ import annotations

import resource
import signal
import struct
from collections.abc import Sequence
from contextlib import suppress

from verifier.behavior.sandbox import _kernel, _landlock, _seccomp
from verifier.behavior.sandbox._bounds import Bounds
from verifier.behavior.sandbox._modes import Mode

OPEN_FILES = 1024
"""File descriptors, as a person's shell has; a sharded model maps its files."""


def confine(
    mode: Mode, readable: Sequence[str], listed: Sequence[str], bounds: Bounds, control: int | None = None
) -> int | None:
    """Gives up everything but computing and reading these paths.

    Args:
        mode: SELF demands every part; in namespaces of its own what the kernel lacks is left out.
        readable: files and folders.
        listed: folders whose names, but not files, may be read.
        bounds: of time, memory and threads.
        control: of a process that is observed, the socket to its parent; the filter of calls is then demanded too.

    Returns:
        The listener's descriptor, of a process that is observed: what it does now waits until its parent listens.

    Raises:
        OSError: a part that is demanded cannot be had.
    """
    _kernel.prctl(_kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    _limit(bounds)
    if mode is Mode.NONE:
        return None
    _kernel.prctl(_kernel.PR_SET_NO_NEW_PRIVS, 1)
    _drop_capabilities()
    lenient = (OSError,) if mode is Mode.BUBBLEWRAP else ()
    with suppress(*lenient):
        _landlock.restrict(readable, listed)
    if control is not None:
        return _seccomp.restrict_observed(control)
    with suppress(*lenient):
        _seccomp.restrict()
    return None


def confine_others(mode: Mode, readable: Sequence[str], writable: Sequence[str], port: int | None) -> None:
    """Gives up what a program of the user's does not need; it may start others, which have given up the same.

    Args:
        mode: SELF demands every part; in namespaces of its own Landlock is left out where the kernel lacks it.
        readable: files and folders, also to execute.
        writable: files, folders and devices.
        port: that may be reached by TCP, if any.

    Raises:
        OSError: a part that is demanded cannot be had.
    """
    _kernel.prctl(_kernel.PR_SET_NO_NEW_PRIVS, 1)
    _drop_capabilities()
    own_network = mode is Mode.BUBBLEWRAP
    ports = [port] if port is not None else []
    with suppress(*((OSError,) if own_network else ())):
        _landlock.restrict_others(readable, writable, None if own_network else ports)
    _seccomp.restrict_others(own_network=own_network, gateway=port is not None)


def possible() -> bool:
    """Whether SELF can be had on this kernel and processor."""
    return _seccomp.supported() and _landlock.version() >= _landlock.OLDEST


def _limit(bounds: Bounds) -> None:
    """Limits that hold; no file can be written at all, as every write would make it longer than nothing."""
    limits = {
        resource.RLIMIT_AS: bounds.memory,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    for kind, most in limits.items():
        hard = resource.getrlimit(kind)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.cpu, bounds.cpu + 1))  # SIGXCPU tells why, before SIGKILL


def _drop_capabilities() -> None:
    """Root without its powers: capset(2), version 3, of this thread; nothing is effective, permitted or inheritable."""
    if _seccomp.supported():
        _kernel.syscall(_seccomp.number("capset"), struct.pack("=Ii", 0x20080522, 0), bytes(24))
