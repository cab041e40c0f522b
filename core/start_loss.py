"""Where the loss of an untrained Model 1 starts, predicted from the size of its logits (course lesson 5)."""

import math
from functools import cache
from statistics import NormalDist

POINTS = 501  # quantiles of the normal that stand for one embedding number; more change the loss by less than 0.005


def gelu(x: float) -> float:
    """x times the probability that a standard normal number is below x (Hendrycks & Gimpel 2016)."""
    return x * (1 + math.erf(x / math.sqrt(2))) / 2


ACTIVATIONS = {"gelu": gelu, "relu": lambda x: max(0.0, x), "none": lambda x: x}


@cache
def quantiles() -> tuple[float, ...]:
    return tuple(NormalDist().inv_cdf((i + 0.5) / POINTS) for i in range(POINTS))


@cache
def mean_square(std: float, nonlinearity: str = "gelu") -> float:
    """E[f(std z)^2] for a standard normal z: how large the numbers are that the unembedding reads."""
    if nonlinearity == "none":
        return std**2
    f = ACTIVATIONS[nonlinearity]
    return sum(f(std * z) ** 2 for z in quantiles()) / POINTS


def logit_variance(std: float, width: int, bias: bool = False, nonlinearity: str = "gelu") -> float:
    """Variance of a logit: each of `width` weights is uniform on ±1/sqrt(width), so its variance is 1/(3 width)."""
    return mean_square(std, nonlinearity) / 3 + (1 / (3 * width) if bias else 0.0)


def start_loss(vocabulary: int, std: float, width: int, bias: bool = False, nonlinearity: str = "gelu") -> float:
    """Expected first loss, nats/token: ln V + half the variance of the logits.

    ln(mean of e^z) over normal logits of variance s2 is s2/2, and the right answer's own logit is 0 on average. Seeds
    scatter around it: by some 0.04 at std 1, by 0.1 and more at std 3.
    """
    return math.log(vocabulary) + logit_variance(std, width, bias, nonlinearity) / 2
