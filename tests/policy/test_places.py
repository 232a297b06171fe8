"""Where keys stand: held against what tomllib reads."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from verifier.policy._places import Path, lines

EXAMPLE = '''\
# a comment = 1
version = 1   # = [
text = """
key = "inside"
[header]
""" # after
other = \'\'\'it\'s ["not" a key]\'\'\'
list = [ # of three
  "a=1", "b",
  { c = 1, d = [2, "}"] },
]
a.b."c.d" = 1.5
when = 1979-05-27 07:32:00

[table]
'quoted key' = "\\\\"
  [table."sub.table"]
  x = {y = {z = 1}}

[[many]]
n = 1
[[many]]
n = 2
[many.inner]
k = true
[[many.deep]]
v = 0
'''


def paths(value: object, above: Path = ()) -> Iterator[Path]:
    """Every key and every position of a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*above, key)
        yield from paths(item, (*above, key))


def test_every_key_has_its_line() -> None:
    found = lines(EXAMPLE)
    assert set(paths(tomllib.loads(EXAMPLE))) == set(found)
    told = {".".join(map(str, path)): line for path, line in found.items()}
    assert told["version"] == 2
    assert (told["text"], told["other"], told["list"], told["list.1"], told["list.2.d.1"]) == (3, 7, 8, 9, 10)
    assert (told["a"], told["a.b.c.d"], told["when"]) == (12, 12, 13)
    assert (told["table"], told["table.quoted key"], told["table.sub.table"]) == (15, 16, 17)
    assert told["table.sub.table.x.y.z"] == 18
    assert (told["many"], told["many.0"], told["many.0.n"], told["many.1"], told["many.1.n"]) == (20, 20, 21, 22, 23)
    assert (told["many.1.inner.k"], told["many.1.deep.0.v"]) == (25, 27)


keys = st.text("ab.\"'\\#= ]", min_size=1, max_size=4)
scalars = st.integers(0, 9) | st.booleans() | st.text("a\"'\\#=[]{},\n.", max_size=6)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)


def toml(value: object) -> str:
    """A value as one line of TOML; JSON's strings are TOML's."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    return f"[{', '.join(map(toml, value))}]" if isinstance(value, list) else json.dumps(value)


@given(st.dictionaries(keys, values, max_size=4), st.dictionaries(keys, values, max_size=3))
def test_whatever_values_hold(top: dict[str, object], table: dict[str, object]) -> None:
    written = [f"{json.dumps(key)} = {toml(value)}" for key, value in top.items()]
    written += ["[[z]]", *(f"{json.dumps(key)} = {toml(value)}" for key, value in table.items())]
    text = "\n".join(written)
    found = lines(text)
    assert set(paths(tomllib.loads(text))) == set(found)
    for number, key in enumerate(top, 1):
        assert found[key,] == number
    for number, key in enumerate(table, len(top) + 2):
        assert found["z", 0, key] == number
