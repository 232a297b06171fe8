"""Whether an object that a Keras configuration names is one that Keras itself writes.

Sources: keras 3 `src/saving/serialization_lib.py` (`_retrieve_class_or_fn`), keras 2 `saving/legacy/serialization.py`,
tf_keras `src/layers/core/tf_op_layer.py`.
"""

from __future__ import annotations

import builtins
import re
from enum import Enum
from typing import Final

from verifier.data import package


class Standing(Enum):
    """What is known of an object by its module and name."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    DANGEROUS = "dangerous"


_KERAS: Final = re.compile(
    r"(?:keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras|tensorflow_core(?:\.python)?\.keras)"
    r"(?:\.(?:src|api|_v1|_v2|_tf_keras|keras|tf_keras|legacy|experimental))*(?:\.(?P<area>\w+)(?:\.\w+)*)?"
)
"""A module of Keras, under the names it has had."""

_HUB: Final = re.compile(r"keras_(?:hub|nlp|cv)(?:\.(?:src|api))*(?:\.(?P<area>\w+)(?:\.\w+)*)?")

_AREAS: Final = frozenset(
    [
        "activations",
        "applications",
        "backend",
        "constraints",
        "distillation",
        "dtype_policies",
        "engine",
        "initializers",
        "layers",
        "losses",
        "metrics",
        "feature_column",
        "mixed_precision",
        "models",
        "optimizers",
        "ops",
        "premade",
        "premade_models",
        "quantizers",
        "random",
        "regularizers",
        "rematerialization",
    ]
)
"""Modules of Keras whose classes are what models are made of."""

_HUB_AREAS: Final = frozenset(
    [
        "backbones",
        "bounding_box",
        "layers",
        "losses",
        "metrics",
        "models",
        "samplers",
        "tokenizers",
        "utils",
        "modeling",
    ]
)

_FUNCTION_AREAS: Final = frozenset(
    ["activations", "constraints", "initializers", "losses", "metrics", "ops", "regularizers"]
)
"""Modules of Keras whose functions compute with tensors and do nothing else."""

_CLASS: Final = re.compile(r"_?[A-Z][A-Za-z0-9_]*")
_FUNCTION: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

_REGISTERED: Final = re.compile(r"(?:[^<>.]+>)?[A-Za-z_][A-Za-z0-9_]*")
"""A name as `register_keras_serializable` makes it, or a bare one."""

_TYPESPEC: Final = re.compile(r"(?:keras|tf_keras|tensorflow)(?:\.\w+)*")
_TYPESPECS: Final = frozenset(
    [
        "DatasetSpec",
        "IndexedSlicesSpec",
        "IteratorSpec",
        "KerasTensor",
        "NoneTensorSpec",
        "OptionalSpec",
        "RaggedTensorSpec",
        "SparseTensorSpec",
        "TensorArraySpec",
        "TensorSpec",
    ]
)

_BELOW: Final = frozenset(["saving", "saved_model", "config", "file_utils", "data_utils", "io_utils", "dataset_utils"])
"""Modules of Keras that load, save, fetch or loosen: no part of a model stands in them."""

_REACHING: Final = frozenset(
    [
        "SafeModeScope",
        "clone_model",
        "deserialize",
        "deserialize_keras_object",
        "disable_safe_mode",
        "enable_unsafe_deserialization",
        "from_config",
        "from_preset",
        "func_dump",
        "func_load",
        "get",
        "get_file",
        "get_registered_object",
        "load_img",
        "load_model",
        "load_weights",
        "model_from_config",
        "model_from_json",
        "model_from_yaml",
        "register_keras_serializable",
        "save",
        "save_img",
        "save_model",
        "save_weights",
        "set_safe_mode",
    ]
)
"""Names of Keras that load, save, fetch or loosen, wherever they are exported (CVE-2025-8747, CVE-2025-9906)."""

_UNSAFE_OPERATORS: Final = re.compile(
    r"(?:compat\.v[12]\.|experimental\.)*(?:io|data|saved_model|train|raw_ops|distribute|summary|lite|tpu|queue|lookup"
    r"|gfile|python_io|config|autodiff|debugging|autograph|contrib|load_library|load_op_library|py_func|py_function"
    r"|numpy_function|print|print_function|write_file|read_file|function|import_graph_def|init_scope|test"
    r"|types|profiler|python|user_ops|xla|sysconfig|resource_loader)(?:\..*)?"
)
"""Names in TensorFlow that reach files, Python, plugins or its own settings."""

_SAFE_OPERATORS: Final = re.compile(
    r"(?:compat\.v[12]\.|experimental\.)*(?:(?:math|nn|linalg|image|strings|signal|random|sparse|ragged|bitwise|quantization"
    r"|dtypes|sets|audio|__operators__|keras\.backend|keras\.activations|keras\.ops)\.)*[A-Za-z_][A-Za-z0-9_]*"
)


def judged_class(module: str | None, name: str) -> Standing:
    """A class by the module and name that a configuration gives.

    Args:
        module: None, or empty, where the name is looked up among Keras' own classes and those the caller registered.
        name: as `class_name` gives it.
    """
    if not module:
        return Standing.KNOWN
    return _judged(module, name, _AREAS, _HUB_AREAS, _CLASS)


def judged_function(module: str | None, name: str) -> Standing:
    """A function by module and name.

    Keras before 3 gave `builtins` for its own functions and those of the caller alike: only what Python itself has
    under the name tells them apart.
    """
    if not module:
        return Standing.KNOWN
    if module == "builtins":
        if hasattr(builtins, name):
            return Standing.DANGEROUS
        return Standing.KNOWN if _REGISTERED.fullmatch(name) else Standing.UNKNOWN
    return _judged(module, name, _FUNCTION_AREAS, frozenset(), _FUNCTION)


def judged_typespec(module: str | None, name: str) -> Standing:
    """A type of tensors by module and name."""
    if name in _TYPESPECS and (not module or _TYPESPEC.fullmatch(module)):
        return Standing.KNOWN
    return _elsewhere(module or "", name)


def judged_operator(path: str) -> Standing:
    """A function of TensorFlow that a layer calls, by its public name below `tf`: `math.reduce_sum`."""
    path = path.removeprefix("tensorflow.").removeprefix("tf.")
    if _UNSAFE_OPERATORS.fullmatch(path):
        return Standing.DANGEROUS
    return Standing.KNOWN if _SAFE_OPERATORS.fullmatch(path) else Standing.UNKNOWN


def _judged(
    module: str, name: str, areas: frozenset[str], hub_areas: frozenset[str], spelled: re.Pattern[str]
) -> Standing:
    for place, known in ((_KERAS, areas), (_HUB, hub_areas)):
        match = place.fullmatch(module)
        if match is None:
            continue
        if name in _REACHING or not spelled.fullmatch(name) or not _BELOW.isdisjoint(module.split(".")):
            return Standing.DANGEROUS
        if match["area"] in known or name == "preprocess_input" or (not match["area"] and spelled is _CLASS):
            return Standing.KNOWN
        is_own_function = spelled is _FUNCTION and place is _KERAS
        return Standing.DANGEROUS if is_own_function else Standing.UNKNOWN
    return _elsewhere(module, name)


def _elsewhere(module: str, name: str) -> Standing:
    """What the registries say of an object outside of Keras."""
    top = module.partition(".")[0]
    known = package(top)
    if known is None:
        return Standing.UNKNOWN
    return Standing.DANGEROUS if known.closed or known.danger(known.relative(module, name)) else Standing.UNKNOWN
