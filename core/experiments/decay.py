"""Weights that only weight decay and noise move: no data, and a closed form to hold them against (course lesson 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started
from core.experiment import Experiment, knob

POINTS = 200  # at most about so many steps are reported


@dataclass(frozen=True)
class Config:
    """`copies` independent weights that begin at `start` and receive gradients N(0, noise²), 0 with noise 0.

    optimizer: adamw and sgdw shrink the weight itself (decoupled); adam and sgd add weight_decay·w to the gradient
    (L2).
    memory1, memory2: 1/(1 - beta), in steps; 10 and 1000 are Adam's usual 0.9 and 0.999.
    """

    experiment: ClassVar[str] = "decay"
    optimizer: str = knob("adamw", choices=("adamw", "adam", "sgd", "sgdw"))
    lr: float = knob(0.01, low=0.0, high=10.0)
    weight_decay: float = knob(0.1, low=0.0, high=100.0)
    memory1: float = knob(10.0, low=1.0, high=1000.0)
    memory2: float = knob(1000.0, low=1.0, high=100_000.0)
    eps: float = knob(1e-8, low=1e-12, high=10.0)
    noise: float = knob(0.0, low=0.0, high=1000.0)
    copies: int = knob(1, low=1, high=400)
    start: float = knob(1.0, low=-100.0, high=100.0)
    steps: int = knob(100, low=1, high=1000)
    seed: int = knob(0, low=0, high=10_000)


def step(w, grad, state: dict, config: Config):
    """One step of config.optimizer, decay in the place where that optimizer has it. Returns (w, state)."""
    from core.optimizers import adam_step, adamw_step, sgd_step

    lr, wd = config.lr, config.weight_decay
    adam = {"lr": lr, "beta1": 1 - 1 / config.memory1, "beta2": 1 - 1 / config.memory2, "eps": config.eps}
    if config.optimizer == "adamw":
        return adamw_step(w, grad, state, weight_decay=wd, **adam)
    if config.optimizer == "adam":
        return adam_step(w, grad + wd * w, state, **adam)
    if config.optimizer == "sgdw":
        return sgd_step(w * (1 - lr * wd), grad, state, lr=lr)
    return sgd_step(w, grad + wd * w, state, lr=lr)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: weight (mean of the copies), low and high (their quartiles), spread (their standard deviation) on about
    POINTS steps; closed, start·(1 - lr·wd)^t, which knows nothing but the two knobs. Facts: factor = 1 - lr·wd.
    A weight that is no longer a number ends the run: Finished("diverged")."""
    import numpy as np

    from core import rng

    factor = 1 - config.lr * config.weight_decay
    yield Started(config.steps, {"factor": factor})
    gradients = np.zeros((config.steps, config.copies))
    if config.noise:
        gradients = config.noise * rng.numpy_stream(config.seed, "noise").standard_normal(gradients.shape)
    shown = set(np.unique(np.linspace(0, config.steps, min(config.steps, POINTS) + 1).round().astype(int)).tolist())
    w, state = np.full(config.copies, config.start), {}
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(config.steps + 1):
            if t:
                w, state = step(w, gradients[t - 1], state, config)
            if not np.isfinite(w).all():
                yield Finished(t, "diverged")
                return
            if t in shown:
                ordered, quarter = np.sort(w), config.copies // 4
                closed = config.start * np.float64(factor) ** t
                numbers = {"weight": w.mean(), "low": ordered[quarter], "high": ordered[-1 - quarter]}
                numbers |= {"spread": w.std(), "closed": closed}
                for name, value in numbers.items():
                    yield Metric(t, name, float(value))
    yield Finished(config.steps, "done")


EXPERIMENT = Experiment("decay", 1, Config, run, lane="inline")
