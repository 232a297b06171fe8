"""Chat templates against each other."""

from __future__ import annotations

from tests.builders.dossiers import artifact, snapshot
from verifier.crosschecks import templates
from verifier.formats._templates.inspection import template_fact
from verifier.records import Dossier, Fact, Finding


def fact(file: str, text: str, name: str = "default") -> Fact:
    return template_fact(file, name, text, "json/1")


def check(*facts: Fact) -> list[Finding]:
    files = sorted({fact.evidence.artifact for fact in facts} | {"config.json"})
    return list(templates.check(Dossier(snapshot(*map(artifact, files)), facts=facts)))


def test_templates_that_differ_are_one_finding() -> None:
    (found,) = check(
        fact("chat_template.jinja", "{{ a }}"),
        fact("model.gguf", "{{ b }}"),
        fact("model-q4.gguf", "{{ b }}"),
        fact("tokenizer_config.json", "{{ c }}"),
    )
    assert found.rule == "template-disagreement"
    assert [place.artifact for place in found.evidence] == [
        "chat_template.jinja",
        "model.gguf",
        "tokenizer_config.json",
    ]
    assert found.message == (
        "The chat template default is not the same in chat_template.jinja and model.gguf: "
        "what the model is told depends on the program that loads it."
    )


def test_named_templates_are_held_against_those_of_their_name() -> None:
    (found,) = check(
        fact("tokenizer_config.json", "{{ a }}"),
        fact("tokenizer_config.json", "{{ b }}", "rag"),
        fact("additional_chat_templates/rag.jinja", "{{ c }}", "rag"),
        fact("additional_chat_templates/tool.jinja", "{{ d }}", "tool"),
    )
    assert "template rag " in found.message


def test_templates_that_agree_or_are_of_other_models_are_quiet() -> None:
    same = [fact("a/chat_template.jinja", "{{ a }}\n"), fact("a/tokenizer_config.json", "{{ a }}")]
    assert check(*same, fact("b/tokenizer_config.json", "{{ b }}")) == []


def test_templates_within_archives_are_left_out() -> None:
    inside = Fact("chat-template", ("default", "0" * 64), fact("a.zip!tokenizer_config.json", "{{ b }}").evidence)
    dossier = Dossier(snapshot(artifact("chat_template.jinja")), facts=(fact("chat_template.jinja", "{{ a }}"), inside))
    assert list(templates.check(dossier)) == []
