"""MXNet: graphs of symbols in JSON, and lists of arrays.

Source: 3rdparty/tvm/nnvm/src/pass/saveload_json.cc, src/operator/custom and src/ndarray/ndarray.cc of MXNet 1.9.
"""

from typing import Final

from verifier.formats._json import Json

CUSTOM: Final = "mxnet-custom-operator"
POINTER: Final = "mxnet-native-pointer"
MALFORMED: Final = "mxnet-malformed"
SYMBOL_RULES: tuple[str, ...] = (CUSTOM, POINTER, MALFORMED)
"""What a graph may show."""


def looks_like_symbol(value: Json) -> bool:
    """Whether a document is what `Symbol.save` writes."""
    return isinstance(value, dict) and {"nodes", "arg_nodes", "heads"} <= {*value} and isinstance(value["nodes"], list)
