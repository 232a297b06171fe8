"""Whether the state that a stream sets on an instance is one that picklers write."""

from __future__ import annotations

import re
from typing import Final

from verifier.data import Shape
from verifier.formats._pickle import contracts
from verifier.formats._pickle.elements import Scope
from verifier.formats._pickle.values import PLAIN, Dict, Persistent, Result, Tuple, Value

_WRAPPED: Final = (
    "__annotations__",
    "__doc__",
    "__module__",
    "__name__",
    "__orig_class__",
    "__qualname__",
    "__wrapped__",
)
_YACS: Final = ("__deprecated_keys__", "__immutable__", "__new_allowed__", "__renamed_keys__")

ATTRIBUTES: Final = frozenset({*_WRAPPED, *_YACS})
"""Names with two underscores on either side that states of instances hold; functools.update_wrapper writes most,
yacs.config.CfgNode the others."""

_SPECIAL: Final = re.compile(r"__[^\W\d_]\w*__")


def wrong_state(shape: Shape | None, state: Value, scope: Scope, *, kinds: bool = True) -> str:
    """How a state differs from what picklers set on instances of a class in that shape; empty where it does not.

    Args:
        shape: None where picklers set none.
        state: what is set.
        scope: knows of symbols.
        kinds: of which kind the state and its keys are counts, too, besides what it replaces and its fields.
    """
    if kinds and (shape is None or shape.state is None):
        return "picklers set none on it"
    if name := _replaced(state, kinds):
        return f"it replaces {name}"
    if shape is None or shape.state is None:
        return ""
    if kinds and not contracts.pattern(shape.state)(state, scope):
        return f"picklers write {shape.state}"
    return _wrong_field(dict(shape.fields), state, scope) if shape.fields and isinstance(state, Dict) else ""


def _wrong_field(patterns: dict[str, str], state: Dict, scope: Scope) -> str:
    """Which field is not what picklers write, in words; empty where none."""
    if not _is_spelled_out(state):
        return "not all of its keys are texts that stand in the stream"
    for key, value in state.pairs():
        wanted = patterns.get(key) if isinstance(key, str) else None
        if wanted is not None and not contracts.pattern(wanted)(value, scope):
            return f"its {key} is not {wanted}"
    return ""


def _replaced(state: Value, computed: bool) -> str:
    """What a state puts in the place of an instance's class or methods, in words; empty where nothing.

    Args:
        state: what is set.
        computed: a key that is computed counts.
    """
    for part in state.items if isinstance(state, Tuple) else (state,):
        for key, _ in part.pairs() if isinstance(part, Dict) else ():
            if isinstance(key, str) and _SPECIAL.fullmatch(key) and key not in ATTRIBUTES:
                return key
            if computed and isinstance(key, (Result, Persistent)):
                return "what cannot be told, since a key is computed"
    return ""


def _is_spelled_out(state: Dict) -> bool:
    """Whether every key is a constant that was kept: others could stand for a field unseen, as a numpy.str_ does."""
    return len(state.items) == state.size and all(type(key) in PLAIN for key, _ in state.pairs())
