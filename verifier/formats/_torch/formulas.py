"""Formulas over sizes in programs of torch.export, which torch evaluates as Python.

Expressions go through sympy.sympify (torch/_export/serde/serialize.py), guards through exec (torch/export/_unlift.py).
What torch writes there are sums, comparisons and a few functions; nothing else is let through.
"""

from __future__ import annotations

import re
from keyword import iskeyword

_FUNCTION = re.compile(
    r"""Abs|Add|And|BooleanFalse|BooleanTrue|CeilDiv|CeilToInt|CleanDiv|Eq|Equality|ExprCondPair|Float|FloatPow
    |FloatTrueDiv|FloorDiv|FloorToInt|Ge|GreaterThan|Gt|Half|Identity|Infinity|IntInfinity|IntTrueDiv|Integer
    |IsNonOverlappingAndDenseIndicator|LShift|Le|LessThan|Lt|Max|Min|Mod|ModularIndexing|Mul|Ne|NegativeInfinity
    |NegativeOne|Not|One|Or|Piecewise|Pow|PowByNatural|PythonMod|RShift|Rational|RoundDecimal|RoundToInt
    |StrictGreaterThan|StrictLessThan|Symbol|ToFloat|TruncToFloat|TruncToInt|Unequality|Where|Xor|Zero
    |abs|acos|asin|atan|bool|ceiling|cos|cosh|exp|float|floor|int|log|max|min|round|sin|sinh|sqrt|tan|tanh
    |(?:OpaqueUnaryFn|BitwiseFn)_[a-z_0-9]+""",
    re.VERBOSE,
)
"""What may be called: classes of sympy as `srepr` writes them, those of torch/utils/_sympy/functions.py, builtins."""

_ATTRIBUTE = re.compile("ceil|floor|inf|isnan|pow|shape|size|sqrt|storage_offset|stride|sym_max|sym_min|trunc")
"""What may stand behind a dot, called or not."""

_TAKES_TEXT = frozenset({"Float", "Symbol"})
"""Functions whose first argument is text."""

_WORDS = frozenset({"False", "None", "True", "and", "else", "if", "not", "or"})
"""Keywords of Python that may stand in a formula."""

_TOKEN = re.compile(
    r"""(?P<blank>[ ]+)
    |(?P<text>'[\w .:/-]*'|"[\w .:/-]*")
    |(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<mark>==|!=|<=|>=|<<|>>|//|\*\*|[-+*/%()\[\],<>=&|~.])""",
    re.VERBOSE | re.ASCII,
)


def objection(formula: str) -> str | None:
    """Why a formula is more than arithmetic on sizes, as the end of a sentence; None where it is not."""
    before: tuple[str, str] = ("", "")
    last = ""
    depth = at = 0
    while at < len(formula):
        match = _TOKEN.match(formula, at)
        if match is None:
            return f"no formula holds what stands at character {at}"
        at = match.end()
        if match["blank"]:
            continue
        wrong = _wrong(match, before, formula[at:].lstrip(" ")[:1])
        if wrong:
            return wrong
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(match[0], 0)
        if depth < 0:
            break
        before = last, match[0]
        last = match[0]
    return None if depth == 0 else "its brackets are not closed"


def _wrong(match: re.Match[str], before: tuple[str, str], following: str) -> str | None:
    """What is wrong with a token, given the two before it and the character behind it."""
    seen, called = match[0], following == "("
    if match["text"] and not (before[1] == "[" or (before[1] == "(" and before[0] in _TAKES_TEXT)):
        return f"it hands the text {seen} to something"
    if called and (match["text"] or match["number"] or seen in (")", "]")):
        return "it calls what something else returns"
    if seen == "=" and before[0] not in ("(", ","):
        return "it sets a variable"
    if match["name"]:
        return _name_wrong(seen, before[1] == ".", called)
    return None


def _name_wrong(name: str, is_attribute: bool, called: bool) -> str | None:
    if name in _WORDS:
        return None
    if name.startswith("__") or iskeyword(name):
        return f"no formula holds {name}"
    if is_attribute:
        return None if _ATTRIBUTE.fullmatch(name) else f"it fetches {name}"
    return f"it calls {name}" if called and not _FUNCTION.fullmatch(name) else None
