"""What building one object of a Keras configuration does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verifier.formats._context import Member
from verifier.formats._json import Json, Place, pointer_of
from verifier.formats._keras import CODE, DANGEROUS, FILE, MALFORMED, PICKLE, UNKNOWN
from verifier.formats._keras.names import Standing, judged_class, judged_function, judged_operator, judged_typespec
from verifier.formats._keras.values import decoded, is_function, is_marshaled
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Evidence, Finding, visible

MAX_POINTER: Final = 1000
"""Characters of a JSON pointer that are shown; a place that takes more is not named."""

_DATA: Final = frozenset(
    [
        "CompositeTensor",
        "Dtype",
        "TensorShape",
        "__bytes__",
        "__complex__",
        "__ellipsis__",
        "__keras_tensor__",
        "__numpy__",
        "__set__",
        "__slice__",
        "__tensor__",
        "__tuple__",
    ]
)
"""Values that are no classes, as the configuration spells them."""

_OPERATOR_LAYERS: Final = frozenset(
    ["ClassMethod", "InstanceMethod", "InstanceProperty", "SlicingOpLambda", "TFOpLambda", "TFClassMethodDispatcher"]
)
_READERS: Final = {"TFSMLayer": "filepath", "TFLiteLayer": "filepath"}
"""Layers that load another model, and the argument that says from where (CVE-2025-12060 and its kin)."""

_WORDS: Final = ("vocabulary", "idf_weights")
"""Arguments of lookup layers that are lists, or paths of files to read them from (CVE-2025-12058)."""

_PATHS: Final = (*_WORDS, "merges", "proto", "vocabulary_file", "file_path")
"""Arguments that may be paths."""

_PATH: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?[/\\].*|\.\.?[/\\].*|~.*|[A-Za-z]:[\\/].*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Judge:
    """Makes records about places in one configuration."""

    artifact: Artifact
    how: str
    prefix: str

    def table(self, place: Place, value: dict[str, Json]) -> Iterator[Finding | Member]:
        """One JSON object, which is an object of Keras where it has a class."""
        if "class_name" not in value:
            return
        name, module = value["class_name"], value.get("module")
        if not isinstance(name, str) or not (module is None or isinstance(module, str)):
            yield self.finding(MALFORMED, place, name, "The class or module of an object is no text.")
            return
        config = value.get("config")
        settings = config if isinstance(config, dict) else {}
        yield from self.reference(place, name, module, value)
        yield from self.layer(place, name.rpartition(">")[2], settings)
        for key in _PATHS:
            text = settings.get(key)
            if isinstance(text, str) and (key in _WORDS or _PATH.fullmatch(text)):
                message = f"{visible(name, 80)} reads its {key} from {visible(text, 100)}."
                yield self.finding(FILE, ((place, "config"), key), text, message)

    def reference(self, place: Place, name: str, module: str | None, value: dict[str, Json]) -> Iterator[Finding]:
        """The class, function or type that the object is."""
        if name == "__lambda__":
            yield self.code(place, str(value.get("config")))
        elif name == "__typespec__":
            spec = str(value.get("spec_name"))
            yield from self.judged(place, judged_typespec(module, spec), f"{module}.{spec}")
        elif name == "function":
            function = value.get("config")
            if isinstance(function, str):
                yield from self.judged(place, judged_function(module, function), _path(module, function))
            elif not isinstance(function, list | dict) or module:
                yield self.finding(MALFORMED, place, function, "The name of a function is no text.")
        elif name in _DATA and not (module and judged_class(module, name) is Standing.DANGEROUS):
            return
        elif name.startswith("__"):
            yield from self.judged(place, Standing.UNKNOWN, _path(module, name))
        else:
            yield from self.judged(place, judged_class(module, name), _path(module, name))

    def judged(self, place: Place, standing: Standing, path: str) -> Iterator[Finding]:
        """What the standing of an object comes to."""
        said = visible(path, 100)
        if standing is Standing.DANGEROUS:
            message = f"Loading looks up {said}, which is no part of a model: it can run code or reach the system."
            yield self.finding(DANGEROUS, place, path, message)
        elif standing is Standing.UNKNOWN:
            yield self.finding(UNKNOWN, place, path, f"Loading imports and makes use of {said}, which is not of Keras.")

    def layer(self, place: Place, name: str, settings: dict[str, Json]) -> Iterator[Finding | Member]:
        """What layers of some classes do with their settings."""
        inner: Place = (place, "config")
        if name == "Lambda":
            yield from self.function(inner, settings)
        elif name in _OPERATOR_LAYERS:
            yield from self.operator(inner, settings)
        elif name == "TorchModuleWrapper":
            yield from self.pickle((inner, "module"), settings.get("module"))
        elif name in _READERS:
            path = settings.get(_READERS[name])
            message = f"{name} loads a graph of TensorFlow from {visible(str(path), 100)}."
            yield self.finding(FILE, (inner, _READERS[name]), path, message)

    def function(self, place: Place, settings: dict[str, Json]) -> Iterator[Finding]:
        """The functions of a Lambda layer: bytecode is found wherever it stands, a bare name is looked up."""
        for key in ("function", "output_shape", "mask"):
            value, kind = settings.get(key), settings.get(f"{key}_type")
            module = settings.get("module" if key == "function" else f"{key}_module")
            if isinstance(value, str) and (key == "function" or kind not in (None, "raw")):
                yield from self.named((place, key), value, module, kind)
            elif isinstance(value, list) and value and not is_function(value) and isinstance(value[0], str):
                yield self.code((place, key), value[0])
            elif isinstance(value, dict) and kind == "lambda" and not _is_bytecode(value):
                yield self.code((place, key), str(value))

    def named(self, place: Place, name: str, module: Json, kind: Json) -> Iterator[Finding]:
        """A function by a bare name, or bytecode that is not wrapped in a list."""
        if kind == "lambda" or is_marshaled(name):
            yield self.code(place, name)
        else:
            known = judged_function(str(module), name) if module else Standing.UNKNOWN
            standing = Standing.DANGEROUS if known is Standing.DANGEROUS else Standing.UNKNOWN
            yield from self.judged(place, standing, _path(module, name))

    def operator(self, place: Place, settings: dict[str, Json]) -> Iterator[Finding]:
        """The function of TensorFlow that a layer calls."""
        path = settings.get("function", settings.get("cls_symbol", settings.get("symbol", "")))
        standing = judged_operator(path) if isinstance(path, str) else Standing.UNKNOWN
        if standing is Standing.DANGEROUS:
            message = f"A layer calls tf.{visible(str(path), 80)}, which reaches files, code or settings."
            yield self.finding(FILE, (place, "function"), path, message)
        elif path:
            yield from self.judged((place, "function"), standing, f"tensorflow.{path}")

    def pickle(self, place: Place, value: Json) -> Iterator[Finding | Member]:
        """A torch module, pickled, that the layer unpickles (CVE-2025-49655)."""
        if isinstance(value, dict):
            config = value.get("config")
            value = config.get("value") if isinstance(config, dict) else None
        text = value if isinstance(value, str) else ""
        content = decoded(text) or text.encode("utf-8", "surrogatepass")
        message = f"TorchModuleWrapper unpickles {len(content)} bytes that the configuration holds."
        yield self.finding(PICKLE, place, text, message)
        if content:
            name = f"{(self.prefix + pointer_of(place))[-200:]}.pt"
            yield Member(self.artifact.member(name, len(content)), BytesReader(content))

    def code(self, place: Place, text: Json) -> Finding:
        """Bytecode of Python."""
        message = "The configuration holds a Python function as bytecode, which runs when the model is used."
        return self.finding(CODE, place, text, message)

    def finding(self, rule: str, place: Place, what: object, message: str) -> Finding:
        full = self.prefix + pointer_of(place)
        known = full if len(full) <= MAX_POINTER else None
        return Finding(rule, (Evidence(self.artifact.name, str(what)[:400], self.how, pointer=known),), message)


def _path(module: object, name: str) -> str:
    return f"{module}.{name}" if module else name


def _is_bytecode(value: dict[str, Json]) -> bool:
    """Whether an object is found to be bytecode by what stands in it."""
    items = value.get("items")
    return value.get("class_name") == "__lambda__" or (isinstance(items, list) and is_function(items))
