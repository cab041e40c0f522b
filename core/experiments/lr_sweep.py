"""The same race at sixty learning rates: which optimizer is faster is a question about the setting.

One array holds all learning rates (and, with noise, several seeds): the steps of core.optimizers take arrays as well.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from core import optimizers
from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

RATES = 60
SEEDS = 8  # noise is averaged over this many
OPTIMIZERS = ("sgd", "adam", "adamw")


@dataclass(frozen=True)
class Config:
    """The race of core/experiments/one_parameter.py, without its learning rates and without forgetting."""

    experiment: ClassVar[str] = "lr_sweep"
    scale: float = knob(1.0, low=1e-3, high=1e3)
    start: float = knob(2.0, low=-10, high=10)
    target: float = knob(5.0, low=-10, high=10)
    horizon: int = knob(500, low=10, high=500)
    weight_decay: float = knob(0.01, low=0, high=10)
    momentum: float = knob(0.0, low=0, high=1)
    beta1: float = knob(0.9, low=0, high=0.99)
    beta2: float = knob(0.999, low=0.9, high=0.9999)
    noise: float = knob(0.0, low=0, high=20)
    tolerance: float = knob(0.01, low=1e-3, high=1)
    seed: int = knob(0, low=0, high=10_000)


def rates():
    """60 learning rates from 1e-3 to 3, evenly spaced on a log scale."""
    import numpy as np

    return np.geomspace(1e-3, 3, RATES)


def sweep(step, config: Config, noise, shape: tuple[int, ...]):
    """(steps to the tolerance for good, inf: never; final distance), each of `shape`, whose last axis is the seeds.

    step: (w, grad, state) -> (w, state). noise: (horizon, seeds).
    """
    import numpy as np

    w, state = np.full(shape, config.start), {}
    # the last step that ended away from the target; 0 is the start, -1 that there is none
    outside = np.where(np.abs(w - config.target) < config.tolerance, -1.0, 0.0)
    for t in range(config.horizon):
        w, state = step(w, config.scale * (2 * (w - config.target) + noise[t]), state)
        outside[~(np.abs(w - config.target) < config.tolerance)] = t + 1
    arrived = np.where(outside < config.horizon, outside + 1, np.inf)
    return arrived, np.abs(w - config.target)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Table "sweep": lr, optimizer, steps (median over seeds, None: never), error (mean over seeds, None: above 1e6).
    Metrics at the horizon: the fewest steps `best_<optimizer>` and their rate `best_lr_...`, the smallest error
    `least_...` and its rate `least_lr_...`. Facts: optimum and limit of SGD's learning rate."""
    import numpy as np

    from core import rng

    yield Started(config.horizon, {"optimum": 0.5 / config.scale, "limit": (1 + config.momentum) / config.scale})
    noise = np.zeros((config.horizon, 1))
    if config.noise:
        noise = config.noise * rng.numpy_stream(config.seed, "noise").standard_normal((config.horizon, SEEDS))
    lr, seeds = rates()[:, None], noise.shape[1]
    decay = np.array([0.0, config.weight_decay])[:, None, None]  # Adam is AdamW without decay: one array for both
    sgd = partial(optimizers.sgd_step, lr=lr, momentum=config.momentum)
    adam = partial(optimizers.adamw_step, lr=lr, weight_decay=decay, beta1=config.beta1, beta2=config.beta2)
    with np.errstate(all="ignore"):  # beyond the stability limit numbers overflow: that is what is shown
        found = [sweep(sgd, config, noise, (RATES, seeds))]
        found += zip(*sweep(adam, config, noise, (2, RATES, seeds)), strict=True)
        found = [(np.median(arrived, axis=-1), error.mean(axis=-1)) for arrived, error in found]
    table = {name: [] for name in ("lr", "optimizer", "steps", "error")}
    for name, (steps, error) in zip(OPTIMIZERS, found, strict=True):
        steps, error = np.where(np.isfinite(steps), steps, np.nan), np.where(error < 1e6, error, np.nan)
        for what, column in (("best", steps), ("least", error)):
            place = None if np.isnan(column).all() else int(np.nanargmin(column))
            yield Metric(config.horizon, f"{what}_lr_{name}", math.nan if place is None else float(rates()[place]))
            yield Metric(config.horizon, f"{what}_{name}", math.nan if place is None else float(column[place]))
        table["lr"] += rates().tolist()
        table["optimizer"] += [name] * RATES
        table["steps"] += [None if math.isnan(v) else v for v in steps.tolist()]
        table["error"] += [None if math.isnan(v) else v for v in error.tolist()]
    yield Table(config.horizon, "sweep", table)
    yield Finished(config.horizon, "done")


EXPERIMENT = Experiment("lr_sweep", 1, Config, run, lane="inline")
