"""Keys of any configuration by which a loader calls something, and expressions that it evaluates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verifier.errors import InspectionError
from verifier.formats._code import ABLE, REACHES
from verifier.formats._code.judge import judge
from verifier.formats._code.scopes import take_apart
from verifier.formats._code.source import parse
from verifier.formats._config import DANGEROUS, EVIL, EXPRESSION, UNKNOWN
from verifier.formats._config.targets import Judgment, judge_target
from verifier.formats._json import Json
from verifier.records import visible

_JSONPICKLE = ("py/object", "py/type", "py/function", "py/class", "py/mod", "py/newargs", "py/reduce", "py/repr")
_LIGHTNING = ("class_path", "_class_path", "_instantiator")
_INSTANTIATORS = frozenset({"lightning.pytorch.cli.instantiate_module", "pytorch_lightning.cli.instantiate_module"})
"""Values of `_instantiator` that Lightning itself writes: they make a module of the caller's class."""

KEYS: Final = ("_target_", *_JSONPICKLE, *_LIGHTNING)
"""Keys of an object by which a loader makes something."""

_NAMING = frozenset({"py/object", "py/type", "py/function", "py/class"})
_REFERENCE = re.compile(r"[@%][\w:#.]+")
_DOTTED = re.compile(r"\w+(?:\.\w+)+")
_LENGTH: Final = 4096


@dataclass(frozen=True, slots=True)
class Seen:
    """Something a loader would act on.

    Args:
        rule: it breaks.
        key: of the object it stands in.
        text: as written.
        message: one sentence.
    """

    rule: str
    key: str
    text: str
    message: str


def loading(value: dict[str, Json]) -> Iterator[Seen]:
    """Yields what one object of a configuration has imported or called.

    Besides `_target_` and the keys of jsonpickle: `class_path` (jsonargparse), what Lightning keeps in hyperparameters
    (lightning/pytorch/cli.py and core/saving.py), and `custom_imports` (mmengine/config/config.py).
    """
    target = value.get("_target_")
    if isinstance(target, str):
        yield from named("_target_", target)
    for key in _JSONPICKLE:
        text = value.get(key)
        if key in _NAMING and isinstance(text, str):
            yield from named(key, text)
        elif key == "py/repr" and isinstance(text, str):
            yield Seen(DANGEROUS, key, text, f"jsonpickle evaluates {visible(text, 100)}.")

    for key in _LIGHTNING:
        text = value.get(key)
        if isinstance(text, str) and _DOTTED.fullmatch(text) and text not in _INSTANTIATORS:
            yield from named(key, text)
    yield from _imports(value.get("custom_imports"))


def _imports(value: Json) -> Iterator[Seen]:
    """The modules that mmengine imports before it builds anything."""
    modules = value.get("imports") if isinstance(value, dict) else None
    for module in modules if isinstance(modules, list) else [modules]:
        if isinstance(module, str):
            judgment, why = judge_target(f"{module}.module")
            if judgment is not Judgment.FINE:
                message = f"Loading imports {visible(module, 100)}, which {why}."
                yield Seen(UNKNOWN, "custom_imports", module, message)


def named(key: str, path: str) -> Iterator[Seen]:
    """Yields a finding where a loader calls what nobody should, or what nobody knows."""
    judgment, why = judge_target(path)
    if judgment is not Judgment.FINE:
        rule = DANGEROUS if judgment is Judgment.DANGEROUS else UNKNOWN
        shown = visible(path, 100)
        yield Seen(rule, key, path, f"Loading by {visible(key, 40)} makes use of {shown}, which {why}.")


def expression(key: str, text: str) -> Iterator[Seen]:
    """Yields what is to be said of a text that MONAI evaluates, beginning with `$` (monai/bundle/config_item.py)."""
    if text.startswith("${"):
        return  # an interpolation of OmegaConf
    source = _REFERENCE.sub("_", text[1 : 1 + _LENGTH]).strip()
    yield evaluated(text, source) or Seen(EXPRESSION, key, text, f"The loader evaluates {visible(text, 100)}.")


def evaluated(text: str, source: str) -> Seen | None:
    """The finding about a text whose evaluation, as the source of an expression, runs code or programs."""
    try:
        rules = {seen.rule for seen in judge(take_apart(parse(source.encode("utf-8", "replace")))[0])}
    except InspectionError:
        rules = set()
    message = f"The loader evaluates {visible(text, 100)}, which runs code or programs."
    return Seen(EVIL, "$", text, message) if rules - {ABLE, REACHES} else None
