"""What torch's files say of tensors and programs, whatever container they stand in."""
