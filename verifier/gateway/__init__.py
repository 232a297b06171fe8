"""A hub-compatible server over a folder of models; unmodified hub clients talk to it through `HF_ENDPOINT`."""
