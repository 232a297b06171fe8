"""What a program of the user's may read and write: its working folder and scratch, Python and the system, no home."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import UsageError
from verifier.records import visible

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/sys")
"""Programs and libraries of the system, and what it tells of processors and devices."""

SETTINGS = (
    *("alternatives", "ca-certificates", "fonts", "group", "host.conf", "hosts", "ld.so.cache", "ld.so.conf"),
    *("ld.so.conf.d", "localtime", "mime.types", "nsswitch.conf", "OpenCL", "os-release", "passwd", "pki/tls/certs"),
    *("python3", "ssl/certs", "ssl/openssl.cnf", "timezone", "vulkan"),
)
"""Of `/etc`, what libraries look up; none of it is secret."""

PARTS = ("bin", "lib", "lib64", "libexec", "include", "ssl", "pyvenv.cfg", "conda-meta")
"""Of the prefix of an interpreter: `~/.local` may be one, and holds more."""

MAX_LINKS = 40
"""Links from the name of a program to it, as many as Linux follows (path_resolution(7))."""


@dataclass(frozen=True, slots=True)
class Places:
    """Paths a program may use, all absolute.

    Args:
        readable: files and folders it may read, and execute.
        writable: folders it may also write.
        scratch: a further one, which takes the place of `/tmp`.
        models: the one, of either kind, in which the system notes what is read.
    """

    readable: Sequence[Path]
    writable: Sequence[Path]
    scratch: Path
    models: Path


def guarded(given: Iterable[Path], secret: Iterable[Path]) -> list[Path]:
    """Folders a person gives a program, as absolute paths.

    Args:
        given: the folders.
        secret: places that hold what it may not have: the home, the hub's cache.

    Raises:
        UsageError: one is no folder, or what it may not have lies in it.
    """
    folders = [path.resolve() for path in given]
    hidden = [path.resolve() for path in secret]
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"{visible(str(folder))} is not a folder.", "Make it, or name another.")
        if held := next((one for one in hidden if one.is_relative_to(folder)), None):
            raise UsageError(
                f"{visible(str(folder))} cannot be given to a confined program: {visible(str(held))} lies in it.",
                "Start it in a project's own folder, and keep the hub's cache (HF_HOME) out of that.",
            )
    return folders


def software(program: str, variables: Mapping[str, str]) -> list[Path]:
    """Where a program lies with the interpreter it belongs to, the modules it is told of, and the system.

    Raises:
        UsageError: there is no such program.
    """
    found = shutil.which(program, path=variables.get("PATH"))
    if found is None:
        raise UsageError(f"{visible(program)} cannot be started: there is no such program.", "Check its name.")
    own = list(_links(_absolute(found)))
    prefixes = [Path(sys.prefix), Path(sys.base_prefix)]
    prefixes += [link.parents[1] for link in (*own, *_links(_absolute(sys.executable))) if _is_python(link.parents[1])]
    parts = [prefix / part for prefix in prefixes for part in PARTS]
    modules = [_absolute(one) for one in variables.get("PYTHONPATH", "").split(os.pathsep) if one]
    system = [*map(Path, SYSTEM), *(Path("/etc", name) for name in SETTINGS)]
    return [path for path in dict.fromkeys((*system, *parts, *modules, *own)) if path.exists()]


def _absolute(name: str) -> Path:
    return Path(os.path.normpath(Path(name).absolute()))


def _is_python(prefix: Path) -> bool:
    return any((prefix / mark).exists() for mark in ("pyvenv.cfg", "conda-meta")) or any(prefix.glob("lib/python3*"))


def _links(path: Path) -> Iterator[Path]:
    """A file, and each that it is a link to."""
    for _ in range(MAX_LINKS):
        yield path
        if not path.is_symlink():
            break
        path = Path(os.path.normpath(path.parent / path.readlink()))
    yield path.resolve()
