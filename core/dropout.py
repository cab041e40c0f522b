"""Dropout on plain numbers: the mask, the survivors made larger, and what that does to the mean and the spread."""

import numpy as np


def keep_mask(p: float, shape, draws):
    """Booleans, True with probability 1 − p. draws: a numpy Generator; the same draws at a larger p drop the same
    numbers and some more."""
    return draws.random(shape) >= p


def inverted_dropout(x, kept, p: float, rescale: bool = True):
    """x where `kept`, 0 elsewhere; the survivors divided by 1 − p (Srivastava et al. 2014, section 10), so that the mean
    stays. At p = 1 there are no survivors."""
    if rescale and p < 1:
        x = x / (1 - p)
    return np.where(kept, x, 0.0)


def moments(mean: float, std: float, p: float, rescale: bool = True) -> tuple[float, float]:
    """(mean, std) after dropout of numbers with this mean and std, exactly: E[y] = μ and E[y²] = (σ² + μ²)/(1 − p);
    without rescaling 1 − p times and (1 − p)² times that."""
    if p == 1:
        return 0.0, 0.0
    share = 1.0 if rescale else 1 - p
    second = (std**2 + mean**2) / (1 - p)
    return share * mean, share * max(0.0, second - mean**2) ** 0.5


def share_sd(p: float, n: int) -> float:
    """Standard deviation of the dropped share of n numbers: √(p(1−p)/n)."""
    return (p * (1 - p) / n) ** 0.5


def binomial(n: int, p: float):
    """P(k of n dropped) for k = 0 ... n: (n + 1,)."""
    if p in (0.0, 1.0):
        return np.eye(n + 1)[0 if p == 0 else n]
    steps = np.log(np.arange(n, 0, -1)) - np.log(np.arange(1, n + 1)) + np.log(p) - np.log1p(-p)
    logs = n * np.log1p(-p) + np.concatenate([[0.0], np.cumsum(steps)])
    return np.exp(logs)
