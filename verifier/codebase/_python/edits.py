"""Where a revision is written into a call, so that all else of the file stays as it is."""

from __future__ import annotations

import ast
import io
import tokenize

from verifier.codebase._mention import SPLIT, Edit

_BLANK = frozenset({tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT})


class Offsets:
    """Places of a text: from lines and UTF-8 columns, as syntax trees have them, to character offsets."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in SPLIT.finditer(text))]

    def of(self, line: int, column: int) -> int:
        """The offset of a column in bytes."""
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        return start + len(self._text[start:end].encode()[:column].decode())

    def span(self, node: ast.expr) -> tuple[int, int]:
        """From where to where a node stands."""
        return self.of(node.lineno, node.col_offset), self.of(node.end_lineno or 0, node.end_col_offset or 0)


def pinning(text: str, offsets: Offsets, call: ast.Call, keyword: str) -> Edit | None:
    """The change by which a call gets a revision; None where that cannot be told."""
    given = next((one.value for one in call.keywords if one.arg == keyword), None)
    if given is not None:
        start, end = offsets.span(given)
        return Edit(start, end, '"', '"') if isinstance(given, ast.Constant) else None
    if any(one.arg is None for one in call.keywords) or not (call.args or call.keywords):
        return None
    last = max((*call.args, *(one.value for one in call.keywords)), key=lambda node: offsets.span(node)[1])
    start, close = offsets.span(last)[1], offsets.span(call)[1] - 1
    end, comma = _last_token(text[start:close])
    if not comma:
        return Edit(start + end, start + end, f', {keyword}="', '"')
    line = text.rfind("\n", 0, start) + 1
    own = text[line : line + len(text[line:]) - len(text[line:].lstrip(" \t"))]
    broken = "\n" in text[start + end : close]
    between = ("\r\n" if "\r\n" in text[start + end : close] else "\n") + own if broken else " "
    return Edit(start + end, start + end, f'{between}{keyword}="', '",' if broken else '"')


def _last_token(rest: str) -> tuple[int, bool]:
    """Where the last token between an argument and the call's end ends, and whether that is a comma."""
    end, comma, lines = 0, False, [0, *(match.end() for match in SPLIT.finditer(rest))]
    reader = io.StringIO(f"({rest}", newline="").readline
    try:
        for token in tokenize.generate_tokens(reader):
            row, column = token.end
            if token.type not in _BLANK and (row, column) != (1, 1) and token.string:
                end, comma = lines[row - 1] + column - (row == 1), token.string == ","
    except (tokenize.TokenError, IndentationError, SyntaxError):
        pass  # parentheses of the call are open or closed here
    return end, comma
