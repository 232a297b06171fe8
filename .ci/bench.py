"""Timings beside the peers, as ratios measured in one run. Prints a table; exits 1 where a bar is missed.

Every peer gets an environment of its own below .bench/, kept between runs. Pairs are interleaved and medians compared.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / ".bench"
RUNS = int(os.environ.get("BENCH_RUNS", "5"))
SHARD_BYTES = int(os.environ.get("BENCH_SHARD_MB", "500")) * 1_000_000

Row = tuple[str, float, float]
"""What is compared, the measured ratio, the bar it must not pass."""


def environment(name: str, *packages: str) -> Path:
    """The Python of an environment that has these packages."""
    python = ENVIRONMENTS / name / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENTS / name, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def medians(*commands: Callable[[], object]) -> list[float]:
    """Median wall seconds of each, interleaved so that a busy moment hits all of them."""
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(RUNS):
        for took, command in zip(times, commands, strict=True):
            start = time.perf_counter()
            command()
            took.append(time.perf_counter() - start)
    return [statistics.median(took) for took in times]


def process(*argv: str | Path, **env: str) -> Callable[[], object]:
    """A whole process, its output dropped."""
    return lambda: subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **env})


def startup() -> list[Row]:
    """`--help` against a program that only imports typer and defines one command."""
    bare = "import typer\napp = typer.Typer()\n@app.command()\ndef f(): ...\napp()"
    ours, typer, python = medians(
        process(sys.executable, "-m", "verifier", "--help"),
        process(sys.executable, "-c", bare, "--help"),
        process(sys.executable, "-c", "pass"),
    )
    print(f"start-up: ours {ours:.3f} s, bare typer {typer:.3f} s, bare Python {python:.3f} s")
    return [("verify --help / bare typer --help", ours / typer, 1.5)]


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


def hash_file(path: Path) -> str:
    """SHA-256 by the plainest loop."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(1 << 18):
            digest.update(block)
    return digest.hexdigest()


def hash_floor(total: int) -> float:
    """Seconds two threads need to hash that many bytes that already stand in memory."""
    block = os.urandom(1 << 20)

    def work(_: int) -> None:
        digest = hashlib.sha256()
        for _ in range(total // 2 // len(block)):
            digest.update(block)

    with ThreadPoolExecutor(2) as pool:
        return medians(lambda: list(pool.map(work, range(2))))[0]


def folder_of_shards() -> list[Row]:
    """Hash and inspect a sharded model, against the floor and against model-signing."""
    peer = environment("model-signing", "model-signing==1.1.1", "pyOpenSSL")
    signing = peer.parent / "model_signing"
    ours_code = "import sys, verifier; sys.exit(verifier.verify_model(sys.argv[1]).outcome != 'accepted')"
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_TMP")) as work:
        model, key, public, signature = (Path(work, name) for name in ("model", "key.pem", "public.pem", "model.sig"))
        model.mkdir()
        write_shards(model, 8)
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key], check=True)
        subprocess.run(["openssl", "ec", "-in", key, "-pubout", "-out", public], check=True, stderr=subprocess.DEVNULL)
        subprocess.run([signing, "sign", "key", model, "--private-key", key, "--signature", signature], check=True)
        verify = (signing, "verify", "key", model, "--signature", signature, "--public-key", public)
        ours, theirs = medians(process(sys.executable, "-c", ours_code, str(model)), process(*verify))
        single = next(model.iterdir())
        openssl, plain = medians(process("openssl", "dgst", "-sha256", single), lambda: hash_file(single))
    floor = hash_floor(8 * SHARD_BYTES)
    print(f"8 shards: ours {ours:.2f} s, model-signing {theirs:.2f} s, SHA-256 floor {floor:.2f} s")
    print(f"one shard: openssl dgst {openssl:.2f} s, plain loop {plain:.2f} s")
    return [("8 shards / SHA-256 floor", ours / floor, 1.45), ("8 shards / model-signing", ours / theirs, 0.6)]


def main() -> int:
    """Runs all benchmarks, prints ratios and bars."""
    rows = [row for bench in (startup, folder_of_shards) for row in bench()]
    print()
    for name, ratio, bar in rows:
        print(f"{name:40} {ratio:6.2f} x   bar {bar:.2f} x   {'ok' if ratio <= bar else 'MISSED'}")
    return int(any(ratio > bar for _, ratio, bar in rows))


if __name__ == "__main__":
    sys.exit(main())
