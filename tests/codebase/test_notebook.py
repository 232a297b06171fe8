from __future__ import annotations

import json

import pytest

from verifier.codebase.notebook import find


def notebook(*cells: object) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}, indent=1)


def test_cells_and_their_commands_name_models() -> None:
    text = notebook(
        ["!hf download org/magic\n", "%pip install x\n", "from transformers import AutoModel\n", 'M = "org/é"\n'],
        'AutoModel.from_pretrained("org/a")\nx = !hf download org/b',
        "%%bash\nvllm serve org/cell",
        "%%html\n<b>hf download org/no</b>",
    )
    lines = text.split("\n")
    found = [(one.name, lines[one.line - 1]) for one in find(text)]
    assert sorted(name for name, _ in found) == ["org/a", "org/b", "org/cell", "org/magic"]
    assert all(name in line for name, line in found)
    assert all(one.edit is None for one in find(text))


@pytest.mark.parametrize("text", ["[]", '{"cells": 3}', '{"cells": [3, {"cell_type": "markdown", "source": "x"}]}'])
def test_others_name_none(text: str) -> None:
    assert list(find(text)) == []


@pytest.mark.parametrize("text", ["{", notebook("from transformers import (")])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(find(text))
