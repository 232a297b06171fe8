"""The command line of bubblewrap: a file system of what may be read, and namespaces with nothing in them (bwrap(1))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/sys/devices/system/cpu")
"""Where shared libraries lie, and what processors there are, which libraries of linear algebra look up."""


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


def _shown(path: Path) -> Iterator[str]:
    if path.is_symlink() and path.parent == Path("/"):  # /lib is usr/lib
        yield from ("--symlink", str(path.readlink()), str(path))
    else:
        yield from ("--ro-bind-try", str(path.resolve()), str(path))
