"""What organizations ask for, as policies: each with a model that passes and one that does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from verifier.policy import combined, load, ordered, outcome_of, parse
from verifier.policy.fixtures import expectations

TODAY = date(2026, 6, 1)
OURS = 'model = { id = "our-org/classifier" }'
LLAMA = 'model = { id = "meta-llama/Llama-3.1-8B" }'

REQUIREMENTS = {
    "only safetensors": (
        '[formats]\nallow = ["safetensors", "json", "text"]',
        'files = [{ path = "a.safetensors" }, { path = "config.json", formats = ["json"] }]',
        'files = [{ path = "model.bin", formats = ["pickle", "torch-zip"] }]',
        "rejected: deny formats.allow",
    ),
    "no pickles of any kind, even in archives": (
        '[formats]\ndeny = ["pickle", "joblib", "torch-zip", "torch-legacy"]',
        'files = [{ path = "a.onnx", formats = ["onnx"] }]',
        'files = [{ path = "model.joblib", formats = ["joblib"] }]',
        "rejected: deny formats.deny",
    ),
    "only from our organization and meta-llama": (
        '[sources]\norganizations = ["our-org", "meta-llama"]',
        LLAMA,
        'model = { id = "meta-1lama/Llama-3.1-8B" }',
        "rejected: deny sources.organizations",
    ),
    "only from the hub, at a named commit": (
        '[sources]\nkinds = ["hub", "cache"]\npinned = true',
        "model = { pinned = true }",
        "model = { pinned = false }",
        "rejected: deny sources.pinned",
    ),
    "only from the company's mirror of the hub": (
        '[sources]\nkinds = ["hub"]\nhubs = ["https://hub.corp.example"]',
        'model = { hub = "https://hub.corp.example/" }',
        'model = { hub = "https://huggingface.co" }',
        "rejected: deny sources.hubs",
    ),
    "nothing that could be taken for a vendor we use": (
        '[sources]\nnames = ["meta-llama", "mistralai", "bert-base-uncased"]',
        'model = { id = "mistralai/Mistral-7B" }',
        'model = { id = "rnistralai/Mistral-7B" }',
        "rejected: deny sources.names",
    ),
    "license Apache or MIT only": (
        '[card]\nlicenses = ["Apache-2.0", "MIT"]\nmissing = "deny"',
        'card = { license = "apache-2.0" }',
        'card = { license = "cc-by-nc-4.0" }',
        "rejected: deny card.licenses",
    ),
    "license Apache or MIT only, of the base model too": (
        '[card]\nlicenses = ["Apache-2.0", "MIT"]\nlineage = true',
        (
            'card = { license = "mit", base-model = "org/base" }\n'
            'links = [{ target = "org/base", license = "apache-2.0" }]'
        ),
        'card = { license = "mit", base-model = "org/base" }\nlinks = [{ target = "org/base", license = "llama3.1" }]',
        "rejected: deny card.lineage",
    ),
    "terms of base models are passed on, whatever they are": (
        "[card]\nlineage = true",
        'card = { license = "llama3.1" }\nlinks = [{ target = "meta-llama/x", license = "llama3.1" }]',
        'card = { license = "apache-2.0" }\nlinks = [{ target = "meta-llama/x", license = "llama3.1" }]',
        "rejected: deny card.lineage",
    ),
    "the vendor's own license, by name": (
        '[card]\nlicenses = ["Apache-2.0"]\nlicense-names = ["nvidia-open-model-license"]',
        'card = { license = "other", license-name = "nvidia-open-model-license" }',
        'card = { license = "other" }',
        "rejected: deny card.licenses",
    ),
    "a card with license, language and data": (
        '[card]\nrequire = ["license", "language", "datasets"]\nmissing = "deny"',
        'card = { license = "mit", language = "de", datasets = ["org/a", "org/b"] }',
        'card = { license = "mit" }',
        "rejected: deny card.require",
    ),
    "no code of repositories, ever": (
        '[code]\nremote = "deny"\nexecutables = "deny"',
        'files = [{ path = "a.safetensors" }]',
        'findings = [{ rule = "code-runs-on-load", file = "modeling.py" }]',
        "rejected: deny code.remote",
    ),
    "remote code only from these repositories": (
        '[code]\nremote-from = ["our-org/*", "nomic-ai/nomic-bert-2048"]',
        f'{OURS}\nfindings = [{{ rule = "code-runs-on-load", file = "modeling.py" }}]',
        (
            f'{OURS}\nfindings = [{{ rule = "config-remote-code", file = "config.json" }}]\n'
            'links = [{ target = "somebody/else", kind = "loads-code" }]'
        ),
        "rejected: deny code.remote-from",
    ),
    "nothing is left undecided in CI": (
        '[coverage]\nundecided = "deny"',
        'findings = [{ rule = "card-malformed" }]',
        'gaps = [{ file = "model.safetensors", state = "limit-hit" }]',
        "rejected: deny coverage.limit-hit",
    ),
    "a finding is accepted for one model until a day": (
        (
            '[[waive]]\nrule = "pickle-unsafe-call"\nmodel = "our-org/classifier"\n'
            'reason = "CVE-2025-1 does not reach us: see TICKET-7"\nowner = "ana"\nexpires = 2026-09-30'
        ),
        f'{OURS}\nfindings = [{{ rule = "pickle-unsafe-call", file = "model.safetensors" }}]',
        f'{LLAMA}\nfindings = [{{ rule = "pickle-unsafe-call", file = "model.safetensors" }}]',
        "rejected: deny severity.high",
    ),
    "that acceptance ends": (
        (
            '[[waive]]\nrule = "pickle-unsafe-call"\nmodel = "our-org/*"\n'
            'reason = "CVE-2025-1"\nowner = "ana"\nexpires = 2026-09-30'
        ),
        f'{OURS}\ntoday = 2026-09-30\nfindings = [{{ rule = "pickle-unsafe-call" }}]',
        f'{OURS}\ntoday = 2026-10-01\nfindings = [{{ rule = "pickle-unsafe-call" }}]',
        "rejected: deny severity.high, note severity.low",
    ),
    "exactly this file, whatever it is called": (
        (
            f'[[waive]]\nrule = "coverage.unknown-format"\ndigest = "{"a" * 64}"\n'
            'reason = "read by hand"\nowner = "ana"\nexpires = 2026-09-30'
        ),
        (
            f'files = [{{ path = "x.dat", sha256 = "{"a" * 64}" }}, {{ path = "b.safetensors" }}]\n'
            'gaps = [{ file = "x.dat", state = "unknown-format" }]'
        ),
        (
            f'files = [{{ path = "x.dat", sha256 = "{"b" * 64}" }}, {{ path = "b.safetensors" }}]\n'
            'gaps = [{ file = "x.dat", state = "unknown-format" }]'
        ),
        "undecided: undecided coverage.unknown-format",
    ),
    "an internal library's class is known here": (
        '[symbols."ourlib.Net"]\nuses = ["new()"]\nreason = "plain attributes"\nowner = "ana"',
        "findings = []",
        'findings = [{ rule = "pickle-unknown-symbol", file = "model.safetensors" }]',
        "undecided: undecided severity.medium",
    ),
    "secrets in repositories block, loose requirements do not": (
        '[rules]\nsecret-in-repository = "deny"\nrequirement-unpinned = "allow"',
        'findings = [{ rule = "requirement-unpinned" }]',
        'findings = [{ rule = "secret-in-repository" }]',
        "rejected: deny rules.secret-in-repository",
    ),
    "no file over two gigabytes, and at most a billion parameters": (
        (
            '[[rule]]\nid = "small-files"\nassert = "files.all(f, f.size <= 2000000000)"\nmessage = "Too large."\n'
            '[[rule]]\nid = "small-models"\nwhen = "facts.exists(f, f.kind == \'parameter-count\')"\n'
            "assert = \"facts.all(f, f.kind != 'parameter-count' || int(f.value) <= 1000000000)\"\n"
            'message = "It has more than a billion parameters."'
        ),
        'facts = [{ kind = "parameter-count", value = "22713216" }]',
        'facts = [{ kind = "parameter-count", value = "8030261248" }]',
        "rejected: deny rule.small-models, allow rule.small-files",
    ),
    "models for German or English only, as their cards say": (
        (
            '[[rule]]\nid = "languages"\nlevel = "undecided"\nmessage = "The card names neither German nor English."\n'
            'assert = \'\'\'\n  "language" in card &&\n  card["language"].exists(l, l in ["de", "en"])\n\'\'\''
        ),
        'card = { language = ["fr", "de"] }',
        'card = { language = "zh" }',
        "undecided: undecided rule.languages",
    ),
    "what runs offline is inspected whole": (
        'extends = "airgapped"',
        'model = { id = "/models/x", kind = "folder" }',
        'model = { id = "/models/x", kind = "folder" }\ngaps = [{ file = "model.safetensors", state = "partial" }]',
        "rejected: deny coverage.partial",
    ),
    "what fine-tuning starts from": (
        'extends = "finetune"',
        'model = { id = "org/base", pinned = true }\ncard = { license = "mit", pipeline-tag = "fill-mask" }',
        'model = { id = "org/base", pinned = true }\ncard = { license = "mit" }',
        "rejected: deny card.require",
    ),
    "our policy on top of the strict one": (
        'extends = "strict"\n[card]\nrequire = []\n[sources]\norganizations = ["our-org"]',
        f"{OURS}",
        'model = { id = "our-org/classifier", pinned = false }',
        "rejected: deny sources.pinned, allow sources.organizations",
    ),
}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_a_requirement_is_a_policy(name: str) -> None:
    text, passes, fails, expected = REQUIREMENTS[name]
    outcome, _, decisions = expected.partition(": ")
    policy = parse(f"version = 1\n{text}".encode(), "ours.toml", today=TODAY)
    cases = (
        f'[[case]]\nname = "passes"\noutcome = "accepted"\n{passes}\n'
        f'[[case]]\nname = "fails"\noutcome = "{outcome}"\ndecisions = {decisions.split(", ")}\n{fails}\n'
    )
    for case in expectations(cases.encode(), "cases.toml", TODAY):
        made = ordered(policy, case.case)
        assert outcome_of(made) is case.outcome, (case.name, made)
        assert {*case.decisions} <= {(decision.level.value, decision.clause) for decision in made}


def test_of_several_policies_all_must_accept(tmp_path: Path) -> None:
    ours = parse(b'version = 1\nname = "ours"\n[card]\nrequire = ["license"]', "ours.toml")
    (case,) = expectations(b'[[case]]\noutcome = "accepted"\ncard = { license = "mit" }', "c.toml", TODAY)
    assert outcome_of(ordered(combined([load("default"), ours]), case.case)) is case.outcome
    (case,) = expectations(b'[[case]]\noutcome = "undecided"', "c.toml", TODAY)
    both = [combined([load("default"), ours]), combined([ours, load("default"), ours])]
    assert both[0] == both[1]
    assert both[0].identity.name == "default + ours"
    assert [decision.clause for decision in ordered(both[0], case.case)] == ["ours: card.require"]
    assert outcome_of(ordered(both[0], case.case)) is case.outcome
