"""TensorFlow's graphs, the messages they stand in, and the checkpoints beside them."""
