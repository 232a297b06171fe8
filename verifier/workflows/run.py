"""A training program run with what was locked, or what a gateway serves, and with nothing else of the hub.

This is the only place that starts programs outside of a sandbox.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from huggingface_hub import constants

from verifier import sources
from verifier.errors import SourceError, UsageError
from verifier.records import visible
from verifier.sources import hub
from verifier.store.lock import Lock, LockedModel
from verifier.store.quarantine import Quarantine
from verifier.workflows.refusal import accepted
from verifier.workflows.require import folder, judged
from verifier.workflows.sync import Policies
from verifier.workflows.transfer import MACHINERY

_FOREIGN = (
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HUGGINGFACE_HUB_CACHE",
    "PYTORCH_PRETRAINED_BERT_CACHE",
    "PYTORCH_TRANSFORMERS_CACHE",
    "SENTENCE_TRANSFORMERS_HOME",
    "TRANSFORMERS_CACHE",
    "TRANSFORMERS_OFFLINE",
)
"""Variables through which a program would reach the hub, or models, on another way, or not reach the gateway.

The caches are those of sentence-transformers and of transformers 4 (`transformers/utils/hub.py`).
"""

PATIENCE = str(24 * 3600)
"""Seconds a client waits for the gateway, which verifies a whole model before it answers."""


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder for this run's cache only, on the file system of the hub's cache, and gone afterwards.

    Raises:
        SourceError: it cannot be made.
    """
    machinery = Path(constants.HF_HUB_CACHE).absolute() / MACHINERY
    try:
        machinery.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=f"run-{os.getpid()}-", dir=machinery))
        (place / "hub").mkdir()
    except OSError as error:
        raise SourceError(f"{machinery} cannot be written: {error.strerror}.", "Check its owner.") from error
    try:
        yield place / "hub"
    finally:
        for directory in (place, *(path for path in place.rglob("*") if path.is_dir() and not path.is_symlink())):
            directory.chmod(0o700)
        shutil.rmtree(place, ignore_errors=True)


def private_cache(place: Path, lock: Lock, policy: Policies) -> None:
    """Makes a folder a hub cache that holds the locked models, verified there, and nothing else; it cannot be added to.

    Args:
        place: an empty folder of ours.
        lock: whose models lie in the hub's cache.
        policy: what each must be accepted by.

    Raises:
        NotAcceptedError, RefusedError: files are not accepted, or not those locked.
        SourceError: they are not on this machine, or the folder cannot be written.
    """
    try:
        for model in lock.models.values():
            _copy(model, place)
        for model in lock.models.values():
            accepted(judged(model, lock, policy, place))
        for path in place.rglob("*"):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o500)
            elif not path.is_symlink():
                os.utime(path, ns=(0, path.stat().st_mtime_ns))
    except OSError as error:
        raise SourceError(f"{place} cannot be written: {error.strerror or error}.", "Check the disk.") from error


def _copy(model: LockedModel, place: Path) -> None:
    lies = folder(model)
    quarantine = Quarantine(place / f"{model.commit}.quarantine")
    quarantine.open()
    for path in model.files:
        if not (lies / path).is_file():
            raise SourceError(f"{model.id}: {visible(path)} is missing.", "Run `verify sync` to fetch it.")
        quarantine.adopt(path, lies / path)
    revision = sources.parse(model.reference).revision if model.reference else None
    names = {path: file.sha256 for path, file in model.files.items()}
    refs = sorted({"main", revision or "main"} - {model.commit})
    quarantine.move_to_cache(hub.cached(model.id, place).folder, model.commit, names, refs)
    quarantine.discard()


def was_read(model: LockedModel, place: Path) -> list[str]:
    """Files of a locked model that were read since `private_cache` made the cache, as far as the system tells."""
    lies = folder(model, place)
    return [path for path in sorted(model.files) if (lies / path).stat().st_atime_ns > 0]


def environment(cache: Path, endpoint: str | None) -> dict[str, str]:
    """The variables of a program that gets its models from a cache of ours or from an endpoint of ours.

    Args:
        cache: for `HF_HUB_CACHE`; beside it is a place for the code that transformers copies out of it, which may not
            come from an earlier run.
        endpoint: URL of the gateway; None switches the hub off.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    ours = {
        "HF_HUB_CACHE": str(cache),
        "HF_MODULES_CACHE": str(cache.with_name("modules")),
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "HF_HUB_DISABLE_XET": "1",
    }
    if endpoint is None:
        return inherited | ours | {"HF_HUB_OFFLINE": "1"}
    inherited.pop("HF_HUB_OFFLINE", None)
    excepted = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    direct = excepted if excepted == "*" else ",".join(filter(None, (excepted, urlsplit(endpoint).hostname)))
    return (
        inherited
        | ours
        | {
            "HF_ENDPOINT": endpoint,
            "HF_HUB_ETAG_TIMEOUT": PATIENCE,
            "HF_HUB_DOWNLOAD_TIMEOUT": PATIENCE,
            "NO_PROXY": direct,
            "no_proxy": direct,
        }
    )


def program(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Runs a program to its end and returns its exit code, 128 and the signal's number if one ended it.

    Interrupts reach the program, which is in our process group; termination is passed on.

    Args:
        command: the program and its arguments.
        variables: its environment.

    Raises:
        UsageError: there is no such program, or it cannot be started.
    """
    try:
        child = subprocess.Popen(list(command), env=dict(variables))  # noqa: S603 - what the user asked for
    except OSError as error:
        raise UsageError(f"{visible(command[0])} cannot be started: {error.strerror}.", "Check its name.") from error
    return ended(child, child.pid)


def ended(child: subprocess.Popen[bytes], pid: int) -> int:
    """The exit code of a program once it has ended, see `program`.

    Args:
        child: what is waited for.
        pid: what termination is passed on to.
    """
    before = {signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN)}
    before[signal.SIGTERM] = signal.signal(signal.SIGTERM, lambda number, _: _pass_on(child, pid, number))
    try:
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _pass_on(child: subprocess.Popen[bytes], pid: int, number: int) -> None:
    if child.poll() is None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
