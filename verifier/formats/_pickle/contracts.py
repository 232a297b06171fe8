"""The language in which the registry says what arguments and states genuine picklers write.

A signature is a list of patterns separated by commas, for the elements of a tuple in order. A pattern may be followed
by `?` (it and all after it may be missing) or `*` (any number). Patterns are alternatives separated by `|`:

=====================  ===============================================================================================
`int`, `str`, …        a value of that kind (`values.kind_of`), made by the stream or by a call that gives that builtin
`list[p]`              a `list` (`tuple`, `set`, `frozenset`) whose elements all match; `dict[p: q]` for keys and values
`{'k': p, 'l': q}`     a dict with some of these entries and no others
`(p, q?)`              a tuple that matches the signature
`'regular expression'` a text that matches it as a whole
`0`                    that integer
`data`                 a constant, or builtin containers of constants
`any`                  whatever it is (its parts are judged where they are imported, called and built)
`object`               what a call or a construction gave
`setting`              what a class may be kept with to be made later: anything but texts, bytes and paths that could
                       name a file, an address or a repository
`class`, `import`      a symbol listed as a class, or as a value
`a.b`                  the symbol of that path; `a.b()` what a call or construction of that class gave
`~s`                   a symbol listed in the shape `s`; `~s()` an instance of such a class
=====================  ===============================================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, NoReturn

from verifier.errors import InternalError
from verifier.formats._pickle.elements import Pattern, Scope, all_match, entries_match
from verifier.formats._pickle.values import (
    PLAIN,
    Bytes,
    Container,
    Global,
    LongText,
    Persistent,
    Result,
    Tuple,
    Value,
    kind_of,
)

KINDS: Final = frozenset(
    [
        "none",
        "bool",
        "int",
        "float",
        "str",
        "bytes",
        "bytearray",
        "tuple",
        "list",
        "dict",
        "set",
        "frozenset",
        "persistent",
    ]
)

ALIASES: Final = {
    "array": "numpy.ndarray()|~wrapper()",
    "number": "int|float|bool",
    "ints": "tuple[int]|list[int]|torch.Size()",
    "text": "str|bytes",
    "raw": "bytes|bytearray|str",
}
"""Names for frequent patterns; `text` and `raw` are what Python 2 and 3 write in each other's place.

An `array` is one of numpy, or what stands for one in joblib's files.
"""


@dataclass(frozen=True, slots=True)
class Signature:
    """A compiled signature: patterns of elements in order, each with its text and quantifier."""

    items: tuple[tuple[Pattern, str, str], ...]

    def mismatch(self, value: Value, scope: Scope) -> str:
        """How a tuple of arguments differs from the signature; empty where it does not."""
        if not isinstance(value, Tuple):
            return f"the arguments are a {kind_of(value)} instead of a tuple written in the stream"
        given = len(value)
        if value.surplus:
            return f"{value.size} arguments are given"
        at = 0
        for pattern, text, quantifier in self.items:
            if quantifier == "*":
                while at < given and pattern(value[at], scope):
                    at += 1
            elif at < given:
                if not pattern(value[at], scope):
                    return f"argument {at + 1} is a {kind_of(value[at])} where picklers write {text}"
                at += 1
            elif not quantifier:
                return f"argument {at + 1} is missing, where picklers write {text}"
            else:
                break
        return "" if at == given else f"argument {at + 1} is one that no pickler writes"


@cache
def signature(text: str) -> Signature:
    """Compiles a signature.

    Raises:
        InternalError: it is not written in the language.
    """
    parser = _Parser(text)
    compiled = parser.signature("")
    return compiled if parser.at == len(parser.tokens) else parser.fail()


@cache
def pattern(text: str) -> Pattern:
    """Compiles a single pattern.

    Raises:
        InternalError: it is not written in the language.
    """
    parser = _Parser(text)
    compiled = parser.pattern()
    return compiled if parser.at == len(parser.tokens) else parser.fail()


_TOKEN = re.compile(r"\s*(?:('[^']*'|~?[A-Za-z_][\w.:]*\w(?:\(\))?|~?[A-Za-z_]\w*(?:\(\))?|-?\d+|[][(){},|?*:]))")


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _TOKEN.findall(text)
        self.at = 0
        if "".join(self.tokens) != re.sub(r"\s+(?=([^']*'[^']*')*[^']*$)", "", text):
            self.fail()

    def fail(self) -> NoReturn:
        raise InternalError(f"no contract: {self.text!r}, at part {self.at + 1}")

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def eat(self, token: str) -> bool:
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def signature(self, closing: str) -> Signature:
        items: list[tuple[Pattern, str, str]] = []
        while self.peek() != closing:
            start = self.at
            compiled = self.pattern()
            text = "".join(self.tokens[start : self.at])
            quantifier = self.peek() if self.peek() in ("?", "*") else ""
            self.at += bool(quantifier)
            items.append((compiled, text, quantifier))
            if not self.eat(","):
                break
        return Signature(tuple(items))

    def pattern(self) -> Pattern:
        options = [self.single()]
        while self.eat("|"):
            options.append(self.single())
        if len(options) == 1:
            return options[0]
        return lambda value, scope: any(option(value, scope) for option in options)

    def single(self) -> Pattern:
        first = self.peek()
        self.at += 1
        if first == "(":
            inner = self.signature(")")
            if not self.eat(")"):
                self.fail()
            return lambda value, scope: isinstance(value, Tuple) and not inner.mismatch(value, scope)
        if first == "{":
            return self.entries()
        if self.eat("["):
            return self.elements(first)
        return _literal(first) or _named(first) or self.symbol(first)

    def elements(self, kind: str) -> Pattern:
        options = [self.pattern()]
        if kind == "dict":
            if not self.eat(":"):
                self.fail()
            options.append(self.pattern())
        if not self.eat("]") or kind not in ("tuple", "list", "set", "frozenset", "dict"):
            self.fail()
        return lambda value, scope: kind_of(value) == kind and all_match(value, options, scope)

    def entries(self) -> Pattern:
        found: dict[str, Pattern] = {}
        while not self.eat("}"):
            key = self.peek().strip("'")
            self.at += 1
            if not self.eat(":"):
                self.fail()
            found[key] = self.pattern()
            if not self.eat(",") and self.peek() != "}":
                self.fail()
        return lambda value, scope: entries_match(value, found, scope)

    def symbol(self, token: str) -> Pattern:
        name, _, instance = token.partition("(")
        if name.startswith("~"):
            shape = name[1:]
            if instance:
                return lambda value, scope: isinstance(value, Result) and scope.in_shape(value, shape)
            return lambda value, scope: (
                isinstance(value, Global)
                and (scope.is_listed(value, "import", shape) or scope.is_listed(value, "new", shape))
            )
        if "." not in name:
            self.fail()
        if instance:
            return lambda value, scope: isinstance(value, Result) and scope.class_of(value) == name
        return lambda value, scope: isinstance(value, Global) and scope.path_of(value) == name


def _literal(text: str) -> Pattern | None:
    if text.startswith("'"):
        compiled = re.compile(text[1:-1])
        return lambda value, _: isinstance(value, str) and compiled.fullmatch(value) is not None
    if text.lstrip("-").isdigit():
        number = int(text)
        return lambda value, _: type(value) is int and value == number
    return None


def _named(name: str) -> Pattern | None:
    if name in ALIASES:
        return pattern(ALIASES[name])
    if name not in KINDS:
        return _NAMED.get(name)
    path = f"builtins.{name}"
    return lambda value, scope: kind_of(value) == name or (isinstance(value, Result) and scope.class_of(value) == path)


_WORDS = re.compile(r"[^/\\:.~]{0,64}")
_TEXTS: Final = ("builtins.str", "builtins.byte", "pathlib.")


def _is_setting(value: Value, scope: Scope) -> bool:
    if isinstance(value, Result):
        return not scope.class_of(value).startswith(_TEXTS)
    return _WORDS.fullmatch(value) is not None if isinstance(value, str) else not isinstance(value, (Bytes, LongText))


_NAMED: Final[dict[str, Pattern]] = {
    "any": lambda _value, _scope: True,
    "data": lambda value, _: type(value) in PLAIN or (isinstance(value, Container) and value.plain),
    "setting": _is_setting,
    "object": lambda value, _: isinstance(value, (Result, Persistent)),
    "class": lambda value, scope: isinstance(value, Global) and scope.is_listed(value, "new"),
    "import": lambda value, scope: isinstance(value, Global) and scope.is_listed(value, "import"),
}
