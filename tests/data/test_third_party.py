"""Fragments of the files that popular packages write, as their picklers write them, and the same symbols misused."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable

import pytest
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    BatchEncoding,
    BertConfig,
    BertForSequenceClassification,
    GenerationConfig,
    PreTrainedTokenizerFast,
    TrainingArguments,
)
from transformers.trainer_utils import IntervalStrategy, SchedulerType
from transformers.training_args import OptimizerNames

from tests.builders.inspections import inspected, rules_of
from tests.builders.opcodes import call, mapping, name, pickled, text, value
from verifier.formats import pickle as pickle_format
from verifier.formats import torch_zip
from verifier.formats._pickle import INTENT, UNKNOWN, UNSAFE_CALL, UNSAFE_STATE

BUILD = b"b"
BLOB = b"C\x02ab"
BYTES = call("_codecs", "encode", "ab", "latin1")
EMPTY = call("collections", "OrderedDict")


def new(module: str, cls: str, *arguments: bytes | str | int) -> bytes:
    return name(module, cls) + value(arguments) + b"\x81"


def made(module: str, cls: str, state: dict[str, bytes] | None = None) -> bytes:
    """An instance without arguments, and its attributes."""
    return new(module, cls) + mapping(state or {}) + BUILD


def filled(maker: bytes, entries: dict[str, bytes]) -> bytes:
    """An object that is asked to take entries, as SETITEMS puts them."""
    return maker + b"(" + b"".join(text(key) + item for key, item in entries.items()) + b"u"


def judged(body: bytes) -> list[str]:
    return rules_of(inspected(pickle_format, pickled(body, 4)))


DEVICE = call("torch", "device", "cpu")
ONE = {"a": value(1)}
METADATA = made("omegaconf.base", "ContainerMetadata", {"ref_type": name("typing", "Any"), "flags": mapping({})})
NODE = made("omegaconf.nodes", "AnyNode", {"_metadata": made("omegaconf.base", "Metadata"), "_val": value(1)})
SPACE = made("gymnasium.spaces.box", "Box", {"low_repr": value("0"), "_shape": value((2,))})
DETECTION = {"model": made("ultralytics.nn.modules.block", "C2f"), "args": value(1)}
YACS = {"__immutable__": value(True), "__deprecated_keys__": call("builtins", "set", []), "__new_allowed__": value(0)}
STEMMER = made("nltk.stem.snowball", "EnglishStemmer")

GENUINE: dict[str, bytes] = {
    "accelerate": made(
        "accelerate.state",
        "PartialState",
        {"device": DEVICE, "distributed_type": call("accelerate.utils.dataclasses", "DistributedType", "NO")},
    ),
    "accelerate plugin": made("accelerate.utils.dataclasses", "GradientAccumulationPlugin", {"num_steps": value(1)}),
    "addict": filled(new("addict.addict", "Dict", value(("a", 1))), ONE) + b"q\x00h\x00" + BUILD,
    "catboost": made("catboost.core", "CatBoostClassifier", {"iterations": value(2), "__model": BLOB}),
    "datasets": made("datasets.splits", "NamedSplit", {"_name": value("train")}),
    "dateutil": call("dateutil.tz.tz", "tzoffset", "x", 3600) + call("dateutil.tz.tz", "tzutc") + b"\x86",
    "deepspeed": made("deepspeed.runtime.fp16.loss_scaler", "LossScaler", {"cur_scale": value(1)}),
    "deepspeed stage": call("deepspeed.runtime.zero.config", "ZeroStageEnum", 2),
    "detectron2": filled(new("detectron2.config.config", "CfgNode"), ONE) + mapping(YACS) + BUILD,
    "diffusers": filled(call("diffusers.configuration_utils", "FrozenDict"), ONE) + mapping(ONE) + BUILD,
    "easydict": filled(new("easydict", "EasyDict"), ONE) + mapping(ONE) + BUILD,
    "fairseq": made("fairseq.data.dictionary", "Dictionary", {"symbols": value(["<s>"]), "indices": mapping({})}),
    "flair": made("flair.data", "Dictionary", {"item2idx": mapping(ONE), "idx2item": value(["a"])}),
    "flair embeddings": made("flair.embeddings.token", "StackedEmbeddings", {"training": value(False)}),
    "gensim": made("gensim.models.keyedvectors", "KeyedVectors", {"vector_size": value(4), "vocab": mapping({})}),
    "gym": made("gym.spaces.discrete", "Discrete", {"n": value(2)}),
    "gymnasium": made("gymnasium.spaces.dict", "Dict", {"spaces": mapping({"a": SPACE})}),
    "keras": made("keras.src.legacy.preprocessing.text", "Tokenizer", {"num_words": value(None)}),
    "keras_preprocessing": made("keras_preprocessing.text", "Tokenizer", {"word_index": mapping({})}),
    "lightgbm": made("lightgbm.basic", "Booster", {"_handle": value("tree\n"), "params": mapping({})}),
    "lightgbm sklearn": made("lightgbm.sklearn", "LGBMClassifier", {"n_estimators": value(2)}),
    "lightning": filled(new("lightning.pytorch.utilities.parsing", "AttributeDict"), ONE),
    "lightning_fabric": filled(new("lightning_fabric.utilities.data", "AttributeDict"), ONE),
    "megatron": call("megatron.core.enums", "ModelType", 1),
    "ml_collections": made(
        "ml_collections.config_dict.config_dict",
        "ConfigDict",
        {"_fields": mapping(ONE), "_locked": value(False), "_type_safe": value(True)},
    ),
    "mmcv": filled(new("mmcv.utils.config", "ConfigDict", value(("a", 1))), ONE) + b"q\x00h\x00" + BUILD,
    "mmengine": made(
        "mmengine.logging.history_buffer",
        "HistoryBuffer",
        {
            "statistics_methods": mapping(
                {"min": b"\x8c\x1f" + b"mmengine.logging.history_buffer" + text("HistoryBuffer.min") + b"\x93"}
            )
        },
    ),
    "munch": filled(new("munch", "Munch"), ONE) + mapping(ONE) + BUILD,
    "nltk": made("nltk.tokenize.punkt", "PunktParameters", {"abbrev_types": call("builtins", "set", ["dr"])}),
    "nltk method": made(
        "nltk.stem.snowball",
        "SnowballStemmer",
        {"stemmer": STEMMER, "stem": call("builtins", "getattr", STEMMER, "stem")},
    ),
    "omegaconf": made(
        "omegaconf.dictconfig", "DictConfig", {"_metadata": METADATA, "_parent": b"N", "_content": mapping({"a": NODE})}
    ),
    "peft": made(
        "peft.tuners.lora.config",
        "LoraConfig",
        {"peft_type": call("peft.utils.peft_types", "PeftType", "LORA"), "r": value(8)},
    ),
    "PIL": new("PIL.Image", "Image") + b"](" + mapping({}) + value("L") + value((1, 2)) + b"N" + BLOB + b"e" + BUILD,
    "pyannote": made(
        "pyannote.audio.core.task",
        "Specifications",
        {"problem": call("pyannote.audio.core.task", "Problem", 1), "duration": value(5)},
    ),
    "pytorch_lightning": mapping({"a": name("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint")}),
    "pytz": call("pytz", "_UTC") + call("pytz", "_p", "Europe/Berlin", 3600, 0, "CET") + b"\x86",
    "sentence_transformers": made("sentence_transformers.models.Pooling", "Pooling", {"training": value(False)}),
    "speechbrain": made("speechbrain.processing.features", "InputNormalization", {"count": value(1)}),
    "stable_baselines3": new(
        "stable_baselines3.common.type_aliases",
        "TrainFreq",
        1,
        call("stable_baselines3.common.type_aliases", "TrainFrequencyUnit", "step"),
    ),
    "stable_baselines3 statistics": made("stable_baselines3.common.vec_env.vec_normalize", "VecNormalize"),
    "tensorflow": call("tensorflow.python.framework.dtypes", "as_dtype", "float32"),
    "timm": made("timm.models.layers.drop", "DropPath", {"drop_prob": value(0)}),
    "torch_geometric": made(
        "torch_geometric.data.data",
        "Data",
        {"_store": made("torch_geometric.data.storage", "GlobalStorage", {"_mapping": mapping({})})},
    ),
    "torchaudio": made("torchaudio.transforms._transforms", "MelSpectrogram", {"n_fft": value(400)}),
    "torchvision": made(
        "torchvision.transforms.transforms",
        "Resize",
        {"interpolation": call("torchvision.transforms.functional", "InterpolationMode", "bilinear")},
    ),
    "torchvision model": made("torchvision.models.resnet", "ResNet", {"_modules": EMPTY}),
    "trl": made("trl.trainer.sft_config", "SFTConfig", {"max_length": value(1024)}),
    "ultralytics": made("ultralytics.nn.tasks", "DetectionModel", DETECTION),
    "ultralytics, old": made("ultralytics.yolo.utils", "IterableSimpleNamespace", {"box": value(7)}),
    "xgboost": made("xgboost.core", "Booster", {"handle": call("builtins", "bytearray", BYTES), "best_score": b"N"}),
    "xgboost sklearn": made("xgboost.sklearn", "XGBClassifier", {"n_estimators": value(2)}),
    "yacs": filled(new("yacs.config", "CfgNode"), ONE) + mapping(YACS) + BUILD,
}


@pytest.mark.parametrize("fragment", GENUINE.values(), ids=GENUINE)
def test_what_packages_write_is_quiet(fragment: bytes) -> None:
    assert judged(fragment) == []


MISUSED_CALLS: dict[str, bytes] = {
    "accelerate": call("accelerate.utils.dataclasses", "DistributedType", 1),
    "addict": new("addict.addict", "Dict", "text"),
    "catboost": call("catboost.core", "CatBoostClassifier", "model.cbm"),
    "dateutil opens a file": call("dateutil.tz.tz", "tzfile", "/etc/passwd"),
    "flair": call("flair.data", "Dictionary", "x"),
    "lightgbm": call("lightgbm.basic", "Booster", "model.txt"),
    "mmengine": call("mmengine.config.config", "ConfigDict", "x"),
    "omegaconf": call("omegaconf.dictconfig", "DictConfig", "x"),
    "peft": call("peft.tuners.lora.config", "LoraConfig", "x"),
    "PIL": call("PIL.Image", "Image", "x"),
    "pytz": call("pytz", "_p", "../../etc/passwd"),
    "tensorflow": call("tensorflow.python.framework.dtypes", "as_dtype", 1),
    "tokenizers opens a file": new("tokenizers.models", "BPE", "vocab.json"),
    "torchvision": call("torchvision.models.resnet", "ResNet", "x"),
    "transformers": call("transformers.training_args", "TrainingArguments", "x"),
    "transformers enumeration": call("transformers.trainer_utils", "SchedulerType", 1),
    "xgboost": call("xgboost.core", "Booster", "x"),
    "yacs": call("yacs.config", "CfgNode", "x"),
    "zoneinfo": call("zoneinfo", "ZoneInfo._unpickle", "../x", 1),
}


@pytest.mark.parametrize("fragment", MISUSED_CALLS.values(), ids=MISUSED_CALLS)
def test_calls_that_no_pickler_writes_are_unsafe(fragment: bytes) -> None:
    assert judged(fragment) == [UNSAFE_CALL]


MISUSED_STATES: dict[str, bytes] = {
    "a handle that is an address (lightgbm)": made("lightgbm.basic", "Booster", {"_handle": value(1 << 40)}),
    "a handle that is an address (xgboost)": made("xgboost.core", "Booster", {"handle": value(1 << 40)}),
    "a hook among entries (easydict)": filled(new("easydict", "EasyDict"), {"__setstate__": name("torch", "Tensor")}),
    "a hook among entries (yacs)": filled(new("yacs.config", "CfgNode"), {"__class__": name("torch", "Tensor")}),
    "a key that is computed (munch)": new("munch", "Munch") + BYTES + value(1) + b"s",
    "a list (transformers)": new("transformers.training_args", "TrainingArguments") + value([1]) + BUILD,
    "a text (tokenizers)": new("tokenizers", "AddedToken") + value("x") + BUILD,
    "no metadata (omegaconf)": made("omegaconf.listconfig", "ListConfig", {"_metadata": value(1)}),
    "elements of an instance (peft)": new("peft.tuners.lora.config", "LoraConfig") + value(1) + b"a",
}


@pytest.mark.parametrize("fragment", MISUSED_STATES.values(), ids=MISUSED_STATES)
def test_states_that_no_pickler_writes_are_unsafe(fragment: bytes) -> None:
    assert judged(fragment) == [UNSAFE_STATE]


LEFT_OUT = [
    ("flair.embeddings.transformer", "TransformerWordEmbeddings"),  # __setstate__ loads a model by its name
    ("keras.src.models.model", "Model._unpickle_model"),  # loads a model
    ("lightgbm.basic", "Dataset"),  # __del__ frees what its state calls a handle
    ("ml_collections.config_dict.config_dict", "FieldReference"),  # calls what it holds when it is read
    ("mmengine.config.lazy", "LazyObject"),  # imports by name
    ("PIL.ImageFont", "FreeTypeFont"),  # __setstate__ opens a font
    ("stable_baselines3.common.vec_env.base_vec_env", "CloudpickleWrapper"),  # __setstate__ loads a pickle
    ("transformers.models.xlm.tokenization_xlm", "XLMTokenizer"),  # __setstate__ imports
]


@pytest.mark.parametrize(("module", "cls"), LEFT_OUT, ids=[cls for _, cls in LEFT_OUT])
def test_what_opens_imports_or_calls_stays_undecided(module: str, cls: str) -> None:
    assert set(judged(made(module, cls))) <= {UNKNOWN, INTENT}
    assert judged(made(module, cls))


def tokenizer() -> Tokenizer:
    made_up = Tokenizer(models.WordPiece({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    made_up.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Replace("b", "a")])
    made_up.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Split("a", "removed")])
    made_up.post_processor = processors.BertProcessing(("a", 0), ("a", 0))
    made_up.decoder = decoders.WordPiece()
    return made_up


def arguments() -> TrainingArguments:
    """Training arguments as the Trainer saves them; their __init__ wants packages that need not be installed."""
    bare: TrainingArguments = object.__new__(TrainingArguments)
    bare.output_dir = "out"
    bare.lr_scheduler_type = SchedulerType.LINEAR
    bare.optim = OptimizerNames.ADAMW_TORCH
    bare.eval_strategy = IntervalStrategy.NO
    return bare


OBJECTS: dict[str, Callable[[], object]] = {
    "TrainingArguments": arguments,
    "Tokenizer": tokenizer,
    "parts of a tokenizer": lambda: [
        AddedToken("x"),
        models.BPE({"a": 0}, []),
        pre_tokenizers.CharDelimiterSplit("x"),
        processors.RobertaProcessing(("a", 0), ("a", 0)),
        tokenizer().encode("a"),
    ],
    "PreTrainedTokenizerFast": lambda: PreTrainedTokenizerFast(tokenizer_object=tokenizer()),  # type: ignore[no-untyped-call]
    "BatchEncoding": lambda: BatchEncoding({"input_ids": torch.zeros(1)}, encoding=tokenizer().encode("a")),
    "BertConfig": BertConfig,
    "GenerationConfig": GenerationConfig,
    "BertForSequenceClassification": lambda: BertForSequenceClassification(
        BertConfig(vocab_size=9, hidden_size=4, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4)
    ),
}


@pytest.mark.parametrize("make", OBJECTS.values(), ids=OBJECTS)
def test_what_transformers_and_tokenizers_pickle_is_quiet(make: Callable[[], object]) -> None:
    thing = make()
    file = io.BytesIO()
    torch.save(thing, file)
    assert rules_of(inspected(torch_zip, file.getvalue())) == []
    for protocol in (4, 5):
        assert rules_of(inspected(pickle_format, pickle.dumps(thing, protocol))) == []
