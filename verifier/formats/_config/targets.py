"""Dotted names that a configuration has called or imported, held against the registry of symbols.

Hydra calls what `_target_` names, with arguments from the configuration (hydra/_internal/instantiate, CVE-2025-23304);
HyperPyYAML what `!new:`, `!name:` and `!apply:` name; jsonpickle what `py/object` and its kin name.
"""

from __future__ import annotations

import re
from enum import StrEnum

from verifier.data import package

_LIBRARY_NAMES = (
    "accelerate albumentations audiocraft bitsandbytes composer datasets deepspeed detectron2 diffusers einops "
    "espnet espnet2 fairseq flax gluonts gymnasium huggingface_hub hydra jax kornia lerobot lightning "
    "lightning_fabric litgpt mlflow mmcv mmdet mmengine mmpretrain mmseg monai nemo numpy omegaconf open_clip "
    "optax pandas peft pyannote pytorch_lightning rfdetr sam2 scipy segmentation_models_pytorch "
    "sentence_transformers sklearn speechbrain stable_baselines3 tensorflow timm tokenizers torch "
    "torch_geometric torchaudio torchmetrics torchtune torchvision transformers trl uni2ts ultralytics wandb "
    "xgboost"
)

LIBRARIES = frozenset(_LIBRARY_NAMES.split())
"""Packages whose classes configurations of genuine models name."""

_MODULE_NAMES = (
    "__builtins__ __globals__ builtins ctypes ftplib importlib marshal nt os pickle popen2 posix pty runpy "
    "shutil socket subprocess sys urllib webbrowser"
)

_REACHING = frozenset(_MODULE_NAMES.split())
"""Modules that stand in no path to a library's class, but can be walked to through what a library imports."""

_FUNCTION_NAMES = (
    "call check_call check_output eval exec execute getoutput import_module load_module locate popen rmtree "
    "spawn system unlink urlopen urlretrieve"
)

_ACTING = frozenset(_FUNCTION_NAMES.split())
"""Names of functions that do what no model needs, wherever they stand."""

_ACTING_WORDS = frozenset({"download", "exec", "execute", "import", "launch", "load", "run", "shell", "spawn"})
"""Words that make a function of a library, which nobody listed, one of that kind: `load_checkpoint`, `launch_agent`."""

_BUILTIN_DANGERS = frozenset({"eval", "exec", "compile", "__import__", "open", "getattr", "setattr", "breakpoint"})
_PATH = re.compile(r"[A-Za-z_][\w]*(\.[A-Za-z_][\w]*)*")


class Judgment(StrEnum):
    """What becomes of a name."""

    FINE = "fine"
    UNKNOWN = "unknown"
    DANGEROUS = "dangerous"


def judge_target(path: str) -> tuple[Judgment, str]:
    """What calling a dotted name would mean, and why in a few words; one without a dot is the loader's own."""
    if not _PATH.fullmatch(path):
        return Judgment.UNKNOWN, "is no plain name"
    parts = path.split(".")
    if len(parts) == 1:
        dangerous = path in _BUILTIN_DANGERS
        return (Judgment.DANGEROUS, "runs code") if dangerous else (Judgment.FINE, "")
    walked = sorted(_REACHING.intersection(parts[1:-1]))
    if walked:
        return Judgment.DANGEROUS, f"walks to {walked[0]} through a library"
    return _registered(parts)


def _registered(parts: list[str]) -> tuple[Judgment, str]:
    registry = package(parts[0])
    module, name = ".".join(parts[:-1]), parts[-1]
    if registry is not None:
        if name == "from_pretrained" and parts[0] in LIBRARIES:
            return Judgment.UNKNOWN, "loads another model"
        if gain := registry.danger(registry.relative(module, name)):
            return Judgment.DANGEROUS, gain
        if registry.symbol(module, name) is not None or parts[0] == "logging":
            return Judgment.FINE, ""
    return _unlisted(parts)


def _unlisted(parts: list[str]) -> tuple[Judgment, str]:
    registry = package(parts[0])
    if (
        parts[-1] in _ACTING
        or _ACTING_WORDS.intersection(parts[-1].split("_"))
        or any(part.startswith("__") for part in parts)
    ):
        return Judgment.UNKNOWN, "is named as what runs or fetches things"
    if parts[0] in LIBRARIES:
        return Judgment.FINE, ""
    if registry is not None and registry.closed:
        return Judgment.DANGEROUS, "is nothing that a model needs of that package"
    return Judgment.UNKNOWN, "nobody has reviewed"
