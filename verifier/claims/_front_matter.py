"""The front matter of a model card: the YAML between two lines `---` at the top of `README.md`."""

from __future__ import annotations

PATH = "README.md"

MAX_BYTES = 1 << 20
"""Bytes in which front matter must end; large benchmark tables in genuine cards take some hundred KiB."""


def front_matter(head: bytes) -> tuple[bytes, int, int]:
    """The bytes between the fences, their offset and first line's number; nothing where there are no fences."""
    start, opened, first_line = 0, None, 1
    for number, line in enumerate(head.splitlines(keepends=True), 2):
        end = start + len(line)
        if opened is None:
            if line.strip() not in (b"", b"---"):
                break
            opened, first_line = (end, number) if line.strip() else (None, 1)
        elif line.rstrip() == b"---":
            return head[opened:start], opened, first_line
        start = end
    return b"", 0, 1
