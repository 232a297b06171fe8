"""Text to syntax tree, by jinja2's own parser."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from functools import cache

from jinja2 import TemplateSyntaxError, nodes
from jinja2.ext import Extension
from jinja2.lexer import Lexer, Token
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from verifier.errors import BudgetExceeded, Malformed

MAX_TEXT = 128 << 10
"""Characters of a template that is parsed; the longest published have about 30,000."""


class _Generation(Extension):
    """transformers' `{% generation %}` blocks: what stands within them counts."""

    tags = {"generation"}  # noqa: RUF012 - as the base class has it

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """The statements of the block."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _Lexer(Lexer):
    """jinja2 reads fractions by Python's compiler; here they all are zero, for no judgment depends on one."""

    def wrap(
        self, stream: Iterable[tuple[int, str, str]], name: str | None = None, filename: str | None = None
    ) -> Iterator[Token]:
        """The tokens with their values."""
        plain = ((line, "integer", "0") if kind == "float" else (line, kind, text) for line, kind, text in stream)
        return super().wrap(plain, name, filename)


class _Environment(ImmutableSandboxedEnvironment):
    @property
    def lexer(self) -> Lexer:
        """Made once for the one environment there is."""
        return _lexer()


@cache
def _lexer() -> _Lexer:
    return _Lexer(_environment())


@cache
def _environment() -> _Environment:
    """As transformers configures it, and `do`, which other engines add."""
    extensions = [_Generation, "jinja2.ext.loopcontrols", "jinja2.ext.do"]
    return _Environment(trim_blocks=True, lstrip_blocks=True, extensions=extensions)


def parse(text: str) -> nodes.Template:
    """The syntax tree of a template.

    Raises:
        Malformed: jinja2 cannot parse it.
        BudgetExceeded: too long, or nested too deeply.
    """
    if len(text) > MAX_TEXT:
        raise BudgetExceeded(f"a template has {len(text)} characters, more than the {MAX_TEXT} that are parsed")
    try:
        with warnings.catch_warnings(action="ignore"):
            return Parser(_environment(), text).parse()
    except TemplateSyntaxError as error:
        raise Malformed(f"line {error.lineno}: {error.message}") from error
    except ValueError as error:
        raise Malformed(f"a number or text in it cannot be read: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise BudgetExceeded("a template is nested too deeply") from error


def within(node: nodes.Node) -> list[nodes.Node]:
    """A node and everything in it, in order of the text, however deep."""
    found: list[nodes.Node] = []
    stack = [node]
    while stack:
        found.append(stack.pop())
        stack.extend(reversed(list(found[-1].iter_child_nodes())))
    return found
