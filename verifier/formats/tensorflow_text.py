"""TensorFlow graphs written as text: `.pbtxt`, which also holds label maps and settings of servers.

Source: protobuf.dev/reference/protobuf/textformat-spec. Whatever message it is, text in a field `op` names an operator.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Probe, Yield
from verifier.formats._tensorflow import MACHINE, PYTHON, UNREVIEWED
from verifier.formats._text import is_text
from verifier.records import Artifact, Format, Reader

FORMAT = Format("tensorflow-text", 1, "TensorFlow graph as text", suffixes=(".pbtxt",), refines=("text",))

RULES: tuple[str, ...] = (PYTHON, MACHINE, UNREVIEWED)


def recognize(probe: Probe) -> bool:
    """Text, under the name it has."""
    return probe.name.endswith(FORMAT.suffixes) and is_text(probe.head, [probe.head], whole=False)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Finds the operators, wherever they stand."""
    from verifier.formats._tensorflow.text import inspect_text_graph

    return inspect_text_graph(artifact, reader, context, FORMAT.how)
