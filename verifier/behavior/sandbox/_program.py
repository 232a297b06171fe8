"""A program of the user's, in the sandbox: started, held until its gateway serves, and let go.

What flows in: the command, its environment, what it may read and write, and the one port it may reach. What flows out:
a process, under way only once it is confined.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from verifier.behavior.sandbox import _bubblewrap, _launch
from verifier.behavior.sandbox._modes import READY, Mode
from verifier.behavior.sandbox._places import Places
from verifier.errors import UsageError
from verifier.records import visible

STARTER = ("-I", "-m", "verifier.behavior.sandbox.starter")

PATIENCE = 60.0
"""Seconds a sandbox may take to be set up."""

DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm")
"""Of `/dev`, what any program uses."""

COMPUTING = ("nvidia*", "dri", "kfd")
"""Of `/dev`, what computes: NVIDIA's, Direct Rendering, AMD's."""

_CREDENTIALS = struct.Struct("3i")
"""`struct ucred` (unix(7)): process, user, group, as the receiver knows them."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """How a program is confined.

    Args:
        mode: BUBBLEWRAP or SELF.
        places: what it may use.
        port: the one port of this machine it may reach by TCP, if any.
    """

    mode: Mode
    places: Places
    port: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """A program that waits, confined.

    Args:
        process: what is to be waited for.
        pid: what is to be signaled; bubblewrap stands between.
        listening: the socket at its port, in a network of its own; None: it shares ours.
    """

    process: subprocess.Popen[bytes]
    pid: int
    listening: socket.socket | None
    _control: socket.socket
    _name: str

    def start(self) -> None:
        """Lets it go.

        Raises:
            UsageError: it cannot be started in there.
        """
        self._control.send(b"!")
        if why := self._control.recv(1 << 12):
            raise UsageError(
                f"{visible(self._name)} cannot be started confined: {visible(why.decode())}.",
                "Add the folder it lies in with --read.",
            )


def mode_of_others(*, gateway: bool) -> Mode:
    """The strongest confinement of a program of the user's that works on this machine.

    Raises:
        UsageError: none works.
    """
    if _launch.bubblewrap_works():
        return Mode.BUBBLEWRAP
    if _launch.self_confinement_works():
        from verifier.behavior.sandbox import _landlock

        if not gateway or _landlock.version() >= _landlock.NET_SINCE:
            return Mode.SELF
    raise UsageError(
        "This machine cannot confine a program: neither bubblewrap nor Landlock with seccomp works"
        + (" (with --resolve: Linux 6.7 or later)." if gateway else " (Linux 6.2 or later)."),
        "Install bubblewrap on Linux and allow user namespaces, or run it without --confine.",
    )


@contextmanager
def held(command: Sequence[str], variables: Mapping[str, str], confinement: Confinement) -> Iterator[Held]:
    """Starts a program confined, and holds it; it is ended at the end, if it has not ended by itself.

    Interrupts are ignored until then; they reach the program, which is in our process group.

    Args:
        command: the program and its arguments.
        variables: its environment.
        confinement: what it may do.

    Raises:
        UsageError: it cannot be confined.
    """
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    ours.settimeout(PATIENCE)
    handled = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    with ours:
        try:
            with theirs:
                process = subprocess.Popen(  # noqa: S603 - what the user asked for
                    _line(command, confinement, theirs.fileno()), env=dict(variables), pass_fds=[theirs.fileno()]
                )
            try:
                yield _ready(process, ours, command[0])
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                process.wait()
        finally:
            for number, handler in handled.items():
                signal.signal(number, handler)


def _line(command: Sequence[str], confinement: Confinement, control: int) -> list[str]:
    places = confinement.places
    computing = [path for pattern in COMPUTING for path in Path("/dev").glob(pattern)]
    devices = [*(Path("/dev", name) for name in DEVICES), *computing]
    starter = [*_launch.interpreter(), *places.readable]
    temporary = map(Path, _bubblewrap.TEMPORARY if confinement.mode is Mode.BUBBLEWRAP else ())
    settings = {
        "mode": confinement.mode,
        "readable": [str(path) for path in (*starter, Path("/proc"))],
        "writable": [str(path) for path in (*places.writable, places.scratch, *temporary, *devices)],
        "port": confinement.port,
    }
    line = [sys.executable, *STARTER, str(control), json.dumps(settings), *command]
    if confinement.mode is not Mode.BUBBLEWRAP:
        return line
    shown = replace(places, readable=list(dict.fromkeys(starter)))
    return _bubblewrap.command_of_others(_launch.bwrap() or "bwrap", shown, Path.cwd(), line, devices=computing)


def _ready(process: subprocess.Popen[bytes], control: socket.socket, name: str) -> Held:
    space = socket.CMSG_SPACE(_CREDENTIALS.size) + socket.CMSG_SPACE(4)
    try:
        message, ancillary, _, _ = control.recvmsg(1 << 12, space)
    except TimeoutError:
        message, ancillary = b"it took too long", []
    if message != READY:
        why = visible(message.decode("utf-8", "replace")) or "what it said is above"
        raise UsageError(f"The sandbox cannot be set up: {why}.", "Run it without --confine.")
    sent = {kind: data for _, kind, data in ancillary}
    listening = None
    if socket.SCM_RIGHTS in sent:
        listening = socket.socket(fileno=int.from_bytes(sent[socket.SCM_RIGHTS], sys.byteorder))
        os.set_inheritable(listening.fileno(), False)
    pid = _CREDENTIALS.unpack(sent[socket.SCM_CREDENTIALS])[0]
    return Held(process, pid, listening, control, name)


def gaps(confinement: Confinement) -> list[str]:
    """What this confinement does not hold on this machine, each a phrase."""
    from verifier.behavior.sandbox import _landlock

    found = _landlock.version()
    if confinement.mode is Mode.BUBBLEWRAP:
        return [] if found >= _landlock.OLDEST else ["the copies of models can be overwritten by the program"]
    lines = ["names, modes, owners and times of files elsewhere", "command lines of processes", "shared memory"]
    if confinement.port is not None:
        lines.append(f"TCP port {confinement.port} of other hosts")
    if found < _landlock.SCOPES_SINCE:
        lines.append("signals to other processes")
    return lines
