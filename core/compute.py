"""What training costs, by multiplication: floating-point operations, hours, money, energy, CO2 (course lesson 1)."""

import math
import time
from dataclasses import dataclass
from functools import cache

HOURS_PER_YEAR = 24 * 365
READER = 250 * 60 * 8 * 365 * 60 / 0.75  # tokens in 60 years of 8 hours a day at 250 words/min, 0.75 words per token
ADAMW_BYTES = 16  # per parameter: weight, gradient and two moments, 4 bytes each
CORE_WATTS = 10.0  # assumed for one busy core of a laptop


@dataclass(frozen=True)
class Accelerator:
    """peak: dense 16-bit FLOP/s with 32-bit sums, from the maker's sheet. watts: board power, from the same sheet."""

    name: str
    peak: float
    watts: float


ACCELERATORS = {
    "v100": Accelerator("V100", 125e12, 300),
    "a100": Accelerator("A100", 312e12, 400),
    "h100": Accelerator("H100", 989e12, 700),
    "h800": Accelerator("H800", 989e12, 700),
    "4090": Accelerator("RTX 4090", 165e12, 450),
}


@cache
def accelerator(code: str) -> Accelerator:
    """One of ACCELERATORS, or "cpu": this machine's processor, timed once on a float32 product of two matrices."""
    if code != "cpu":
        return ACCELERATORS[code]
    import numpy as np

    from core import device

    size = 512
    a = np.ones((size, size), dtype=np.float32)
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        a @ a
        taken.append(time.perf_counter() - began)
    peak = 2 * size**3 / min(taken)
    return Accelerator("CPU", float(f"{peak:.2g}"), CORE_WATTS * device.cores())


def flops(parameters: float, tokens: float) -> float:
    """Training: two operations per weight and token forward, four backward (Kaplan et al. 2020, section 2.1).

    parameters: those that multiply; of a mixture of experts the active ones. Attention over the context is left out.
    """
    return 6 * parameters * tokens


def inference_flops(parameters: float, tokens: float) -> float:
    """Reading or writing: the forward pass alone. It equals training after three times the training tokens."""
    return 2 * parameters * tokens


def gpu_hours(flop: float, peak: float, mfu: float) -> float:
    """mfu: model FLOP utilisation, the share of the peak that the model's own sums get (Chowdhery et al. 2022)."""
    return flop / (peak * mfu * 3600)


def utilisation(flop: float, hours: float, peak: float) -> float:
    """The same the other way round: which MFU a published number of GPU-hours implies."""
    return flop / (hours * 3600 * peak)


def energy(hours: float, watts: float, pue: float) -> float:
    """kWh. pue: power usage effectiveness, what the building draws for each watt of its computers, 1 at best."""
    return hours * watts * pue / 1000


def co2(kwh: float, grid: float) -> float:
    """Tonnes. grid: grams of CO2 equivalent for each kWh."""
    return kwh * grid / 1e6


def owned(gpus: float, chip: float, infrastructure: float) -> float:
    """Dollars to buy a cluster: chips, and `infrastructure` dollars more for each dollar of chips."""
    return gpus * chip * (1 + infrastructure)


def amortised(capital: float, hours: float, years: float) -> float:
    """The part of a purchase that `hours` of wall time use up, when it is worth nothing after `years`."""
    return capital * hours / (years * HOURS_PER_YEAR)


def lifetimes(tokens: float) -> float:
    return tokens / READER


# --- loss fits -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fit:
    """L(N, D) = E + A/N^alpha + B/D^beta, nats per token of its authors' text and tokenizer."""

    name: str
    E: float
    A: float
    B: float
    alpha: float
    beta: float

    def loss(self, parameters: float, tokens: float) -> float:
        return self.E + self.A / parameters**self.alpha + self.B / tokens**self.beta

    def best(self, flop: float) -> tuple[float, float]:
        """(parameters, tokens) of the lowest loss for this compute, with 6ND = flop (Hoffmann et al., eq. 4)."""
        g = (self.alpha * self.A / (self.beta * self.B)) ** (1 / (self.alpha + self.beta))
        share = self.beta / (self.alpha + self.beta)
        return g * (flop / 6) ** share, (flop / 6) ** (1 - share) / g

    def tokens_for(self, loss: float, parameters: float) -> float:
        """Tokens that bring a model of this size to this loss, infinite where no number of them does."""
        rest = loss - self.E - self.A / parameters**self.alpha
        return (self.B / rest) ** (1 / self.beta) if rest > 0 else math.inf


FITS = {
    "hoffmann": Fit("Hoffmann 2022", 1.69, 406.4, 410.7, 0.34, 0.28),
    "besiroglu": Fit("Besiroglu 2024", 1.8172, 482.01, 2085.43, 0.3478, 0.3658),
}
FITTED = ((7e7, 1.6e10), (5e9, 5e11))  # parameters and tokens of the runs both fits were made on
CEILING = math.log(32_000)  # a uniform guess over those runs' vocabulary: no prediction above it means anything


def fitted(parameters: float, tokens: float) -> bool:
    """Whether the point lies where the fits were made; elsewhere they are extrapolated."""
    return all(low <= x <= high for x, (low, high) in zip((parameters, tokens), FITTED, strict=True))
