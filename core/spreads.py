"""How widely each scheme draws its random weights: nine formulas for one number, and the shapes they are drawn from.

A matrix W (n_out, n_in) turns n_in numbers into n_out. Torch-free, so that a page may compute with it at once;
core/initializers.py fills torch's tensors by the same formulas (course lesson 12).
"""

import math

ROOT3 = math.sqrt(3)  # a uniform draw on ±a has standard deviation a / sqrt(3)
CUT = 2.0  # truncated normal: values beyond this many standard deviations are drawn again
# what cutting leaves of the spread: sqrt(1 - 2 c phi(c) / (2 Phi(c) - 1))
KEPT = math.sqrt(1 - 2 * CUT * math.exp(-CUT * CUT / 2) / math.sqrt(2 * math.pi) / math.erf(CUT / math.sqrt(2)))


def xavier(n_in: int, n_out: int, gain: float = 1.0) -> float:
    """Glorot & Bengio (2010): halfway between what the forward pass (1/n_in) and the backward pass (1/n_out) want."""
    return gain * math.sqrt(2 / (n_in + n_out))


def he(n_in: int, n_out: int, gain: float = 1.0) -> float:
    """He et al. (2015), also called Kaiming: 2/n_in, because ReLU throws half of the signal's power away."""
    return gain * math.sqrt(2 / n_in)


def pytorch(n_in: int, n_out: int = 0, gain: float = 1.0) -> float:
    """nn.Linear's own: kaiming_uniform_ with a = sqrt(5), which is U(±1/sqrt(n_in)): variance 1/(3 n_in)."""
    return 1 / math.sqrt(3 * n_in)


def orthogonal(n_in: int, n_out: int, gain: float = 1.0) -> float:
    """Saxe et al. (2014): rows (or columns) at right angles and of length `gain`."""
    return gain / math.sqrt(max(n_in, n_out))


SHAPES = {
    "normal": "normal",
    "uniform": "uniform",
    "truncated": "truncated",
    "xavier_normal": "normal",
    "xavier_uniform": "uniform",
    "he_normal": "normal",
    "he_uniform": "uniform",
    "pytorch": "uniform",
    "orthogonal": "orthogonal",
    "constant": "constant",
    "zeros": "constant",
}
FORMULAS = {"xavier": xavier, "he": he, "pytorch": pytorch, "orthogonal": orthogonal}


def spread(scheme: str, n_in: int, n_out: int, *, std: float = 1.0, gain: float = 1.0) -> float:
    """Root mean square of a weight: `std` where the scheme leaves it to you, else by its formula times `gain`."""
    assert scheme in SHAPES, scheme
    if scheme == "zeros":
        return 0.0
    if scheme == "truncated":
        return std * KEPT
    formula = FORMULAS.get(scheme.split("_")[0])
    return formula(n_in, n_out, gain) if formula else std


def bound(scheme: str, n_in: int, n_out: int, *, std: float = 1.0, gain: float = 1.0) -> float | None:
    """The largest weight a uniform scheme can draw, None for the others."""
    return ROOT3 * spread(scheme, n_in, n_out, std=std, gain=gain) if SHAPES[scheme] == "uniform" else None


def unit(shape: str, draw, n_out: int, n_in: int):
    """(n_out, n_in) float32 numbers of mean square 1 in this shape (orthogonal: rows or columns at right angles);
    draw: a numpy Generator."""
    import numpy as np

    size = (n_out, n_in)
    if shape == "constant":
        return np.ones(size, dtype=np.float32)
    if shape == "uniform":
        return (draw.random(size, dtype=np.float32) - np.float32(0.5)) * np.float32(2 * ROOT3)
    w = draw.standard_normal(size, dtype=np.float32)
    if shape == "truncated":
        while (far := np.abs(w) > CUT).any():
            w[far] = draw.standard_normal(int(far.sum()), dtype=np.float32)
        return w / np.float32(KEPT)
    if shape == "orthogonal":
        q, r = np.linalg.qr(w if n_out >= n_in else w.T)
        q = q * np.sign(np.diagonal(r))  # without this the draw would not be uniform over rotations
        return (q if n_out >= n_in else q.T) * np.float32(math.sqrt(max(n_in, n_out)))
    return w
