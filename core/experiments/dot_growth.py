"""The growth law: the spread of dot products against the length of the vectors (course lesson 11)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started
from core.experiment import Experiment, knob

ASKED = 200  # a length always among the measured ones: the lesson asks about it


@dataclass(frozen=True)
class Config:
    """n vectors a side, `draws` fresh pairs at each of about 24 lengths from 2 to `longest`; entries mean + std·N."""

    experiment: ClassVar[str] = "dot_growth"
    n: int = knob(32, low=2, high=200)
    mean: float = knob(0.0, low=-10.0, high=10.0)
    std: float = knob(1.0, low=0.001, high=100.0)
    product: str = knob("matrix", choices=("matrix", "elementwise"))
    longest: int = knob(1024, low=4, high=4096)
    draws: int = knob(4, low=1, high=100)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step d: raw (std of the scores over i ≠ j, mean over draws), sqrt (raw/√d), linear (raw/d).
    At the last length: slope and slope_se of log raw against log d, worst (largest relative distance from the law)."""
    import numpy as np

    from core import dots, rng

    yield Started(config.longest)
    lengths = np.unique(np.round(np.geomspace(2, config.longest, 24)).astype(int)).tolist()
    lengths = sorted({*lengths, min(ASKED, config.longest)})
    draws = rng.numpy_stream(config.seed, "data")
    matrix, found = config.product == "matrix", []
    different = ~np.eye(config.n, dtype=bool)
    for d in lengths:
        stds = []
        for _ in range(config.draws):
            q, k = dots.pair(config.n, d, draws, mean=config.mean, std=config.std)
            stds.append(dots.products(q, k)[different].std() if matrix else (q * k).std())
        found.append(float(np.mean(stds)))
        for name, value in (("raw", found[-1]), ("sqrt", found[-1] / d**0.5), ("linear", found[-1] / d)):
            yield Metric(d, name, value)
    slope, error = dots.log_slope(lengths, found)
    yield Metric(lengths[-1], "slope", slope)
    yield Metric(lengths[-1], "slope_se", error)
    law = [dots.expected_std(d if matrix else 1, config.mean, config.std) for d in lengths]
    worst = max(abs(f / x - 1) for f, x in zip(found, law, strict=True))
    yield Metric(lengths[-1], "worst", worst)
    yield Finished(config.longest, "done")


EXPERIMENT = Experiment("dot_growth", 1, Config, run, lane="inline")
