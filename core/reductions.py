"""A loss summed over the tokens, or averaged: the same minimum, and gradients that differ by the number of tokens."""

import numpy as np


def nll(logits, targets, reduction: str = "mean") -> float:
    """Negative log-likelihood of `targets` (T,) under softmax(logits (T, V)), nats: "sum" or "mean" over the tokens."""
    shifted = logits - logits.max(1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))  # (T, V)
    picked = -log_p[np.arange(len(targets)), targets]
    return float(picked.sum() if reduction == "sum" else picked.mean())


def gradient(logits, targets, reduction: str, step: float = 1e-5):
    """Its gradient by central differences, (T, V): nothing is assumed about the formula."""
    out = np.empty_like(logits)
    for place in np.ndindex(logits.shape):
        nudge = np.zeros_like(logits)
        nudge[place] = step
        up, down = (nll(logits + sign * nudge, targets, reduction) for sign in (1, -1))
        out[place] = (up - down) / (2 * step)
    return out


def ratio(tokens: int, vocabulary: int = 5, seed: int = 0) -> float:
    """How much longer the gradient of the sum is than that of the mean, on random logits. It points the same way."""
    draws = np.random.default_rng(seed)
    logits, targets = draws.standard_normal((tokens, vocabulary)), draws.integers(0, vocabulary, tokens)
    total, mean = gradient(logits, targets, "sum"), gradient(logits, targets, "mean")
    assert np.allclose(total / np.linalg.norm(total), mean / np.linalg.norm(mean), atol=1e-6), "not the same direction"
    return float(np.linalg.norm(total) / np.linalg.norm(mean))
