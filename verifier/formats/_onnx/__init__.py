"""ONNX models: the walk through a ModelProto, its tensors, and the files its weights may stand in."""
