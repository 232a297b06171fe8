"""What a program in the sandbox cannot do, in every kind of confinement.

Without one it can, which shows that each attempt is real.
"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from tests.behavior.sandbox.modes import CONFINED
from tests.builders import escapes
from verifier.behavior.sandbox import Bounds, Mode, run
from verifier.errors import NotRun

PATH = [Path(escapes.__file__).parent]
SMALL = Bounds(wall=20, cpu=10, memory=1 << 30, output=1 << 16)


def attempt(name: str, request: str, mode: Mode, model: Path | None = None) -> bytes:
    readable = [model] if model else []
    return run(f"escapes:{name}", request.encode(), mode=mode, readable=readable, path=PATH, bounds=SMALL)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "weights").write_bytes(b"weights")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "token").write_text("secret")
    return folder


ATTEMPTS = {
    "reads a file of the home": ("read", "{home}/token"),
    "lists the home": ("list_folder", "{home}"),
    "reads through a link in the model": ("read", "{model}/link"),
    "reads what another process was started with": ("read", f"/proc/{os.getpid()}/environ"),
    "writes into the model": ("write", "{model}/new"),
    "overwrites the model": ("write", "{model}/weights"),
    "cuts off the model": ("cut_off", "{model}/weights"),
    "changes the model's mode": ("change_mode", "{model}/weights"),
    "makes a link": ("make_link", "{model}/out"),
    "writes into the home": ("write", "{home}/new"),
    "starts a program": ("start", "/bin/true"),
    "starts a process": ("fork", ""),
    "signals another process": ("signal_parent", str(os.getpid())),
    "changes its priority": ("change_priority", ""),
    "changes its limits": ("raise_limits", ""),
    "keeps a file in memory": ("keep_in_memory", ""),
}


@pytest.mark.parametrize("what", ATTEMPTS)
@pytest.mark.parametrize("mode", [*CONFINED, Mode.NONE])
def test_nothing_gets_out(what: str, mode: Mode, home: Path, model: Path) -> None:
    name, request = ATTEMPTS[what]
    (model / "link").symlink_to(home / "token")
    answer = attempt(name, request.format(home=home, model=model), mode, model)
    if mode is Mode.NONE and name == "write":
        assert b"File too large" in answer  # resource limits alone keep files from growing
    elif mode is Mode.NONE:
        assert answer == b"escaped"
    else:
        assert answer.startswith(b"refused")
        assert (model / "weights").read_bytes() == b"weights"
        assert sorted(path.name for path in model.iterdir()) == ["link", "weights"]


@pytest.mark.parametrize("mode", [*CONFINED, Mode.NONE])
@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_no_network(kind: str, mode: Mode) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        if kind == "tcp":
            server.listen()
        answer = attempt(kind, f"127.0.0.1:{server.getsockname()[1]}", mode)
    assert answer == b"escaped" if mode is Mode.NONE else answer.startswith(b"refused")


@pytest.mark.parametrize("mode", [*CONFINED, Mode.NONE])
def test_no_sockets_of_this_machine(mode: Mode, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        server.listen()
        answer = attempt("unix", str(tmp_path / "socket"), mode)
    assert answer == b"escaped" if mode is Mode.NONE else answer.startswith(b"refused")


@pytest.mark.parametrize("mode", CONFINED)
def test_no_disk_fills(mode: Mode, model: Path) -> None:
    assert attempt("fill_disk", str(model), mode, model) == b"0"


@pytest.mark.parametrize("mode", [*CONFINED, Mode.NONE])
def test_no_token_is_passed_on(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    names = set(attempt("environment", "", mode).decode().split())
    assert not names & {"HF_TOKEN", "HOME", "PATH", "USER"}


@pytest.mark.parametrize("mode", [*CONFINED, Mode.NONE])
@pytest.mark.parametrize(
    ("bomb", "why"),
    [
        ("memory_bomb", "MemoryError"),
        ("thread_bomb", "threads"),
        ("flood", "longer than 65536 bytes"),
        ("lie", "shorter or longer than it says"),
        ("crash", "SIGABRT"),
    ],
)
def test_what_passes_a_bound_is_ended(bomb: str, why: str, mode: Mode) -> None:
    with pytest.raises(NotRun, match=why):
        attempt(bomb, "", mode)


@pytest.mark.parametrize("mode", CONFINED)
def test_time_is_bounded(mode: Mode) -> None:
    with pytest.raises(NotRun, match="processor time"):
        run("escapes:spin", b"", mode=mode, path=PATH, bounds=Bounds(wall=20, cpu=1))
    started = time.monotonic()
    with pytest.raises(NotRun, match=r"longer than 0.5 s"):
        run("escapes:sleep", b"", mode=mode, path=PATH, bounds=Bounds(wall=0.5))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("mode", CONFINED)
def test_what_libraries_print_is_no_answer(mode: Mode) -> None:
    assert attempt("chatter", "", mode) == b"quiet"
    assert run("escapes:echo", bytes(10 << 20), mode=mode, path=PATH) == bytes(10 << 20)
