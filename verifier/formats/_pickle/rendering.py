"""Values as a person reads them."""

from __future__ import annotations

from verifier.formats._pickle.values import (
    BigInt,
    Bytes,
    Container,
    Dict,
    Extension,
    Global,
    LongText,
    Persistent,
    Result,
    Tuple,
    Value,
    kind_of,
)
from verifier.records import visible


def render(value: Value, depth: int = 3, width: int = 6) -> str:
    """A value as a person reads it: short, escaped, one line, at most `depth` deep and `width` elements wide."""
    if isinstance(value, Container):
        return _render_container(value, depth, width)
    if isinstance(value, Result):
        return (render(value.callee, depth - 1, width) if depth > 0 else "…") + "(…)"
    if isinstance(value, Persistent):
        return f"persistent({render(value.id, depth - 1, width) if depth > 0 else '…'})"
    return visible(_render_leaf(value), 80)


def _render_leaf(value: Value) -> str:
    if isinstance(value, Global):
        return value.path
    if isinstance(value, (LongText, Bytes, BigInt)):
        content = value.content if isinstance(value, Bytes) else None
        return f"<{kind_of(value)} of {value.length} bytes>" if content is None else repr(content)
    if isinstance(value, Extension):
        return f"extension({value.code})"
    if isinstance(value, int) and value.bit_length() > 128:
        return f"<int of {value.bit_length()} bits>"
    return repr(value[:81] if isinstance(value, str) else value)


_BRACKETS = {"tuple": ("(", ")"), "list": ("[", "]"), "dict": ("{", "}"), "set": ("{", "}"), "frozenset": ("{", "}")}


def _render_container(value: Container, depth: int, width: int) -> str:
    left, right = _BRACKETS[value.kind]
    if depth <= 0 or not value.size:
        return left + ("…" if value.size else "") + right
    step = 2 if isinstance(value, Dict) else 1
    shown = [render(item, depth - 1, width) for item in value.items[: width * step]]
    parts = [": ".join(shown[at : at + step]) for at in range(0, len(shown), step)]
    if value.size > len(shown):
        parts.append("…")
    comma = "," if isinstance(value, Tuple) and value.size == 1 else ""
    return left + ", ".join(parts) + comma + right
