"""Names that configurations have called: dangers are refused, libraries are quiet, the rest is undecided."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.formats._config.targets import Judgment, judge_target

DANGEROUS = [
    "os.system",
    "builtins.eval",
    "eval",
    "subprocess.Popen",
    "torch.hub.load",
    "torch.load",
    "pydoc.locate",
    "hydra.utils.get_method",
    "shutil.rmtree",
    "torch.os.system",
    "numpy.f2py.subprocess.Popen",
    "transformers.utils.importlib.import_module",
    "asyncio.base_events.something_unlisted",
]
FINE = [
    "torch.nn.Linear",
    "torch.optim.AdamW",
    "nemo.collections.asr.modules.ConformerEncoder",
    "speechbrain.nnet.linear.Linear",
    "functools.partial",
    "collections.OrderedDict",
    "pathlib.Path",
    "logging.StreamHandler",
    "UNet",
]
UNKNOWN = [
    "transformers.AutoModel.from_pretrained",
    "my_project.models.Net",
    "${a}.system",
    "os.${b}",
    "",
    "a..b",
    "lightning.utilities.popen",
    "torch.distributed.launcher.api.launch_agent",
    "accelerate.load_checkpoint_and_dispatch",
    "torch.__spec__.x",
]


@pytest.mark.parametrize(
    ("path", "judgment"),
    [
        *((path, Judgment.DANGEROUS) for path in DANGEROUS),
        *((path, Judgment.FINE) for path in FINE),
        *((path, Judgment.UNKNOWN) for path in UNKNOWN),
    ],
)
def test_names_are_judged(path: str, judgment: Judgment) -> None:
    assert judge_target(path)[0] is judgment


@given(st.text(alphabet="aos.builteval_$", max_size=30))
def test_judging_is_total_and_gives_its_reason(path: str) -> None:
    judgment, why = judge_target(path)
    assert bool(why) == (judgment is not Judgment.FINE)
