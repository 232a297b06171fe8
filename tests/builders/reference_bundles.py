"""Bundles that releases of the reference tool `model-signing` write over one small model.

The tool is no dependency: what it wrote stands in `tests/data/signatures/`, and is renewed release by release from an
environment of its own,

    python -m venv old && old/bin/pip install model-signing==1.1.1 pyOpenSSL
    old/bin/python -m tests.builders.reference_bundles tests/data/signatures

(releases before 1.1 need `"sigstore<4" "sigstore-protobuf-specs<0.4"` too). The first run makes keys and certificates;
private keys are not kept, so that all releases are renewed together: 0.2.0, 0.3.1, 1.0.1, 1.1.1.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ec

from tests.builders import certificates

FILES: Mapping[str, bytes] = {
    "README.md": b"# A model\n",
    "config.json": b'{"model_type": "bert"}\n',
    "empty.txt": b"",
    "weights/a:b.bin": b"named with a colon\n" * 3,
    "weights-more/shard.bin": b"weights\n" * 100,
}
"""The model, path to content; `a-b/` and `a/` sort one way by code points and another by parts of paths."""

CURVES = ("p256", "p384", "p521")
SHARD = 300


def lay_out(root: Path) -> None:
    """Writes the model below a folder."""
    for path, content in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


def main(target: Path) -> None:
    """Adds the bundles of the release that is installed to a folder."""
    release = version("model-signing")
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch, "model")
        lay_out(model)
        make = _make_0_2 if release.startswith("0.2.") else _make
        make(model, target, release)


def _make(model: Path, target: Path, release: str) -> None:
    from model_signing import hashing, signing

    def write(name: str, how: Any, where: Path = model, **key: Path) -> None:
        config = object.__new__(signing.Config).set_hashing_config(how)  # its constructor may ask the network
        method = config.use_certificate_signer if "signing_certificate" in key else config.use_elliptic_key_signer
        chain = {"certificate_chain": [_pki(target)["intermediate"]]} if "signing_certificate" in key else {}
        method(**key, **chain).sign(where, target / f"{release}-{name}.sig")

    def how() -> Any:
        return hashing.Config()

    if not release.startswith("0.3."):  # where signing with certificates fails
        leaf = _pki(target)
        write("certificate", how(), private_key=leaf["key"], signing_certificate=leaf["leaf"])
    if not release.startswith("1.1."):
        write("key", how(), private_key=_key(target, "p384"))
    else:
        for curve in CURVES:
            write(f"key-{curve}", how(), private_key=_key(target, curve))
        key = _key(target, "p256")
        for algorithm in ("blake2", "blake3"):
            write(f"{algorithm}", how().use_file_serialization(hashing_algorithm=algorithm), private_key=key)
        for algorithm in ("sha256", "blake2"):
            sharded = how().use_shard_serialization(hashing_algorithm=algorithm, shard_size=SHARD)
            write(f"shards-{algorithm}", sharded, private_key=key)
        write("ignoring", how().set_ignored_paths(paths=[model / "weights-more"]), private_key=key)
        write("one-file", how(), model / "config.json", private_key=key)


def _make_0_2(model: Path, target: Path, release: str) -> None:
    from model_signing.hashing import file, memory
    from model_signing.serialization import serialize_by_file
    from model_signing.signature import key, pki
    from model_signing.signing import in_toto, in_toto_signature

    leaf = _pki(target)
    signers = {
        "certificate": pki.PKISigner.from_path(leaf["key"], leaf["leaf"], [leaf["intermediate"]]),
        "key": key.ECKeySigner.from_path(_key(target, "p256")),
    }
    serializer = serialize_by_file.ManifestSerializer(lambda path: file.SimpleFileHasher(path, memory.SHA256()))
    payload = in_toto.DigestsIntotoPayload.from_manifest(serializer.serialize(model))
    for name, signer in signers.items():
        in_toto_signature.IntotoSigner(signer).sign(payload).write(target / f"{release}-{name}.sig")


def _key(target: Path, curve: str) -> Path:
    path = target / f"{curve}.key"
    if not path.exists():
        private = certificates.key(curve)
        path.write_bytes(certificates.private_pem(private))
        (target / f"{curve}.pub").write_text(certificates.public(private))
    return path


def _pki(target: Path) -> Mapping[str, Path]:
    """Leaf, intermediate and root, and the leaf's key, which is that of `p384`."""
    paths = {name: target / f"{name}.pem" for name in ("leaf", "intermediate", "root")}
    own = _key(target, "p384")
    if not paths["root"].exists():
        leaf = forms.load_pem_private_key(own.read_bytes(), None)
        assert isinstance(leaf, ec.EllipticCurvePrivateKey)
        root, between = certificates.key("p384", 1), certificates.key("p384", 2)
        made = {
            "root": certificates.certificate("root", root, "root", root, authority=True),
            "intermediate": certificates.certificate("intermediate", between, "root", root, authority=True),
            "leaf": certificates.certificate("models", leaf, "intermediate", between),
        }
        for name, one in made.items():
            paths[name].write_bytes(certificates.pem(one))
    return {**paths, "key": own}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
