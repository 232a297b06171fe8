"""The command line of bubblewrap: a file system of what may be read, and namespaces with nothing in them (bwrap(1))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from verifier.behavior.sandbox._places import Places

SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/sys/devices/system/cpu")
"""Where shared libraries lie, and what processors there are, which libraries of linear algebra look up."""


TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - of the sandbox


def command(bwrap: str, readable: Sequence[Path], variables: Mapping[str, str], program: Sequence[str]) -> list[str]:
    """The command that runs a program in a sandbox.

    Args:
        bwrap: path of bubblewrap.
        readable: files and folders of which there is nothing else; those that are not there are left out.
        variables: the whole environment.
        program: the command.
    """
    line = [bwrap, "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--clearenv"]
    for name, value in variables.items():
        line += ["--setenv", name, value]
    for path in readable:
        line += _shown(path)
    line += ["--proc", "/proc", "--dev", "/dev"]
    return [*line, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--", *program]


def command_of_others(
    bwrap: str, places: Places, folder: Path, program: Sequence[str], *, devices: Sequence[Path]
) -> list[str]:
    """The command that runs a program of the user's, with its environment, in a file system of these places.

    Args:
        bwrap: path of bubblewrap.
        places: what there is; the scratch is its `/tmp` and `/var/tmp`.
        folder: its working folder.
        program: the command.
        devices: that compute.
    """
    line = [bwrap, "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev"]
    for device in devices:
        line += ["--dev-bind-try", str(device), str(device)]
    bound = [("--bind", str(places.scratch), Path(temporary)) for temporary in TEMPORARY]
    bound += [("--bind", str(path), path) for path in places.writable]
    there = {*places.readable, *places.writable}
    bound += [("--ro-bind-try", str(path), path) for path in places.readable if there.isdisjoint(path.parents)]
    bound.append(("--bind", str(places.models), places.models))  # what is bound read-only keeps no times of access
    for option, source, path in sorted(bound, key=lambda one: len(one[2].parts)):
        line += _shown(path) if option == "--ro-bind-try" else [option, source, str(path)]
    return [*line, "--remount-ro", "/", "--chdir", str(folder), "--", *program]


def _shown(path: Path) -> Iterator[str]:
    if path.is_symlink() and path.parent == Path("/"):  # /lib is usr/lib
        yield from ("--symlink", str(path.readlink()), str(path))
    else:
        yield from ("--ro-bind-try", str(path.resolve()), str(path))
