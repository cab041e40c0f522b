"""One weight walks to one target under one loss: what the slope of a loss does, step by step (course lesson 9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Note, Started, Table
from core.experiment import Experiment, knob
from core.problem import Problem

LAST = 10  # steps at the end over which the swing is measured
REACH = 61  # points of the curves of loss and slope on either side of 0


@dataclass(frozen=True)
class Config:
    """The defaults are the course's exercise. expression: the loss "custom", typed in e = prediction - target.

    delta: where Huber's loss turns straight. q: the quantile of pinball. zone: half-width of the dead zone.
    """

    experiment: ClassVar[str] = "loss_path"
    loss: str = knob("l1", choices=("l1", "l2", "half_l2", "huber", "log_cosh", "pinball", "epsilon", "custom"))
    expression: str = knob("abs(e)**1.5")
    delta: float = knob(1.0, low=1e-3, high=100)
    q: float = knob(0.5, low=0.01, high=0.99)
    zone: float = knob(0.05, low=0.0, high=10)
    lr: float = knob(0.05, low=0.0, high=100)
    optimizer: str = knob("sgd", choices=("sgd", "momentum", "adam"))
    decay: str = knob("none", choices=("none", "1/t", "linear"))
    start: float = knob(2.0, low=-1000, high=1000)
    target: float = knob(3.0, low=-1000, high=1000)
    tolerance: float = knob(0.06, low=1e-6, high=10)
    steps: int = knob(50, low=1, high=500)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics "w", "loss" and "slope" at every step; at the end "arrival" (the step from which it stays within the tolerance,
    -1 for never) and "swing" (largest minus smallest w of the last ten steps). Table "shape": loss and slope against e.

    Computed in float32, as PyTorch does: whether L1 ever lands exactly on its target is a matter of rounding.
    Notes: what is odd about a typed loss. A refused expression ends the run as failed, with its Problem's code.
    """
    import numpy as np

    from core import descent, error_losses

    yield Started(config.steps)
    try:
        loss = error_losses.build(
            config.loss, delta=config.delta, q=config.q, zone=config.zone, expression=config.expression
        )
    except Problem as problem:
        yield Finished(0, "failed", {"code": problem.code} | problem.facts)
        return
    if config.loss == "custom":
        for code, facts in error_losses.warnings(loss, config.start, config.target):
            yield Note(0, code, facts)
    target = np.float32(config.target)
    path = descent.descend(
        lambda w: loss(w - target)[1],
        np.array([config.start], dtype=np.float32),
        config.lr,
        config.steps,
        optimizer=config.optimizer,
        decay=config.decay,
    )[:, 0]
    reach = max(1.5, 1.25 * abs(config.start - config.target))
    e = np.linspace(-reach, reach, 2 * REACH + 1)
    with np.errstate(all="ignore"):
        values, pushes = loss(path - target)
        curve, slope = loss(e)
    yield Table(0, "shape", {"e": e.tolist(), "loss": curve.tolist(), "slope": slope.tolist()})
    alive = int(np.isfinite(path).cumprod().sum())  # steps before the first that is no number
    for step, (w, value, push) in enumerate(zip(path[:alive], values[:alive], pushes[:alive], strict=True)):
        yield Metric(step, "w", float(w))
        yield Metric(step, "loss", float(value))
        yield Metric(step, "slope", float(push))
    if alive <= config.steps:
        yield Metric(alive - 1, "arrival", -1)
        yield Finished(alive, "diverged", {"value": str(float(path[alive])), "lr": config.lr})
        return
    yield Metric(config.steps, "arrival", int(descent.arrival(path - target, config.tolerance)))
    yield Metric(config.steps, "swing", float(np.ptp(path[-LAST:])))
    yield Finished(config.steps, "done")


EXPERIMENT = Experiment("loss_path", 1, Config, run, lane="inline")
