"""How a signal fares on its way through many layers: forward, backward, and in theory (course lesson 12).

A stack of L equal layers, x <- phi(W x), optionally x + phi(W LayerNorm(x)). numpy only: a page computes this while a
slider moves. Numbers are rounded to the chosen format after every operation and accumulated in float32, as hardware
does.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core import rng, spreads

INPUTS = 32  # random inputs sent through the stack
TAIL = 4.0  # the largest of some thousand normal numbers is about four standard deviations out
EPS = 1e-5  # LayerNorm's


@dataclass(frozen=True)
class Format:
    """largest finite number, smallest normal one, smallest positive one."""

    largest: float
    normal: float
    smallest: float


FORMATS = {
    "float32": Format(float(np.finfo(np.float32).max), 2.0**-126, 2.0**-149),
    "bfloat16": Format(2.0**128 - 2.0**120, 2.0**-126, 2.0**-133),
    "float16": Format(65504.0, 2.0**-14, 2.0**-24),
}


def rounded(x, dtype: str):
    """x (float32) as `dtype` would keep it, still in a float32 array; ties to even, too large becomes infinite."""
    if dtype == "float32":
        return x
    if dtype == "float16":
        with np.errstate(over="ignore"):
            return x.astype(np.float16).astype(np.float32)
    bits = x.view(np.uint32)  # bfloat16 is the upper half of a float32
    up = (bits + (0x7FFF + ((bits >> 16) & 1))) & 0xFFFF0000
    return np.where(np.isnan(x), np.float32(np.nan), up.astype(np.uint32).view(np.float32))


C = np.float32(math.sqrt(2 / math.pi))


def _gelu(z):
    """GPT-2's GELU, the tanh form, and its slope."""
    zz = z * z
    t = np.tanh(C * z * (1 + np.float32(0.044715) * zz))
    slope = 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * C * (1 + np.float32(3 * 0.044715) * zz)
    return 0.5 * z * (1 + t), slope


def _tanh(z):
    t = np.tanh(z)
    return t, 1 - t * t


ACTIVATIONS = {  # z -> (phi(z), phi'(z))
    "linear": lambda z: (z, np.ones_like(z)),
    "tanh": _tanh,
    "relu": lambda z: (np.maximum(z, 0), (z > 0).astype(z.dtype)),
    "gelu": _gelu,
}


@lru_cache(maxsize=220)
def unit_weights(shape: str, seed: int, layer: int, width: int):
    """(width, width) random numbers of mean square 1 in this shape; arms that differ only in scale share them."""
    return spreads.unit(shape, rng.numpy_stream(seed, "init", layer), width, width)


def normalise(x):
    """LayerNorm without its two parameters: (x - mean) / spread, row by row; and 1/spread."""
    centred = x - x.mean(1, keepdims=True)
    inverse = 1 / np.sqrt((centred * centred).mean(1, keepdims=True) + np.float32(EPS))
    return centred * inverse, inverse


@dataclass(frozen=True)
class Flight:
    """forward[l], backward[l]: std after layer l (0: the input), nan where the format has no number for it; backward is
    the gradient at that place when one of spread 1 enters at the top. overflow, vanished: first layer with an infinite
    number, with nothing but zeros; None if there is none. norm_overflow: first layer whose float32 norm is infinite.
    activations[l]: (INPUTS, width)."""

    forward: np.ndarray
    backward: np.ndarray
    overflow: int | None
    vanished: int | None
    norm_overflow: int | None
    activations: list


def flight(
    *,
    scheme: str,
    std: float,
    gain: float,
    depth: int,
    width: int,
    activation: str,
    residual: bool = False,
    layernorm: bool = False,
    lsuv: bool = False,
    dtype: str = "float32",
    seed: int = 0,
) -> Flight:
    """Send INPUTS random inputs of spread 1 up through the stack, and a random gradient of spread 1 down again.

    lsuv: each layer is rescaled so that its own output, before the activation, has spread 1 (Mishkin & Matas 2016).
    """
    phi = ACTIVATIONS[activation]
    scale = np.float32(spreads.spread(scheme, width, width, std=std, gain=gain))
    draw = rng.numpy_stream(seed, "data")
    x = rounded(draw.standard_normal((INPUTS, width), dtype=np.float32), dtype)
    forward, backward = np.full(depth + 1, np.nan), np.full(depth + 1, np.nan)
    forward[0] = x.std(dtype=np.float64)
    seen, kept = [x], []
    overflow = vanished = norm_overflow = None
    with np.errstate(all="ignore"):  # infinities are what this is about
        for layer in range(1, depth + 1):
            w = rounded(unit_weights(spreads.SHAPES[scheme], seed, layer, width) * scale, dtype)
            h, inverse = normalise(x) if layernorm else (x, None)
            h = rounded(h, dtype)
            z = h @ w.T
            if lsuv:
                size = np.float32(z.std(dtype=np.float64) or 1.0)
                w, z = w / size, z / size
            z = rounded(z, dtype)
            y, slope = phi(z)
            y = rounded(y, dtype)
            kept.append((w, slope, h, inverse))
            x = rounded(x + y, dtype) if residual else y
            seen.append(x)
            if norm_overflow is None and not np.isfinite(np.sqrt((x * x).sum(dtype=np.float32))):
                norm_overflow = layer
            if not np.isfinite(x).all():
                overflow = layer
                break
            forward[layer] = x.std(dtype=np.float64)
            if vanished is None and not x.any():
                vanished = layer
        if overflow is None:  # where the forward pass is lost there is no gradient either
            g = rng.numpy_stream(seed, "noise").standard_normal((INPUTS, width), dtype=np.float32)
            backward[depth] = g.std(dtype=np.float64)
            for layer in range(depth - 1, -1, -1):
                w, slope, h, inverse = kept[layer]
                d = rounded(rounded(g * slope, dtype) @ w, dtype)
                if layernorm:
                    d = (d - d.mean(1, keepdims=True) - h * (d * h).mean(1, keepdims=True)) * inverse
                g = rounded(g + d if residual else d, dtype)
                backward[layer] = g.std(dtype=np.float64) if np.isfinite(g).all() else np.nan
    return Flight(forward, backward, overflow, vanished, norm_overflow, seen)


NODES, MASSES = np.polynomial.hermite_e.hermegauss(80)
MASSES = MASSES / MASSES.sum()


def moments(activation: str, spread: float) -> tuple[float, float]:
    """(E phi(z), E phi(z)^2) for a normal z of this spread."""
    if activation == "linear":
        return 0.0, spread**2
    if activation == "relu":  # half of a normal
        return spread / math.sqrt(2 * math.pi), spread**2 / 2
    with np.errstate(over="ignore"):  # a cube inside tanh, which is 1 there
        value = ACTIVATIONS[activation]((spread * NODES).astype(np.float64))[0]
    return float(MASSES @ value), float(MASSES @ value**2)


@dataclass(frozen=True)
class Law:
    """std[l]: expected spread after layer l. peak[l]: the largest number to expect on the way there."""

    std: np.ndarray
    peak: np.ndarray


def theory(
    weight_spread: float, depth: int, width: int, activation: str, residual: bool = False, layernorm: bool = False
) -> Law:
    """(depth + 1,) what an infinitely wide stack does (Poole et al. 2016): an input of mean square q gives normal z of
    variance sigma² n q, and phi(z) has the next mean and mean square."""
    mean, square = 0.0, 1.0
    stds, peaks = [1.0], [TAIL]
    for _ in range(depth):
        variance = square - mean**2
        q = variance / (variance + EPS) if layernorm else square
        z = weight_spread * math.sqrt(width * q)
        m, s = moments(activation, z)
        mean, square = (mean + m, square + 2 * mean * m + s) if residual else (m, s)
        if square > 1e280:  # far beyond any format
            more = [math.inf] * (depth + 1 - len(stds))
            return Law(np.array(stds + more), np.array(peaks + more))
        stds.append(math.sqrt(max(0.0, square - mean**2)))
        largest = 1.0 if activation == "tanh" else TAIL * z
        peaks.append(max(largest, TAIL * math.sqrt(square)) if residual else largest)
    return Law(np.array(stds), np.array(peaks))


def expected_overflow(law: Law, dtype: str) -> int | None:
    """The layer whose largest number no longer fits into the format; None where all fit."""
    beyond = np.flatnonzero(law.peak > FORMATS[dtype].largest)
    return int(beyond[0]) if len(beyond) else None
