"""What an observed child is seen doing, in the words both sides of the sandbox use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """A kind of doing."""

    READ = "read"
    """A file is opened to be read."""
    WRITE = "write"
    """A file is opened to be written, or it, or what is known of it, is changed. Denied."""
    PROCESS = "process"
    """A process or program is started, signaled or looked into. Denied."""
    NETWORK = "network"
    """A socket of any kind is made or used. Denied."""
    CALL = "call"
    """Another call of the kernel that no load needs. Denied."""
    IMPORT = "import"
    """Python imports a module that was not there."""
    SYMBOL = "symbol"
    """An unpickler looks up a symbol."""
    LIBRARY = "library"
    """Python code loads a shared library by itself (ctypes)."""


class Witness(StrEnum):
    """Who saw it."""

    KERNEL = "kernel"
    """The filter of system calls: whatever the language, and nothing in the child can keep it from being told."""
    PYTHON = "python"
    """The audit hook in the child (PEP 578): in words people use, but code that runs there can silence it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was done, once or more.

    Args:
        act: its kind.
        detail: what it was done to, as the child says: a path, an address, a name; may be empty.
        by: who saw it.
        name: of the call or audit event.
    """

    act: Act
    detail: str
    by: Witness
    name: str


BEGIN = b"begin"
"""What the child sends before it touches the model; all before was ours."""
