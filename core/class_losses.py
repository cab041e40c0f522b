"""Losses of one prediction among V classes, with their slopes for every logit, in numpy: what each asks of the logits."""

from collections.abc import Callable

import numpy as np

from core.spread import log_softmax


def cross_entropy(z, y):
    """-ln softmax(z)[y] and its slope p - onehot(y)."""
    log_p = log_softmax(z)
    return -log_p[y], np.exp(log_p) - _onehot(z, y)


def nll(log_p, y):
    """-log_p[y], what PyTorch's nll_loss computes: it trusts that it was given logarithms of probabilities."""
    return -log_p[y], -_onehot(log_p, y)


def nll_of_log_softmax(z, y):
    """nll after log_softmax, the chain rule written out: slope g - p · sum(g)."""
    log_p = log_softmax(z)
    value, g = nll(log_p, y)
    return value, g - np.exp(log_p) * g.sum()


def cross_entropy_twice(z, y):
    """Cross-entropy of what is a log-softmax already: softmax of it changes nothing."""
    log_p = log_softmax(z)
    value, g = cross_entropy(log_p, y)
    return value, g - np.exp(log_p) * g.sum()


def label_smoothing(z, y, share: float):
    """Cross-entropy against (1 - share) · onehot(y) + share / V."""
    wanted = (1 - share) * _onehot(z, y) + share / len(z)
    log_p = log_softmax(z)
    return -(wanted * log_p).sum(), np.exp(log_p) - wanted


def focal(z, y, gamma: float):
    """-(1 - p)^gamma ln p of the target."""
    log_p = log_softmax(z)
    p = np.exp(log_p)
    rest = max(1 - p[y], 1e-12)
    push = gamma * rest ** (gamma - 1) * p[y] * log_p[y] - rest**gamma  # dL/dp times p
    return -(rest**gamma) * log_p[y], push * (_onehot(z, y) - p)


def squared_probabilities(z, y):
    """Sum of (p - onehot(y))^2: at most 2, and almost flat where the model is surely wrong."""
    p = np.exp(log_softmax(z))
    gap = p - _onehot(z, y)
    return (gap**2).sum(), 2 * p * (gap - (p * gap).sum())


def _onehot(z, y):
    return (np.arange(len(z)) == y).astype(z.dtype)


NAMES = ("ce", "nll", "twice", "raw", "smoothing", "focal", "squares")


def build(name: str, *, smoothing: float = 0.1, gamma: float = 2.0) -> Callable:
    """(logits (V,), target) -> (value, slope (V,)). "raw" is nll_loss given the logits themselves: no minimum."""
    return {
        "ce": cross_entropy,
        "nll": nll_of_log_softmax,
        "twice": cross_entropy_twice,
        "raw": nll,
        "smoothing": lambda z, y: label_smoothing(z, y, smoothing),
        "focal": lambda z, y: focal(z, y, gamma),
        "squares": squared_probabilities,
    }[name]
