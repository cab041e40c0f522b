"""Dot products of random vectors: how large they get, and what a number format makes of them (course lesson 11)."""

import math

import numpy as np

LARGEST = {"float32": 3.4028234663852886e38, "bfloat16": 3.3895313892515355e38, "float16": 65504.0}


def pair(n: int, d: int, draws, *, mean: float = 0.0, std: float = 1.0, correlation: float = 0.0):
    """(Q, K), float64 (n, d): entries mean + std·N(0, 1); entry j of row i of K correlates with the same entry of Q."""
    a, b = draws.standard_normal((n, d)), draws.standard_normal((n, d))
    b = correlation * a + math.sqrt(1 - correlation**2) * b
    return mean + std * a, mean + std * b


def products(q, k):
    """Q @ K.T, (n, m), summed over slices of d: small products stay on one thread, so that a page drawing numbers never
    fights with a model that trains."""
    width = max(1, 200_000 // (len(q) * len(k)))
    out = np.zeros((len(q), len(k)))
    for start in range(0, q.shape[1], width):
        out += q[:, start : start + width] @ k[:, start : start + width].T
    return out


def expected_std(d: int, mean: float, std: float) -> float:
    """Std of q·k over vectors that have nothing to do with each other: d products, each of variance σ⁴ + 2μ²σ²."""
    return math.sqrt(d * (std**4 + 2 * mean**2 * std**2))


def expected_diagonal(d: int, mean: float, std: float, correlation: float) -> float:
    """Mean of q_i·k_i where the two correlate: d(μ² + ρσ²)."""
    return d * (mean**2 + correlation * std**2)


def rounded(values, dtype: str):
    """float64 values as `dtype` keeps them; what is beyond its largest number becomes infinite."""
    with np.errstate(over="ignore"):
        single = np.asarray(values).astype(np.float32)
        if dtype == "float16":
            single = single.astype(np.float16)
        elif dtype == "bfloat16":  # float32 cut to its upper 16 bits, ties to even
            bits = single.view(np.uint32)
            cut = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
            single = np.where(np.isfinite(single), cut.astype(np.uint32).view(np.float32), single)
    return single.astype(np.float64)


def log_slope(x, y) -> tuple[float, float]:
    """(slope, its standard error) of the straight line through log y against log x, least squares."""
    u, v = np.log(np.asarray(x, dtype=float)), np.log(np.asarray(y, dtype=float))
    u = u - u.mean()
    slope = float(u @ v / (u @ u))
    rest = v - v.mean() - slope * u
    return slope, math.sqrt(float(rest @ rest) / (len(u) - 2) / float(u @ u))
