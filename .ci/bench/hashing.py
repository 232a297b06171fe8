"""Start-up and hashing: programs that do the same, and the floor that the hash sets."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measuring import Cost, Row, best, environment, process, tell

from verifier import sources

SHARD_BYTES = int(os.environ.get("BENCH_SHARD_MB", "500")) * 1_000_000
VERIFY = "import sys, verifier; sys.exit(verifier.verify_model(sys.argv[1]).outcome != 'accepted')"


def startup(_: Path) -> list[Row]:
    """`--help` against a program that only imports typer and defines one command."""
    ours = environment("model-verify")
    bare = "import typer\napp = typer.Typer()\n@app.command()\ndef f(): ...\napp()"
    took, typer, python = best(
        process(ours.with_name("verify"), "--help"), process(ours, "-c", bare, "--help"), process(ours, "-c", "pass")
    )
    tell("start-up", {"ours": took, "bare typer": typer, "bare Python": python})
    return [Row("verify --help / bare typer --help", took.seconds / typer.seconds, 1.5)]


def write_shards(folder: Path, shards: int) -> None:
    """A sharded safetensors model of incompressible numbers."""
    block = os.urandom(1_000_000)
    for index in range(shards):
        size = SHARD_BYTES // 2 * 2
        header = b'{"w%d":{"dtype":"BF16","shape":[%d],"data_offsets":[0,%d]}}' % (index, size // 2, size)
        with (folder / f"model-{index + 1:05}-of-{shards:05}.safetensors").open("wb") as file:
            file.write(struct.pack("<Q", len(header)) + header)
            for start in range(0, size, len(block)):
                file.write(block[: size - start])


def hash_in_memory(total: int) -> None:
    """Two threads hash that many bytes that already stand in memory: the floor."""
    block = os.urandom(1 << 20)

    def work(_: int) -> None:
        digest = hashlib.sha256()
        for _ in range(total // 2 // len(block)):
            digest.update(block)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))


def signed(model: Path, work: Path) -> Callable[[], Cost]:
    """Verification by model-signing, of a signature made for it."""
    signing = environment("model-signing", "model-signing==1.1.1", "pyOpenSSL").parent / "model_signing"
    key, public, signature = (work / name for name in ("key.pem", "public.pem", "model.sig"))
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key], check=True)
    subprocess.run(["openssl", "ec", "-in", key, "-pubout", "-out", public], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([signing, "sign", "key", model, "--private_key", key, "--signature", signature], check=True)
    return process(signing, "verify", "key", model, "--signature", signature, "--public_key", public)


def shards(work: Path) -> list[Row]:
    """Hash and inspect a sharded model, against the floor and against model-signing; all but the floor as processes."""
    model = work / "model"
    model.mkdir()
    write_shards(model, 8)
    verify, peer = process(environment("model-verify"), "-c", VERIFY, model), signed(model, work)
    took, theirs, floor = best(verify, peer, lambda: hash_in_memory(8 * SHARD_BYTES))
    tell("8 shards", {"ours": took, "model-signing": theirs, "SHA-256 floor": floor})
    return [
        Row("8 shards / SHA-256 floor", took.seconds / floor.seconds, 1.45),
        Row("8 shards / model-signing", took.seconds / theirs.seconds, 0.6),
        *one_file(next(model.iterdir())),
    ]


def one_file(path: Path) -> list[Row]:
    """The digest of one file, against programs that do nothing else."""
    ours, openssl, coreutils = best(
        lambda: digest(path), process("openssl", "dgst", "-sha256", path), process("sha256sum", path)
    )
    tell("one shard", {"ours": ours, "openssl dgst": openssl, "sha256sum": coreutils})
    rows = [Row("one file / openssl dgst", ours.seconds / openssl.seconds, 1.0)]
    if b"libcrypto" not in Path(shutil.which("sha256sum") or os.devnull).read_bytes():  # where it hashes in plain C
        rows.append(Row("one file / sha256sum", ours.seconds / coreutils.seconds, 0.25))
    return rows


def digest(path: Path) -> None:
    """As the pipeline computes it."""
    source = sources.resolve(sources.parse(str(path)))
    with source.open(path.name) as handle:
        handle.digests()
