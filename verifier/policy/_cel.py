"""Rules of one's own in CEL (https://cel.dev), over the fact document.

The engine is Google's, in C++ (`cel-expr-python`): names and types are checked when an expression is compiled, regular
expressions are RE2's, evaluation calls nothing of ours, and its loops stop at a fixed number of rounds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from verifier.policy.facts import LISTS, Facts, Model

if TYPE_CHECKING:
    from cel_expr_python import cel

LONGEST = 4096
"""Characters of an expression."""

_PACKAGE = "facts"
_STRING, _INT64, _BOOL, _MESSAGE_FIELDS = 9, 3, 8, ("str", "int", "bool")
"""Field types of protocol buffers (descriptor.proto, FieldDescriptorProto.Type)."""


class NotInstalledError(Exception):
    """The extra is missing."""


class ExpressionError(Exception):
    """An expression is wrong; the message says what and where in it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an expression gave: a truth, or a reason why there is none."""

    truth: bool | None
    reason: str = ""


def check(expression: str) -> None:
    """Compiles an expression and sees that it gives true or false.

    Raises:
        NotInstalledError: there is no CEL here.
        ExpressionError: it is not CEL, names what is not in the fact document, or gives something else.
    """
    if len(expression) > LONGEST:
        raise ExpressionError(f"it is longer than {LONGEST} characters")
    kind = _compiled(expression).return_type().name()
    if kind not in ("BOOL", "DYN"):
        raise ExpressionError(f"it gives {kind.lower()}, not true or false")


def evaluate(expression: str, document: Mapping[str, object]) -> Outcome:
    """What a checked expression says about a document made by `bound`."""
    try:
        result = _compiled(expression).eval(data=document)
    except RuntimeError as error:  # too many rounds
        return Outcome(None, _first_line(str(error)))
    if result.type().name() == "BOOL":
        return Outcome(bool(result.value()))
    return Outcome(None, _first_line(str(result.value())))


def bound(facts: Facts) -> Mapping[str, object]:
    """The document as expressions take it."""
    environment = _environment()
    document: dict[str, object] = {name: [environment.message(item) for item in getattr(facts, name)] for name in LISTS}
    card = {key: list(values) for key, values in facts.card.items()}
    return {
        **document,
        "model": environment.message(facts.model),
        "card": card,
        "stage": facts.stage,
        "today": facts.today,
    }


@dataclass(frozen=True, slots=True)
class _Environment:
    """The compiler, and the message classes by the dataclasses they stand for."""

    compiler: cel.Env
    messages: Mapping[type, Any]

    def message(self, record: object) -> object:
        kind = type(record)
        return self.messages[kind](**{item.name: getattr(record, item.name) for item in fields(kind)})  # type: ignore[arg-type]


@cache
def _environment() -> _Environment:
    try:
        from cel_expr_python import cel
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    except ImportError as error:
        raise NotInstalledError from error
    file = descriptor_pb2.FileDescriptorProto(name="facts.proto", package=_PACKAGE, syntax="proto3")
    for kind in (Model, *LISTS.values()):
        message = file.message_type.add(name=kind.__name__)
        for number, item in enumerate(fields(kind), 1):
            repeated = str(item.type).startswith("tuple")
            told = {"str": _STRING, "int": _INT64, "bool": _BOOL}.get(str(item.type), _STRING)
            message.field.add(name=item.name, number=number, type=told, label=3 if repeated else 1)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    text, words = cel.Type.STRING, cel.Type.List(cel.Type.STRING)
    variables = {name: cel.Type.List(cel.Type(f"{_PACKAGE}.{kind.__name__}")) for name, kind in LISTS.items()}
    variables |= {"model": cel.Type(f"{_PACKAGE}.Model"), "card": cel.Type.Map(text, words), "stage": text}
    compiler = cel.NewEnv(descriptor_pool=pool, variables={**variables, "today": text})
    messages = {
        kind: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{kind.__name__}"))
        for kind in (Model, *LISTS.values())
    }
    return _Environment(compiler, messages)


@cache
def _compiled(expression: str) -> cel.Expression:
    try:
        return _environment().compiler.compile(expression)
    except RuntimeError as error:
        raise ExpressionError(_first_line(str(error))) from error


def _first_line(message: str) -> str:
    """The engine's message without its status, as `column 5: undeclared reference to 'x'`."""
    plain = re.sub(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$| \(in container ''\)", "", message.split("\n", maxsplit=1)[0])
    found = re.fullmatch(r"ERROR: <input>:(\d+):(\d+): (.*)", plain)
    if found is None:
        return plain
    line = "" if found[1] == "1" else f"line {found[1]}, "
    return f"{line}column {found[2]}: {found[3]}".replace(f"{_PACKAGE}.", "")
