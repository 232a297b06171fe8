"""`verify run --confine`: training goes on as before, and every other way out fails, in each kind of confinement."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.behavior.sandbox.modes import CONFINED
from tests.builders.hub import Hub
from tests.cli.test_run import hub, hub_cache, models, project, run, tiny
from verifier.behavior.sandbox import Mode, _landlock, _launch
from verifier.cli import main

__all__ = ["hub", "hub_cache", "models", "project", "tiny"]

ATTEMPTS = """
import os, socket, sys, urllib.request
hub, home, elsewhere = sys.argv[1:]
def fetch(): urllib.request.build_opener(urllib.request.ProxyHandler({})).open(hub, timeout=5)
def datagram(): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53))
def resolve(): socket.getaddrinfo("huggingface.co", 443)
def token(): open(home + "/token").read()
def model(): open(elsewhere + "/model.safetensors", "rb").read()
def write(): open(elsewhere + "/new", "w")
def replace(): os.replace("train.py", elsewhere + "/train.py")
def raw(): socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
def parent(): open(f"/proc/{os.environ['OUTSIDE']}/environ").read()
for attempt in (fetch, datagram, resolve, token, model, write, replace, raw, parent):
    try:
        attempt()
        print("escaped", attempt.__name__)
    except OSError as error:
        print("failed", attempt.__name__, type(error).__name__)
print("variable", os.environ.get("WANDB_API_KEY"))
open("inside", "w").write("x")
open(os.environ["TMPDIR"] + "/scratch", "w").write("x")
sys.exit(os.system("exit 3") >> 8)
"""


@pytest.fixture(params=CONFINED)
def mode(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mode:
    """A kind of confinement, which the tests then have; bubblewrap that does not work leaves self-confinement."""
    if request.param is Mode.SELF:
        broken = tmp_path / "broken" / "bwrap"
        broken.parent.mkdir()
        broken.write_text("#!/bin/sh\nexit 1\n")
        broken.chmod(0o755)
        monkeypatch.setenv("PATH", str(broken.parent), prepend=os.pathsep)
    return Mode(request.param)


HOW = {Mode.BUBBLEWRAP: "by bubblewrap", Mode.SELF: "by Landlock and seccomp"}


@pytest.mark.parametrize("resolve", [False, True])
def test_unmodified_training_goes_on(mode: Mode, resolve: bool, project: Path, hub: Hub) -> None:
    if not resolve:
        assert main(["add", "org/tiny", "-q"]) == 0
    options = ["--resolve"] if resolve else []
    done = run("--confine", *options, "--", sys.executable, "train.py", "org/tiny")
    assert done.returncode == 0, done.stderr
    assert (project / "trained" / "model.safetensors").is_file()
    told = done.stderr
    assert "verify run: loaded org/tiny@" in told
    assert "model.safetensors" in told
    network = "no network but the gateway" if resolve else "no network"
    assert f"confined: {HOW[mode]}; {network};" in told
    assert ("TCP port" in told) is (resolve and mode is Mode.SELF)
    assert "not mediated: local paths and data sets in these folders" in told


def test_every_other_way_fails_and_is_seen(
    mode: Mode, project: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, elsewhere = tmp_path / "home" / "huggingface", tmp_path / "elsewhere"
    for folder in (home, elsewhere):
        folder.mkdir(parents=True)
    (home / "token").write_text("secret")
    (elsewhere / "model.safetensors").write_bytes(b"unverified")
    (project / "attempts.py").write_text(ATTEMPTS)
    monkeypatch.setenv("WANDB_API_KEY", "secret")
    monkeypatch.setenv("OUTSIDE", str(os.getpid()))
    command = [sys.executable, "attempts.py", hub.url, str(home), str(elsewhere)]
    done = run("--confine", "--resolve", "--", *command)
    assert done.returncode == 3, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["failed"] * 9 + ["variable"], done.stdout
    assert lines[-1] == "variable None"
    assert hub.requests == []
    assert (project / "inside").is_file()
    assert [path.name for path in elsewhere.iterdir()] == ["model.safetensors"]
    given = run("--confine", "--resolve", "--write", str(elsewhere), "--", *command)
    assert [line for line in given.stdout.splitlines() if "escaped" in line][:2] == ["escaped model", "escaped write"]


def test_what_cannot_be_confined_is_refused(
    project: Path, hub_cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*arguments: str) -> str:
        assert main(["run", "--resolve", *arguments, "touch", "ran"]) == 2
        assert not (project / "ran").exists()
        return capsys.readouterr().err

    assert "Add --confine." in refused("--read", ".", "--")
    assert "is not a folder" in refused("--confine", "--read", "nowhere", "--")
    assert "cannot be given to a confined program" in refused("--confine", "--read", "/", "--")
    (hub_cache / "models--x").mkdir(parents=True)
    assert "lies in the hub's cache" in refused("--confine", "--read", str(hub_cache / "models--x"), "--")
    assert "there is no such program" in refused("--confine", "--", "no-such-program")
    monkeypatch.setattr(_launch, "bubblewrap_works", lambda: False)
    monkeypatch.setattr(_landlock, "version", lambda: _landlock.NET_SINCE - 1)
    assert "Linux 6.7 or later" in refused("--confine", "--")
    assert main(["run", "--confine", "--", "touch", "ran"]) == 2
    monkeypatch.setattr(_landlock, "version", lambda: 0)
    assert "cannot confine a program" in refused("--confine", "--")
