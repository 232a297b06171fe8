"""Starts the child, watches it, and takes its answer. The only place of the sandbox that starts programs."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import IO, cast

from verifier.behavior.sandbox import _bubblewrap
from verifier.behavior.sandbox._bounds import Bounds
from verifier.behavior.sandbox._modes import Mode
from verifier.behavior.sandbox._trace import Trace
from verifier.errors import NotRun, UsageError
from verifier.records import visible

CHILD = ("-I", "-B", "-m", "verifier.behavior.sandbox.child")

PASSED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Variables a child inherits: with which kernels a processor computes correctly."""

FIXED = {
    "HF_HOME": "/nowhere",
    "HF_HUB_OFFLINE": "1",
    "LC_ALL": "C.UTF-8",
    "TORCHINDUCTOR_CACHE_DIR": "/",  # importing torch makes sure that it is there
}
"""Variables that every child has; nothing in it may look for the network, or for a place to write."""

PACKAGE = Path(__file__).parents[2]
"""This package, of which the child is a part."""

MAX_COMPLAINT = 64 << 10
"""Bytes kept of what a child prints."""

PROBE_SECONDS = 10

_NONE_WORKS = "neither bubblewrap nor Landlock with seccomp works"


def mode(*, allow_unsandboxed: bool = False) -> Mode:
    """The strongest confinement that works on this machine.

    Args:
        allow_unsandboxed: a person typed that a model may run without any.

    Raises:
        UsageError: none works, and nobody typed that.
    """
    if found := _strongest():
        return found
    if allow_unsandboxed and os.name == "posix":
        return Mode.NONE
    raise UsageError(
        f"This machine has no sandbox to run a model in: {_NONE_WORKS}.",
        "Run it on Linux, or type --allow-unsandboxed on Linux or macOS if you trust the model with everything here.",
    )


def mode_observed() -> Mode:
    """The strongest confinement that works on this machine, for a model whose loading may run code: none is no choice.

    Raises:
        UsageError: none works.
    """
    if found := _strongest():
        return found
    raise UsageError(
        f"This machine has no sandbox to load a model in: {_NONE_WORKS}.",
        "Observe it on Linux 6.2 or later: nowhere else is a model loaded that may run code.",
    )


def run(
    program: str,
    request: bytes,
    *,
    mode: Mode,
    readable: Sequence[Path] = (),
    listed: Sequence[Path] = (),
    path: Sequence[Path] = (),
    bounds: Bounds | None = None,
    trace: Trace | None = None,
) -> bytes:
    """What a function of ours answers in the sandbox.

    Args:
        program: `module:function`, which takes bytes and gives bytes.
        request: what it is given.
        mode: the confinement, see `mode`.
        readable: files and folders it may read beside Python itself; of the model, and nothing that is not meant.
        listed: folders in which names may be listed; with bubblewrap only those of what may be read are there.
        path: further folders of modules; they are made readable.
        bounds: what it may cost.
        trace: takes note of what it does; not without confinement.

    Raises:
        NotRun: it did not answer: it failed, passed a bound or was ended; says why. What a trace holds stands.
    """
    limits = bounds or Bounds()
    places = [*interpreter(), *map(Path.absolute, (*readable, *path))]
    settings = {
        "mode": mode,
        "program": program,
        "readable": [str(place) for place in (*places, Path("/proc/cpuinfo"), Path("/proc/meminfo"), *_DEVICES)],
        "listed": [str(place.absolute()) for place in listed],
        "path": [str(place.absolute()) for place in path],
        "bounds": asdict(limits),
        "prepare": trace.prepare if trace else (),
    }
    command = [sys.executable, *CHILD]
    variables = _variables(limits)
    if mode is Mode.BUBBLEWRAP:
        command = _bubblewrap.command(bwrap() or "bwrap", places, variables, command)
    with ExitStack() as opened:
        control = opened.enter_context(trace.connected()) if trace else None
        head = json.dumps({**settings, "control": control.fileno() if control else None}).encode()
        task = opened.enter_context(tempfile.TemporaryFile())
        task.write(len(head).to_bytes(8) + head + request)
        task.seek(0)
        child = opened.enter_context(_started(command, variables, task.fileno(), control))
        answer = _watched(child, limits, trace)
    if trace and not trace.begun:
        raise NotRun("it ended before it began")
    size = int.from_bytes(answer[:8])
    if len(answer) < 8 or len(answer) - 8 != size:
        raise NotRun("its answer is shorter or longer than it says")
    return answer[8:]


_DEVICES = (Path("/dev/null"), Path("/dev/urandom"), Path("/dev/zero"))


def interpreter() -> list[Path]:
    """What Python itself and this package consist of."""
    prefixes = dict.fromkeys((sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parents[1])))
    return [*map(Path, (*_bubblewrap.SYSTEM, *prefixes)), PACKAGE]


def _variables(bounds: Bounds) -> dict[str, str]:
    """The whole environment of a child."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(bounds.threads))
    return {**threads, **FIXED, **{name: os.environ[name] for name in PASSED if name in os.environ}}


@contextmanager
def _started(
    command: Sequence[str], variables: dict[str, str], task: int, control: socket.socket | None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a process group of its own, all of which is ended at the end; it alone keeps the control."""
    pipe = subprocess.PIPE
    passed = [control.fileno()] if control else []
    try:
        child = subprocess.Popen(  # noqa: S603 - ourselves, or bubblewrap with ourselves
            list(command),
            stdin=task,
            stdout=pipe,
            stderr=pipe,
            env=variables,
            cwd="/",
            start_new_session=True,
            pass_fds=passed,
        )
    except OSError as error:
        raise NotRun(f"{command[0]} cannot be started: {error.strerror}") from error
    if control:
        control.close()
    try:
        yield child
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for stream in (child.stdout, child.stderr):
            if stream is not None:
                stream.close()


def _watched(child: subprocess.Popen[bytes], bounds: Bounds, trace: Trace | None) -> bytes:
    """Everything a child writes before it ends.

    Raises:
        NotRun: it ends otherwise than well, takes too long, or writes too much.
    """
    answer, complaint = bytearray(), bytearray()
    deadline = time.monotonic() + bounds.wall
    with selectors.DefaultSelector() as waiting:
        for stream, kept in ((child.stdout, answer), (child.stderr, complaint)):
            waiting.register(
                cast(IO[bytes], stream), selectors.EVENT_READ, partial(_taken, cast(IO[bytes], stream), kept, waiting)
            )
        if trace:
            trace.watch(waiting)
        while waiting.get_map():
            left = deadline - time.monotonic()
            ready = waiting.select(left) if left > 0 else []
            if not ready:
                raise NotRun(f"it took longer than {bounds.wall:g} s and was ended")
            for key, _ in ready:
                key.data()
            del complaint[:-MAX_COMPLAINT]
            if len(answer) > bounds.output + 8:
                raise NotRun(f"its answer is longer than {bounds.output} bytes")
    try:
        code = child.wait(max(deadline - time.monotonic(), 0.1))
    except subprocess.TimeoutExpired:
        raise NotRun(f"it took longer than {bounds.wall:g} s and was ended") from None
    if code:
        raise NotRun(_why(code, complaint.decode("utf-8", "replace")))
    return bytes(answer)


def _taken(stream: IO[bytes], kept: bytearray, waiting: selectors.BaseSelector) -> None:
    """Takes what a child has written to a stream; forgets the stream at its end."""
    part = os.read(stream.fileno(), 1 << 20)
    kept.extend(part)
    if not part:
        waiting.unregister(stream)


_SIGNALS = {
    signal.SIGXCPU: "it used more processor time than it may",
    signal.SIGKILL: "it was killed, for want of memory or by the sandbox",
}


def _why(code: int, complaint: str) -> str:
    """Why a child ended: the signal, which bubblewrap tells as 128 and its number, or its last line."""
    number = -code if code < 0 else code - 128
    last = next((line for line in reversed(complaint.splitlines()) if line.strip()), "it said nothing")
    if number in _SIGNALS:
        return _SIGNALS[signal.Signals(number)]
    ended = f"it was ended by {signal.Signals(number).name}" if number in tuple(signal.Signals) else "it failed"
    return f"{ended}: {visible(last.strip(), 500)}"


def _strongest() -> Mode | None:
    if bubblewrap_works():
        return Mode.BUBBLEWRAP
    return Mode.SELF if self_confinement_works() else None


@cache
def bwrap() -> str | None:
    """Path of bubblewrap, if there is one."""
    return shutil.which("bwrap") if sys.platform == "linux" else None


@cache
def bubblewrap_works() -> bool:
    """Whether it really runs Python: where user namespaces are forbidden it is there and does not."""
    found = bwrap()
    if found is None:
        return False
    return _succeeds(_bubblewrap.command(found, interpreter(), {}, [sys.executable, "-I", "-S", "-c", ""]))


@cache
def self_confinement_works() -> bool:
    """Whether Landlock and seccomp can be had."""
    if sys.platform != "linux":
        return False
    from verifier.behavior.sandbox import _confine

    return _confine.possible()


def _succeeds(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False).returncode == 0  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
