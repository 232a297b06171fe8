"""What a name means to the programs that unpack or run the file."""

from __future__ import annotations

import re

CODE_SUFFIXES = (
    ".bash",
    ".bat",
    ".c",
    ".cc",
    ".cjs",
    ".cmd",
    ".command",
    ".cpp",
    ".csh",
    ".cu",
    ".cuh",
    ".fish",
    ".h",
    ".hpp",
    ".hta",
    ".ipynb",
    ".java",
    ".jl",
    ".js",
    ".jse",
    ".ksh",
    ".lua",
    ".mjs",
    ".php",
    ".pl",
    ".ps1",
    ".psm1",
    ".py",
    ".pyi",
    ".pyw",
    ".pyx",
    ".r",
    ".rb",
    ".sh",
    ".ts",
    ".vbe",
    ".vbs",
    ".wsf",
    ".zsh",
)
"""Endings of files that are source code or notebooks."""

_DRIVE = re.compile(r"[A-Za-z]:")


def unsafe_name(name: str) -> str | None:
    """Why unpacking a member of this name could write outside the target folder (CWE-22); None where it could not.

    A backslash counts as a separator, as it does on Windows.
    """
    parts = name.replace("\\", "/").split("/")
    if "\0" in name:
        return "its name holds a NUL, at which some programs cut it"
    if parts[0] == "" and len(parts) > 1:
        return "its name is an absolute path"
    if ".." in parts:
        return "its name climbs out of the folder with `..`"
    if _DRIVE.match(name):
        return "its name begins with a drive letter"
    return None


def code_gap(name: str, head: bytes) -> str | None:
    """Why a file that reads as text is not understood by reading it: it is a program. None for any other text.

    Args:
        name: last path component.
        head: first bytes; `#!` begins a script whatever its name.
    """
    if name.lower().endswith(CODE_SUFFIXES) or head.startswith(b"#!"):
        return "source code was read as text; what it would do was not analyzed"
    return None
