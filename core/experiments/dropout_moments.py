"""Mean and spread after dropout for every p, counted and by the closed form (course lesson 14)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Started, Table
from core.experiment import Experiment, knob

GRID = tuple(i / 20 for i in range(20))  # p = 0, 0.05, ... 0.95


@dataclass(frozen=True)
class Config:
    """vectors: how many fresh vectors of n numbers mean + std·N(0, 1) are measured at each p, one mask each."""

    experiment: ClassVar[str] = "dropout_moments"
    n: int = knob(100, low=1, high=100_000)
    mean: float = knob(1.0, low=0.0, high=3.0)
    std: float = knob(0.0, low=0.0, high=3.0)
    rescale: bool = knob(True)
    vectors: int = knob(6, low=1, high=100)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Tables at step 0: vectors (p, mean, std of each vector after dropout), law (p, mean, std: the closed form, and
    mean_measured, std_measured over all vectors together)."""
    import numpy as np

    from core import dropout, rng

    yield Started(0)
    single = {"p": [], "mean": [], "std": []}
    law = {"p": [], "mean": [], "std": [], "mean_measured": [], "std_measured": []}
    for i, p in enumerate(GRID):
        shape = (config.vectors, config.n)
        x = config.mean + config.std * rng.numpy_stream(config.seed, "data", i).standard_normal(shape)
        kept = dropout.keep_mask(p, shape, rng.numpy_stream(config.seed, "dropout", i))
        y = dropout.inverted_dropout(x, kept, p, config.rescale)
        means, stds = y.mean(1), y.std(1)
        single["p"] += [p] * config.vectors
        single["mean"] += np.round(means, 5).tolist()
        single["std"] += np.round(stds, 5).tolist()
        mean, std = dropout.moments(config.mean, config.std, p, config.rescale)
        for name, value in zip(law, (p, mean, std, y.mean(), y.std()), strict=True):
            law[name].append(float(value))
    yield Table(0, "vectors", single)
    yield Table(0, "law", law)
    yield Finished(0, "done")


EXPERIMENT = Experiment("dropout_moments", 1, Config, run, lane="inline")
