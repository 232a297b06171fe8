from __future__ import annotations

import time

import pytest

from verifier.codebase.json import find


def test_keys_name_models() -> None:
    text = '{\n "base_model_name_or_path": "org/a",\n "revision": "v1",\n "x": [\n  {"model_id": "org/b"}]}'
    assert [(one.line, one.name, one.revision) for one in find(text)] == [(2, "org/a", "v1"), (5, "org/b", None)]


@pytest.mark.parametrize("text", ['{"_name_or_path": "org/a"}', '{"name": "a/b"}', '{"model_id": 3}', "[]"])
def test_other_values_are_none(text: str) -> None:
    assert list(find(text)) == []


@pytest.mark.parametrize("text", ['{"model_id": ', '{"model":' + "[" * 200_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(find(text))


def test_large_files_cost_little() -> None:
    text = '{"model_id": "org/a", "merges": [' + ",".join(f'"\\u0120{number} x"' for number in range(150_000)) + "]}"
    start = time.process_time()
    assert [one.name for one in find(text)] == ["org/a"]
    assert time.process_time() - start < 10
