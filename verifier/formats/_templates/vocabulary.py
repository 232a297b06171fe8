"""What chat templates use: names, methods, filters and tests; and what none of them has any business with.

Sources: transformers 5 (`utils/chat_template_utils.py`), jinja2 3.1 (`defaults`, `sandbox`), llama.cpp's own engine.
"""

from __future__ import annotations

import re

FUNCTIONS = frozenset({"caller", "dict", "joiner", "loop", "namespace", "raise_exception", "range", "strftime_now"})
"""Functions a template may call: jinja2's own globals and those transformers adds."""

METHODS = frozenset(
    {name for kind in (str, dict, list) for name in dir(kind) if not name.startswith("_")} - {"format", "format_map"}
) | {"changed", "cycle"}
"""Methods of text, mappings, lists and loops. `format` is judged by its text (CVE-2016-10745)."""

FILTERS = frozenset({"from_json", "fromjson"})
"""Filters some engines add to jinja2's own."""

BY_ATTRIBUTE = frozenset({"groupby", "map", "max", "min", "rejectattr", "selectattr", "sort", "sum", "unique"})
"""Filters that take the name of an attribute."""

BY_NAME = frozenset({"map", "reject", "rejectattr", "select", "selectattr"})
"""Filters that take the name of another filter or test."""

FRAMES = frozenset(
    {
        *("ag_code", "ag_frame", "cr_code", "cr_frame", "gi_code", "gi_frame"),
        *("f_back", "f_builtins", "f_code", "f_globals", "f_locals", "func_code", "func_globals"),
        *("im_func", "im_self", "mro", "tb_frame", "tb_next"),
    }
)
"""Attributes without underscores that lead from values into the interpreter (jinja2.sandbox, and Python 2's)."""

RUNNERS = frozenset(
    {
        *("check_output", "compile", "eval", "exec", "execfile", "getattr", "globals", "import_module", "open"),
        *("popen", "Popen", "run_code", "spawn", "system", "urlopen", "vars"),
    }
)
"""Functions that run code, or open files, wherever they come from."""

INTERNAL = re.compile(r"__[A-Za-z][A-Za-z0-9_]*__")
"""A dunder name, alone or within a format string."""

CONTENT = frozenset({"content", "text"})
"""Keys under which what people write stands in a conversation."""

LURE = re.compile(
    r"https?:|\bwww\.|<script|<iframe|<img\b|javascript:|\bcurl\s|\bwget\s|\bpip3?\s+install|"
    r"\b(ignore|disregard|forget)\s+(all\s+|any\s+)?(the\s+)?(previous|prior|above|earlier|safety)|"
    r"\b(do\s+not|don't|never)\s+(tell|mention|reveal|inform|warn)|\bsecretly\b|\bwithout\s+(telling|mentioning|asking)|"
    r"\b(always|must|should)\s+(recommend|include|insert|add|append|suggest|use)\b",
    re.IGNORECASE,
)
"""Addresses, active content, and instructions against the person who asked."""
