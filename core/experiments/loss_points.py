"""One weight, several values: each loss pulls it to its own statistic, mean, median or quantile (course lesson 9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Note, Started, Table
from core.experiment import Experiment, knob
from core.problem import Problem

GRID = 241  # places at which the pull is drawn


@dataclass(frozen=True)
class Config:
    """Four values a to d and `outliers` copies of `outlier`. reduction "none" leaves one loss per value: no number to
    differentiate. The other fields as in loss_path."""

    experiment: ClassVar[str] = "loss_points"
    loss: str = knob("l1", choices=("l1", "l2", "half_l2", "huber", "log_cosh", "pinball", "epsilon", "custom"))
    expression: str = knob("abs(e)**1.5")
    delta: float = knob(1.0, low=1e-3, high=100)
    q: float = knob(0.5, low=0.01, high=0.99)
    zone: float = knob(0.05, low=0.0, high=10)
    a: float = knob(2.0, low=-100, high=100)
    b: float = knob(2.5, low=-100, high=100)
    c: float = knob(3.0, low=-100, high=100)
    d: float = knob(3.2, low=-100, high=100)
    outlier: float = knob(20.0, low=-1000, high=1000)
    outliers: int = knob(1, low=0, high=3)
    reduction: str = knob("mean", choices=("mean", "sum", "none"))
    lr: float = knob(0.05, low=0.0, high=100)
    optimizer: str = knob("sgd", choices=("sgd", "momentum", "adam"))
    decay: str = knob("none", choices=("none", "1/t", "linear"))
    start: float = knob(2.0, low=-1000, high=1000)
    steps: int = knob(200, low=1, high=500)


def values(config: Config) -> list[float]:
    """The values, outliers last."""
    return [config.a, config.b, config.c, config.d] + [config.outlier] * config.outliers


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: "w" at every step, "rest" at the end (where the mean loss is lowest, found on a grid: what w walks to).
    Table "pull": the mean slope for every w. Facts: the values, their mean and median.
    reduction "none" (after step 0) and a refused expression end the run as failed, with a Problem's code."""
    import numpy as np

    from core import descent, error_losses

    points = np.array(values(config))
    yield Started(
        config.steps,
        {"values": points.tolist(), "mean": float(points.mean()), "median": float(np.median(points))},
    )
    try:
        loss = error_losses.build(
            config.loss, delta=config.delta, q=config.q, zone=config.zone, expression=config.expression
        )
    except Problem as problem:
        yield Finished(0, "failed", {"code": problem.code} | problem.facts)
        return
    if config.loss == "custom":
        for code, facts in error_losses.warnings(loss, config.start, float(np.median(points))):
            yield Note(0, code, facts)
    low, high = min(points.min(), config.start), max(points.max(), config.start)
    grid = np.linspace(low - 0.05 * (high - low) - 0.5, high + 0.05 * (high - low) + 0.5, GRID)
    with np.errstate(all="ignore"):
        pull = loss(grid[:, None] - points)[1].mean(1)
        rest = error_losses.lowest(loss, points)
    yield Table(0, "pull", {"w": grid.tolist(), "slope": pull.tolist()})
    if config.reduction == "none":
        problem = Problem("loss_not_scalar", values=len(points))
        yield Metric(0, "w", config.start)  # it never leaves its place
        yield Metric(0, "rest", rest)
        yield Finished(0, "failed", {"code": problem.code} | problem.facts)
        return
    y = points.astype(np.float32)
    gather = np.mean if config.reduction == "mean" else np.sum
    path = descent.descend(
        lambda w: gather(loss(w[:, None] - y)[1], 1),
        np.array([config.start], dtype=np.float32),
        config.lr,
        config.steps,
        optimizer=config.optimizer,
        decay=config.decay,
    )[:, 0]
    alive = int(np.isfinite(path).cumprod().sum())
    for step, w in enumerate(path[:alive].tolist()):
        yield Metric(step, "w", w)
    yield Metric(min(alive, config.steps), "rest", rest)
    if alive <= config.steps:
        yield Finished(alive, "diverged", {"value": str(float(path[alive])), "lr": config.lr})
        return
    yield Finished(config.steps, "done")


EXPERIMENT = Experiment("loss_points", 1, Config, run, lane="inline")
