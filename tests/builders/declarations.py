"""Declarations of behavior, as their authors write them."""

from __future__ import annotations

from verifier.records.declaration import Declaration

DIGEST = "ab" * 32

BEHAVIOR = f"""\
behavior: 1
subject: {{sha256: {{model.safetensors: "{DIGEST}"}}}}
regime: {{dtype: f32, runtime: [torch, onnxruntime], entry: sentence-embedding}}
claims:
  parameters: 22713216
  max_input: {{advertised: 256, trained: 128, unit: tokens}}
  languages: [en, no]
  output: {{unit_norm: true, dim: 384, id: "007"}}
golden:
  - id: g1
    inputs: {{file: golden/in.jsonl, sha256: "{DIGEST}"}}
    outputs: {{file: golden/out.npy, sha256: "{DIGEST}"}}
    kind: vector
    tolerance: {{abs: 1.0e-5}}
    covers: {{tokens: 412}}
metrics:
  - id: sts16
    data: {{name: mteb/sts16-sts, split: test, revision: 4d8694f, n: 1186, sha256: "{DIGEST}"}}
    recipe: {{harness: builtin/sts@1, arguments: {{pooling: mean, max_input: 256}}}}
    metric: spearman
    value: 0.789895
    tolerance: {{abs: 1.0e-3}}
    interval: {{level: 0.95, lower: 0.78, upper: 0.8}}
    per_item: {{file: preds/sts16.npy, sha256: "{DIGEST}"}}
controls:
  - {{risk: poisoning, control: "training data digests signed", evidence: attestation.json}}
  - {{risk: misuse, control: none-declared}}
not_for: [medical triage]
of_a_later_version: {{ignored: true}}
"""


def card(behavior: str = BEHAVIOR, spelling: str = "behavior") -> str:
    """A model card whose front matter declares behavior."""
    indented = "".join(f"  {line}\n" for line in behavior.splitlines())
    return f"---\nlicense: mit\n{spelling}:\n{indented}---\n# A model\n"


def only(found: list[object]) -> Declaration:
    """The one declaration among what was found."""
    (declared,) = (one for one in found if isinstance(one, Declaration))
    return declared
