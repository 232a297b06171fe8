"""What a training program may use when it is confined: its folders and this run's models, and nothing of the home.

What flows in: the command, the folders a person names, the folder of the run. What flows out: a confinement, the
variables that go with it, and how it is told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import constants

from verifier.behavior.sandbox import Confinement, Held, Mode, Places, gaps, guarded, held, mode_of_others, software
from verifier.errors import UsageError
from verifier.records import visible
from verifier.workflows.run import ended

SECRETS = ("_TOKEN", "_KEY", "_SECRET", "_PASSWORD", "_CREDENTIALS")
"""How the names of variables end that let in elsewhere; a confined program gets none of them."""

HOMES = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME")
"""Variables that lead into the home (XDG Base Directory Specification)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Folders a confined program may use beside its working folder.

    Args:
        read: that it may read.
        write: that it may read and write.
    """

    read: Sequence[Path]
    write: Sequence[Path]


def confinement(command: Sequence[str], wish: Wish, cache: Path, port: int | None) -> Confinement:
    """How a program is confined on this machine.

    Args:
        command: the program and its arguments.
        wish: folders a person names.
        cache: this run's, see `workflows.run.private_folder`; it may be written only if there is a gateway.
        port: of the gateway, if there is one.

    Raises:
        UsageError: no confinement works here, there is no such program, or a folder would give it what it may not have.
    """
    mode = mode_of_others(gateway=port is not None)
    home = Path.home()
    secret = [home, *map(Path, (constants.HF_HOME, constants.HF_HUB_CACHE, constants.HF_TOKEN_PATH))]
    writable, read = guarded([Path.cwd(), *wish.write], secret), guarded(wish.read, secret)
    hub = Path(constants.HF_HUB_CACHE).resolve()
    if within := next((path for path in (*writable, *read) if path.is_relative_to(hub)), None):
        raise UsageError(
            f"{visible(str(within))} lies in the hub's cache, of which a confined program reads what is verified only.",
            "Lock its models with `verify add`.",
        )
    user = sorted(_user_base().glob("lib/python*"))
    readable = [*software(command[0], os.environ), *user, *read]
    ours = [cache.with_name(name) for name in ("home", "modules", "tmp")]
    for path in ours:
        path.mkdir(exist_ok=True)
    (readable if port is None else ours).append(cache)
    return Confinement(mode, Places(readable, [*writable, *ours], cache.with_name("tmp"), cache), port)


def variables(inherited: Mapping[str, str], confinement: Confinement, cache: Path) -> dict[str, str]:
    """A program's environment, without what lets in elsewhere, and with a home and scratch of this run.

    Args:
        inherited: what it would have unconfined, see `workflows.run.environment`.
        confinement: see `confinement`.
        cache: this run's.
    """
    kept = {name: value for name, value in inherited.items() if not name.endswith(SECRETS) and name not in HOMES}
    home, scratch = cache.with_name("home"), str(confinement.places.scratch)
    return kept | {
        "HOME": str(home),
        "HF_HOME": str(home / "huggingface"),
        "PYTHONUSERBASE": str(_user_base()),
        "TMPDIR": "/tmp" if confinement.mode is Mode.BUBBLEWRAP else scratch,  # noqa: S108 - the sandbox's own
    }


@contextmanager
def confined(
    command: Sequence[str], inherited: Mapping[str, str], confinement: Confinement, cache: Path
) -> Iterator[Held]:
    """A program that waits, confined, see `sandbox.held`.

    Raises:
        UsageError: it cannot be confined.
    """
    with held(command, variables(inherited, confinement, cache), confinement) as program:
        yield program


def finished(program: Held) -> int:
    """Lets it go and returns its exit code, as `workflows.run.program` does.

    Raises:
        UsageError: it cannot be started in there.
    """
    program.start()
    return ended(program.process, program.pid)


def told(confinement: Confinement, cache: Path) -> list[str]:
    """What the confinement is, does not mediate, and does not hold here."""
    run = cache.parent
    folders = [path for path in confinement.places.writable if not path.is_relative_to(run)]
    network = "no network" if confinement.port is None else "no network but the gateway"
    how = "bubblewrap" if confinement.mode is Mode.BUBBLEWRAP else "Landlock and seccomp"
    writes = ", ".join(visible(str(path)) for path in folders)
    lines = [f"confined: by {how}; {network}; no home, hub cache or tokens; writes only to {writes} and scratch"]
    lines.append("not mediated: local paths and data sets in these folders, and in those given by --read")
    missing = gaps(confinement)
    return [*lines, f"not held by {how} here: {'; '.join(missing)}"] if missing else lines


def _user_base() -> Path:
    """Where Python's packages of this user lie (`site.USER_BASE`)."""
    return Path(os.environ.get("PYTHONUSERBASE") or Path.home() / ".local").absolute()
