"""TensorFlow graphs and the messages they stand in."""

from __future__ import annotations

from tests.builders.protobufs import block, number

META_INFO = block(1, block(4, "serve"), block(5, "2.16.1"))


def node(operator: str, *inputs: str, name: str = "n", attributes: bytes = b"", field: int = 1) -> bytes:
    """A field `node` of a graph; `node_def` of a function with 3."""
    return block(field, block(1, name), block(2, operator), *(block(3, one) for one in inputs), attributes)


def attribute(key: str, value: bytes) -> bytes:
    """One entry of a node's attributes."""
    return block(5, block(1, key), block(2, value))


def text_constant(text: str, name: str = "path") -> bytes:
    """A node that holds a text."""
    return node("Const", name=name, attributes=attribute("value", block(8, number(1, 7), block(2), block(8, text))))


def constant(sizes: list[int], content: bytes, *, dtype: int = 1) -> bytes:
    """A node that holds numbers side by side."""
    shape = block(2, *(block(2, number(1, size)) for size in sizes))
    return node("Const", name="c", attributes=attribute("value", block(8, number(1, dtype), shape, block(4, content))))


def function(name: str, *nodes: bytes) -> bytes:
    """A field `library` with one function."""
    return block(2, block(1, block(1, block(1, name)), *nodes))


def meta_graph(*graph: bytes, more: bytes = b"") -> bytes:
    """A MetaGraphDef."""
    return META_INFO + block(2, *graph) + more


def saved_model(*graph: bytes, more: bytes = b"") -> bytes:
    """A SavedModel of one graph."""
    return number(1, 1) + block(2, meta_graph(*graph, more=more))


def graph_bytes() -> bytes:
    """A small SavedModel that only computes."""
    return saved_model(node("Placeholder", name="x"), constant([100], bytes(400)), node("Mul", "x", "c", name="y"))


def keras_metadata(*layers: str) -> bytes:
    """The layers of a Keras model, each described in JSON."""
    return b"".join(block(1, number(2, i), block(3, "root"), block(5, layer)) for i, layer in enumerate(layers))
