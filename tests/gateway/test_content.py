from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verifier.gateway.content import _range

sizes = st.integers(0, 1000)
numbers = st.integers(0, 1100)


@given(st.text() | st.from_regex(r"bytes=[0-9]*-[0-9]*", fullmatch=True), sizes)
def test_a_range_never_leaves_the_file(header: str, size: int) -> None:
    asked = _range(header, size)
    if asked is not None and asked[0] <= asked[1]:
        assert 0 <= asked[0] <= asked[1] < size


@given(numbers, numbers, st.binary(max_size=1000))
def test_a_range_is_the_slice_it_names(first: int, last: int, content: bytes) -> None:
    asked = _range(f"bytes={first}-{last}", len(content))
    if last < first:
        assert asked is None
    else:
        assert asked is not None
        assert content[asked[0] : asked[1] + 1] == content[first : last + 1]


@given(st.integers(1, 1100), st.binary(max_size=1000))
def test_a_suffix_is_the_end_of_the_file(length: int, content: bytes) -> None:
    asked = _range(f"bytes=-{length}", len(content))
    assert asked is not None
    assert content[asked[0] : asked[1] + 1] == content[-length:]
