"""Randomness as an argument: every draw is a function of (seed, purpose, step), so there is no state to save.

Stop and resume, train longer, and "the same batches for every arm" all follow from this one rule.
"""

import hashlib

PURPOSES = ("init", "data", "batch", "dropout", "noise", "eval", "sample", "places")


def key(seed: int, purpose: str, step: int = 0, micro: int = 0) -> int:
    """A 63-bit key. Different purposes never share draws (one stream for all would tie dropout to the batches)."""
    assert purpose in PURPOSES, purpose
    digest = hashlib.blake2b(f"{seed}/{purpose}/{step}/{micro}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def stream(seed: int, purpose: str, step: int = 0, micro: int = 0, device: str = "cpu"):
    """A torch.Generator for this key. Draw on the CPU and move: then every device sees the same numbers."""
    import torch

    return torch.Generator(device).manual_seed(key(seed, purpose, step, micro))


def numpy_stream(seed: int, purpose: str, step: int = 0, micro: int = 0):
    """A numpy.random.Generator for this key: for inline experiments, which never import torch."""
    import numpy as np

    return np.random.default_rng(key(seed, purpose, step, micro))
