"""Secrets by their exact forms, masked; examples and ordinary words are none."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.inspections import inspected, only, rules_of
from verifier.formats import json, notebook, python, script, text, yaml
from verifier.formats._secrets.search import find_secrets
from verifier.records import Artifact, Finding

SECRET = "secret-in-repository"


def noise(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(random.Random(length).choices(alphabet, k=length))


PEM = f"-----BEGIN RSA {'PRIVATE'} KEY-----\n{noise(64)}\n{noise(64)}\n-----END RSA {'PRIVATE'} KEY-----\n"
SECRETS = {
    "hub": "token: hf" + "_" + noise(34, string.ascii_letters),
    "GitHub": "ghp" + "_" + noise(36),
    "GitHub, fine-grained": "github" + "_pat_" + noise(22) + "_" + noise(59),
    "OpenAI": "sk" + "-" + noise(20) + "T3Blbk" + "FJ" + noise(20),
    "AWS": "aws_access_key_id = AKIA" + noise(16, string.ascii_uppercase) + "\naws_secret_access_key = " + noise(40),
    "private key": PEM,
    "private key in JSON": PEM.replace("\n", "\\n"),
}
NOT_SECRETS = [
    "hf_" + "x" * 34,
    "hf_xet, hf_transfer and hf_olmo_for_causal_language_models",
    "ghp_" + "0" * 36,
    "sk-learn and sk-" + "a" * 48,
    "AK" + "IAIOSFODNN7EXAMPLE",
    noise(40),
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "-----BEGIN PUBLIC KEY-----\n" + noise(64),
]


@pytest.mark.parametrize("what", SECRETS)
def test_secrets_are_found_and_masked(what: str) -> None:
    raw = SECRETS[what].encode()
    (finding,) = find_secrets(Artifact("a", len(raw)), raw, "text/1")
    assert finding.rule == SECRET
    assert noise(34, string.ascii_letters)[6:] not in finding.message + finding.evidence[0].what
    assert noise(40)[5:] not in finding.message + finding.evidence[0].what


@pytest.mark.parametrize("what", NOT_SECRETS)
def test_examples_and_words_are_none(what: str) -> None:
    assert list(find_secrets(Artifact("a", 1), what.encode(), "text/1")) == []


def test_formats_of_text_look_for_them() -> None:
    token = SECRETS["GitHub"]
    for module, name, content in (
        (text, "README.md", f"use {token}"),
        (json, "config.json", f'{{"token": "{token}"}}'),
        (yaml, "config.yaml", f"token: {token}\n"),
        (script, "a.py.sh", f"export TOKEN={token}\n"),
        (notebook, "a.ipynb", f'{{"cells": [{{"cell_type": "code", "source": "login({token!r})"}}]}}'),
        (python, "a.py", f"TOKEN = '{token}'\n"),
    ):
        records = inspected(module, content.encode(), name)
        assert rules_of(records) == [SECRET]
        assert all(token not in str(finding) for finding in only(records, Finding))


@given(st.binary(max_size=200))
def test_searching_is_total(raw: bytes) -> None:
    assert len(list(find_secrets(Artifact("a", len(raw)), raw, "text/1"))) <= 1
