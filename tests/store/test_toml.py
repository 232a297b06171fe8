from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from verifier.store import quoted


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    assert tomllib.loads(f"{quoted(text)} = {quoted(text)}") == {text: text}
