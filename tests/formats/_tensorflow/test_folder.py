"""A SavedModel as TensorFlow writes it is accepted as a whole, and not where one of its files does more."""

from __future__ import annotations

from pathlib import Path

from tests.builders.bundles import index_bytes
from tests.builders.graphs import graph_bytes, keras_metadata, node, saved_model
from tests.builders.protobufs import block, number
from verifier import Outcome, Verdict, verify_model

LAYER = '{"class_name": "Lambda", "config": {"function": ["4wEAAAAAAAAA", null, null], "function_type": "lambda"}}'


def verified(folder: Path, **changed: bytes) -> Verdict:
    """The verdict on a SavedModel, with files changed by the first part of their names."""
    files = {
        "saved_model.pb": graph_bytes(),
        "keras_metadata.pb": keras_metadata('{"class_name": "Dense", "config": {"units": 4}}'),
        "fingerprint.pb": number(1, 7) + block(7, "uuid"),
        "variables/variables.index": index_bytes(),
        "variables/variables.data-00000-of-00001": b"x" * 24,
        "assets/vocab.txt": b"a\nb\n",
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(changed.get(path.name.partition(".")[0], content))
    return verify_model(str(folder))


def test_a_saved_model_is_accepted_whole(tmp_path: Path) -> None:
    verdict = verified(tmp_path)
    assert verdict.outcome is Outcome.ACCEPTED, verdict.decisions


def test_one_node_is_enough(tmp_path: Path) -> None:
    assert verified(tmp_path, saved_model=saved_model(node("ReadFile"))).outcome is Outcome.REJECTED


def test_one_layer_is_enough(tmp_path: Path) -> None:
    assert verified(tmp_path, keras_metadata=keras_metadata(LAYER)).outcome is Outcome.REJECTED
