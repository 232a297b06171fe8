"""Jupyter notebooks: the code of their cells, judged as code that somebody runs by hand (nbformat 4)."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Probe, Yield
from verifier.formats._code import ABLE, DOWNLOAD, HIDDEN, SECRETS, STARTUP
from verifier.formats._secrets import SECRET
from verifier.records import Artifact, Format, Reader

FORMAT = Format("notebook", 1, "Jupyter notebook", suffixes=(".ipynb",), refines=("json", "text"))

RULES: tuple[str, ...] = (HIDDEN, DOWNLOAD, SECRETS, STARTUP, ABLE, SECRET)


def recognize(probe: Probe) -> bool:
    """What begins as an object, under the name of a notebook."""
    return probe.name.endswith(FORMAT.suffixes) and probe.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Parses the code of all cells together, magics left out, and the command lines of the magics."""
    from verifier.formats._code.notebook import inspect_notebook

    return inspect_notebook(artifact, reader, context, FORMAT.how)
