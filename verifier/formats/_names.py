"""What is wrong with the name of an archive member, as the programs that unpack it would take it."""

from __future__ import annotations

import re

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
