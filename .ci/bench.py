"""Timings beside the peers, as ratios measured in one run. Prints a table; exits 1 where a bar is missed.

The project and every peer get an environment of their own below .bench/, installed as users install them and kept
between runs. Pairs take turns, and the best runs of each are compared.
BENCH_RUNS (5), BENCH_SHARD_MB (500) and BENCH_TMP, where 8 shards are written, may be set in the environment.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from verifier import sources

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / ".bench"
RUNS = int(os.environ.get("BENCH_RUNS", "5"))
SHARD_BYTES = int(os.environ.get("BENCH_SHARD_MB", "500")) * 1_000_000

VERIFY = "import sys, verifier; sys.exit(verifier.verify_model(sys.argv[1]).outcome != 'accepted')"

Row = tuple[str, float, float]
"""What is compared, the measured ratio, the bar it must not pass."""


def environment(name: str, *packages: str) -> Path:
    """The Python of an environment that has these packages."""
    python = ENVIRONMENTS / name / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENTS / name, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *packages], check=True)
    return python


def best(*commands: Callable[[], object]) -> list[float]:
    """Least wall seconds of each, taken in turns: what else runs on the machine can only add."""
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(RUNS):
        for took, command in zip(times, commands, strict=True):
            start = time.perf_counter()
            command()
            took.append(time.perf_counter() - start)
    return [min(took) for took in times]


def process(*argv: str | Path, **env: str) -> Callable[[], object]:
    """A whole process, its output dropped."""
    return lambda: subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **env})


def startup(ours: Path) -> list[Row]:
    """`--help` against a program that only imports typer and defines one command."""
    bare = "import typer\napp = typer.Typer()\n@app.command()\ndef f(): ...\napp()"
    took, typer, python = best(
        process(ours.with_name("verify"), "--help"), process(ours, "-c", bare, "--help"), process(ours, "-c", "pass")
    )
    print(f"start-up: ours {took:.3f} s, bare typer {typer:.3f} s, bare Python {python:.3f} s")
    return [("verify --help / bare typer --help", took / typer, 1.5)]


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


def signed(model: Path, work: Path) -> Callable[[], object]:
    """Verification by model-signing, of a signature made for it."""
    signing = environment("model-signing", "model-signing==1.1.1", "pyOpenSSL").parent / "model_signing"
    key, public, signature = (work / name for name in ("key.pem", "public.pem", "model.sig"))
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key], check=True)
    subprocess.run(["openssl", "ec", "-in", key, "-pubout", "-out", public], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([signing, "sign", "key", model, "--private_key", key, "--signature", signature], check=True)
    return process(signing, "verify", "key", model, "--signature", signature, "--public_key", public)


def folder_of_shards(ours: Path, work: Path, model: Path) -> list[Row]:
    """Hash and inspect a sharded model, against the floor and against model-signing; all but the floor as processes."""
    write_shards(model, 8)
    verify, peer = process(ours, "-c", VERIFY, model), signed(model, work)
    took, theirs, floor = best(verify, peer, lambda: hash_in_memory(8 * SHARD_BYTES))
    print(f"8 shards: ours {took:.2f} s, model-signing {theirs:.2f} s, SHA-256 floor {floor:.2f} s")
    return [("8 shards / SHA-256 floor", took / floor, 1.45), ("8 shards / model-signing", took / theirs, 0.6)]


def one_file(path: Path) -> list[Row]:
    """The digest of one file, against programs that do nothing else."""
    ours, openssl, coreutils = best(
        lambda: digest(path), process("openssl", "dgst", "-sha256", path), process("sha256sum", path)
    )
    print(f"one shard: ours {ours:.2f} s, openssl dgst {openssl:.2f} s, sha256sum {coreutils:.2f} s")
    rows = [("one file / openssl dgst", ours / openssl, 1.0)]
    if b"libcrypto" not in Path(shutil.which("sha256sum") or os.devnull).read_bytes():  # where it hashes in plain C
        rows.append(("one file / sha256sum", ours / coreutils, 0.25))
    return rows


def digest(path: Path) -> None:
    """As the pipeline computes it."""
    source = sources.resolve(sources.parse(str(path)))
    with source.open(path.name) as handle:
        handle.digests()


def main() -> int:
    """Runs all benchmarks, prints ratios and bars."""
    ours = environment("model-verify", str(ROOT))
    rows = startup(ours)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_TMP")) as work:
        model = Path(work, "model")
        model.mkdir()
        rows += folder_of_shards(ours, Path(work), model)
        rows += one_file(next(model.iterdir()))
    print()
    for name, ratio, bar in rows:
        print(f"{name:40} {ratio:6.2f} x   bar {bar:.2f} x   {'ok' if ratio <= bar else 'MISSED'}")
    return int(any(ratio > bar for _, ratio, bar in rows))


if __name__ == "__main__":
    sys.exit(main())
