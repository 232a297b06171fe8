"""Keys and expressions by which configurations act, in whatever they are written."""

from __future__ import annotations

import pytest

from verifier.formats._config.loading import expression, loading
from verifier.formats._json import Json


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ({"_target_": "os.system"}, ["config-dangerous-target"]),
        ({"_target_": "somewhere.Net"}, ["config-unknown-target"]),
        ({"_target_": "torch.nn.Linear"}, []),
        ({"_target_": ["os.system"]}, []),
        ({"py/function": "os.system"}, ["config-dangerous-target"]),
        ({"py/object": "subprocess.Popen"}, ["config-dangerous-target"]),
        ({"py/repr": "os/os.system('x')"}, ["config-dangerous-target"]),
        ({"py/tuple": ["os.system"]}, []),
        ({"class_path": "os.system", "init_args": {}}, ["config-dangerous-target"]),
        ({"class_path": "lightning.pytorch.callbacks.ModelCheckpoint"}, []),
        ({"class_path": "/opt/lib.jar"}, []),
        ({"_instantiator": "somewhere.make"}, ["config-unknown-target"]),
        ({"_instantiator": "lightning.pytorch.cli.instantiate_module"}, []),
        ({"custom_imports": {"imports": ["somewhere.evil", "mmpretrain.models"]}}, ["config-unknown-target"]),
        ({"custom_imports": {"imports": "somewhere"}}, ["config-unknown-target"]),
        ({"custom_imports": ["somewhere"]}, []),
        ({"target": "os.system", "eval": "x"}, []),
    ],
)
def test_keys_that_call(value: dict[str, Json], rules: list[str]) -> None:
    assert [seen.rule for seen in loading(value)] == rules


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("$import os", "config-expression"),
        ("$torch.device('cuda' if torch.cuda.is_available() else 'cpu')", "config-expression"),
        ("$@network.to(@device)", "config-expression"),
        ("$not (", "config-expression"),
        ("$__import__('os').system('true')", "config-dangerous-expression"),
        ("$eval('1')", "config-dangerous-expression"),
        ("$getattr(__import__('o'+'s'), 'sys' + 'tem')('true')", "config-dangerous-expression"),
    ],
)
def test_expressions_that_are_evaluated(text: str, rule: str) -> None:
    assert [seen.rule for seen in expression("$", text)] == [rule]
