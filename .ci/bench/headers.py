"""Files of which only the header is read, beside the reference libraries."""

from __future__ import annotations

from pathlib import Path

from measuring import Row, best, environment, process, tell

INSPECT = """
import sys, time
from importlib import import_module
from verifier import sources
from verifier.formats import Budget, Context, Limits
module = import_module("verifier.formats." + sys.argv[2])
source = sources.resolve(sources.parse(sys.argv[1]))
artifact = source.snapshot.artifacts[0]
start = time.perf_counter()
with source.open(artifact.name) as reader:
    records = list(module.inspect(artifact, reader, Context(Budget(Limits()), {}, None)))
print(time.perf_counter() - start)
"""

READ = """
import sys, time
from {module} import {name} as read
start = time.perf_counter()
read(sys.argv[1])
print(time.perf_counter() - start)
"""


WRITE_GGUF = """
import sys, numpy
from gguf import GGUFWriter
writer = GGUFWriter(sys.argv[1], "llama")
writer.add_token_list([f"token{at}" for at in range(150_000)])
writer.add_token_scores([0.5] * 150_000)
writer.add_token_types([1] * 150_000)
for at in range(300):
    writer.add_tensor(f"blk.{at}.weight", numpy.zeros((256, 256), numpy.float32))
writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
"""

WRITE_ONNX = """
import sys, numpy
from onnx import TensorProto, helper, numpy_helper, save
weights = [numpy_helper.from_array(numpy.zeros((1000, 1250), numpy.float32), f"w{at}") for at in range(100)]
nodes = [helper.make_node("MatMul", [f"x{at}", f"w{at}"], [f"x{at + 1}"]) for at in range(100)]
def value(name): return helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
save(helper.make_model(helper.make_graph(nodes, "g", [value("x0")], [value("x100")], weights)), sys.argv[1])
"""


def gguf(work: Path) -> list[Row]:
    """A vocabulary of 150,000 words before its tensors."""
    path = work / "model.gguf"
    peer = environment("gguf", "gguf==0.19.0")
    process(peer, "-c", WRITE_GGUF, path)()
    ours, theirs = best(
        process(environment("model-verify"), "-c", INSPECT, path, "gguf", told=True),
        process(peer, "-c", READ.format(module="gguf", name="GGUFReader"), path, told=True),
    )
    tell("GGUF", {"ours": ours, "GGUFReader": theirs})
    return [Row("GGUF / GGUFReader", ours.seconds / theirs.seconds, 0.02)]


def onnx(work: Path) -> list[Row]:
    """Half a gigabyte of initializers in a graph of a hundred nodes."""
    path = work / "model.onnx"
    peer = environment("onnx", "onnx==1.23.2")
    process(peer, "-c", WRITE_ONNX, path)()
    ours, theirs = best(
        process(environment("model-verify"), "-c", INSPECT, path, "onnx", told=True),
        process(peer, "-c", READ.format(module="onnx", name="load"), path, told=True),
    )
    tell("ONNX", {"ours": ours, "onnx.load": theirs})
    return [
        Row("ONNX / onnx.load", ours.seconds / theirs.seconds, 0.02),
        Row("ONNX, memory / onnx.load", ours.megabytes / theirs.megabytes, 0.03),
    ]
