"""spaCy's configurations: what spaCy itself registers is quiet, what others register is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.inspections import inspected, only, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import spacy as module
from verifier.records import CoverageState, Finding

MODULE: FormatModule = module
CLEAN = [CoverageState.INSPECTED]

GENUINE = """[paths]
train = null
vectors = "en_core_web_lg"

[system]
seed = 0

[nlp]
lang = "en"
pipeline = ["tok2vec","tagger","parser","ner"]
before_creation = null
tokenizer = {"@tokenizers":"spacy.Tokenizer.v1"}

[components.ner]
factory = "ner"
scorer = {"@scorers":"spacy.ner_scorer.v1"}

[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"

[components.transformer]
factory = "transformer"
annotation_setter = {"@annotation_setters":"spacy-transformers.null_annotation_setter.v1"}

[training.batcher.size]
@schedules = "compounding.v1"
start = 100

[training.optimizer]
@optimizers = "Adam.v1"

[training.score_weights]
factory = 1.0

[initialize.before_init]
@callbacks = "spacy.copy_from_base_model.v1"
tokenizer = ${paths.vectors}
"""

FOREIGN = [
    '[initialize]\nbefore_init = {"@callbacks":"evil.cb"}',
    '[initialize.before_init]\n@callbacks = "evil.setup.v1"',
    "[initialize.before_init]\n@callbacks: evil.setup.v1",
    '[initialize.before_init]\n@callbacks =\n  "evil.setup.v1"',
    '[nlp]\ntokenizer = {"x": [{"\\u0040tokenizers":\n  "evil.Tokenizer"}]}',
    '[components.x]\nfactory = "evil"',
    '[components.ner.model]\n@architectures = "spacy.${paths.evil}.v1"',
    '[training.optimizer]\n@optimizers = "Evil.v1"',
]


def test_what_spacy_registers_is_quiet() -> None:
    assert candidates(probe(GENUINE.encode(), "config.cfg")) == (MODULE,)
    records = inspected(MODULE, GENUINE.encode(), "config.cfg")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)


@pytest.mark.parametrize("text", FOREIGN)
def test_what_others_register_is_undecided(text: str) -> None:
    records = inspected(MODULE, text.encode(), "config.cfg")
    assert (rules_of(records), states_of(records)) == (["config-unknown-target"], CLEAN)


def test_places_are_told_by_line() -> None:
    (finding,) = only(inspected(MODULE, "\n\n".join(FOREIGN).encode(), "config.cfg"), Finding)
    assert finding.evidence[0].what == "line 2: @callbacks = evil.cb"
    assert "and 7 more" in finding.message


@pytest.mark.parametrize("text", ["[metadata]\nname = x\n", "", "\0[nlp]\n"])
def test_other_configurations_are_not_spacys(text: str) -> None:
    assert MODULE not in candidates(probe(text.encode(), "setup.cfg"))


def test_bytes_are_no_configuration() -> None:
    assert states_of(inspected(MODULE, b"[nlp]\n\0", "config.cfg")) == [CoverageState.UNKNOWN]


@given(
    st.lists(st.sampled_from(["[nlp]", "\n", " ", "@x", "=", ":", "{", '"', "}", "a.b.v1", "[", "]", "factory", ";"]))
)
def test_any_text_ends_in_coverage(pieces: list[str]) -> None:
    assert states_of(inspected(MODULE, "".join(pieces).encode(), "config.cfg")) == CLEAN
