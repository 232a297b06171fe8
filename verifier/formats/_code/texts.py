"""The texts of a module in the order they stand in, by the expressions they stand in."""

from __future__ import annotations

import ast
from typing import Final

from verifier.errors import BudgetExceeded

_LENGTH: Final = 4 << 20
"""Characters that are looked at in all; calls within calls are asked for the same texts again."""


class Texts:
    """All texts of a syntax tree, found in one walk.

    Args:
        tree: whose texts.
    """

    def __init__(self, tree: ast.AST) -> None:
        self._left = _LENGTH
        self._texts: list[str] = []
        self._spans: dict[int, tuple[int, int]] = {}
        stack: list[tuple[ast.AST, int]] = [(tree, -1)]
        while stack:
            node, start = stack.pop()
            if start >= 0:
                self._spans[id(node)] = start, len(self._texts)
                continue
            if isinstance(node, ast.expr):
                stack.append((node, len(self._texts)))
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                self._texts.append(node.value)
            stack.extend((child, -1) for child in reversed(list(ast.iter_child_nodes(node))))

    def of(self, node: ast.expr) -> str:
        """The texts in an expression of the tree, between spaces.

        Raises:
            BudgetExceeded: more was asked for than any genuine module needs.
        """
        words: list[str] = []
        for text in self._texts[slice(*self._spans[id(node)])]:
            self._left -= len(text) + 1
            if self._left < 0:
                raise BudgetExceeded(
                    f"its calls hold more than {_LENGTH} characters of text, those within others again"
                )
            words.append(text)
        return " ".join(words)
