"""A fetch that is killed, again and again: `python -m tests.builders.killing REFERENCE TRUTH TRIALS SEED`.

Each trial is a process of its own, forked from one that has imported everything. It ends by SIGKILL: at its n-th
change of the file system, or after a while; n and the while cover a whole fetch. After every death all that can be
seen at the final place must be the truth. What is left is where the next trial starts, until one comes through.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from huggingface_hub import constants

from verifier.workflows.fetch import fetch

CHANGES = frozenset(
    {
        "os.rename",
        "os.link",
        "os.symlink",
        "os.mkdir",
        "os.remove",
        "os.rmdir",
        "os.chmod",
        "os.truncate",
        "shutil.rmtree",
    }
)
"""Audit events of changes to the file system (Python's audit events table)."""


def attempt(reference: str, die_at: int, report: int) -> None:
    """Fetches in this process, which kills itself at its n-th change, and tells how many there were otherwise."""
    count = [0]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        opened = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
        if event in CHANGES or opened:
            count[0] += 1
            if count[0] == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    try:
        fetch(reference)
    except BaseException as error:  # noqa: BLE001 - the parent tells
        os.write(report, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    os.write(report, str(count[0]).encode())
    os._exit(0)


def run(reference: str, *, die_at: int = 0, after: float = 0.0) -> tuple[int, str]:
    """One trial: how the process ended, and what it told."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        attempt(reference, die_at, writing)
    os.close(writing)
    if after:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with open(reading, encoding="utf-8") as told:
        return status, told.read()


def untrue(cache: Path, truth: Path) -> list[str]:
    """What lies at the final place and is not what it should be."""
    wrong = []
    for repository in cache.glob("models--*"):
        files = {file.relative_to(truth).as_posix(): file.read_bytes() for file in truth.rglob("*") if file.is_file()}
        names = {hashlib.sha256(content).hexdigest() for content in files.values()}
        names |= {hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() for content in files.values()}
        for snapshot in repository.glob("snapshots/*"):
            for file in snapshot.rglob("*"):
                path = file.relative_to(snapshot).as_posix()
                if not file.is_dir() and (not file.exists() or file.read_bytes() != files.get(path)):
                    wrong.append(str(file))
        for blob in repository.glob("blobs/*"):
            content = blob.read_bytes()
            if blob.name not in names or content not in files.values():
                wrong.append(str(blob))
        for ref in repository.glob("refs/*"):
            snapshot = repository / "snapshots" / ref.read_text()
            if {path for path in files if not (snapshot / path).is_file()}:
                wrong.append(str(ref))
    return wrong


def main(reference: str, truth: str, trials: str, seed: str) -> None:
    chance = random.Random(int(seed))
    cache = Path(constants.HF_HUB_CACHE)
    started = time.monotonic()
    status, told = run(reference)
    duration = time.monotonic() - started
    result: dict[str, object] = {"first": told, "wrong": untrue(cache, Path(truth)), "deaths": 0, "finished": 0}
    if status == 0:
        shutil.rmtree(cache)
        wrong, deaths, finished = [], 0, 0
        for number in range(int(trials)):
            if number % 2:
                status, told = run(reference, die_at=1 + chance.randrange(int(result["first"])))  # type: ignore[call-overload]
            else:
                status, told = run(reference, after=chance.uniform(0.0, 1.1 * duration))
            wrong += untrue(cache, Path(truth))
            deaths += os.WIFSIGNALED(status)
            if status == 0:
                finished += 1
                shutil.rmtree(cache)
            elif told and os.WIFEXITED(status):
                wrong.append(told)
        status, told = run(reference)
        result |= {"wrong": wrong + untrue(cache, Path(truth)), "deaths": deaths, "finished": finished, "last": status}
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
