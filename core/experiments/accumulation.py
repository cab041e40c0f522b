"""Gradient accumulation done right, and three ways to get it wrong: a regression on 64 rows, cut into micro-batches."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

ROWS = 64
UNEQUAL = (30, 20, 10, 4)  # chunk sizes that do not deserve equal weight
BLOWN = 1e6


@dataclass(frozen=True)
class Config:
    """y = 3 x - 1 + noise on 64 rows; `parts` micro-batches of equal size; SGD from zero weights."""

    experiment: ClassVar[str] = "accumulation"
    parts: int = knob(4, choices=(1, 2, 4, 8, 16))
    lr: float = knob(0.05, low=1e-3, high=3)
    updates: int = knob(60, low=1, high=100)
    spread: float = knob(0.5, low=0, high=5)  # standard deviation of the noise in y
    seed: int = knob(0, low=0, high=10_000)


def data(config):
    """(x (64, 2) with a column of ones, y (64,))."""
    import numpy as np

    from core import rng

    draw = rng.numpy_stream(config.seed, "data")
    x = draw.standard_normal(ROWS)
    y = 3 * x - 1 + config.spread * draw.standard_normal(ROWS)
    return np.stack([x, np.ones(ROWS)], axis=1), y


def gradient(w, x, y):
    """Gradient of the mean squared error of these rows: (2,)."""
    return 2 / len(y) * x.T @ (x @ w - y)


def loss(w, x, y) -> float:
    return float(((x @ w - y) ** 2).mean())


def accumulate(w, chunks, held=0.0, *, divide: bool = True, weigh: bool = False):
    """The gradient that the step is taken with, after one backward pass for each chunk (x, y).

    divide: each mean loss / number of chunks. weigh: each by its share of the rows instead. held: what an
    earlier step left behind; it is 0.0 for everyone who calls zero_grad once a step.
    """
    rows, total = sum(len(y) for _, y in chunks), held  # line 1: optimizer.zero_grad() makes held 0
    for x, y in chunks:
        share = len(y) / rows if weigh else 1 / len(chunks) if divide else 1.0  # line 2: (loss * share).backward()
        total = total + share * gradient(w, x, y)
    return total


def cut(x, y, sizes) -> list:
    """Chunks of these sizes, in order."""
    import numpy as np

    edges = np.cumsum((0, *sizes))
    return [(x[a:b], y[a:b]) for a, b in pairwise(edges)]


def ways(config, x, y) -> dict:
    """{name: (chunks, how to accumulate, whether the last step's gradient is kept)}."""
    equal, uneven = cut(x, y, [ROWS // config.parts] * config.parts), cut(x, y, UNEQUAL)
    return {
        "batch": ([(x, y)], {}, False),
        "divided": (equal, {}, False),
        "forgot": (equal, {"divide": False}, False),
        "kept": (equal, {}, True),
        "unequal": (uneven, {}, False),
        "weighted": (uneven, {"weigh": True}, False),
    }


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: `gap_<way>`, the relative distance of its first gradient from the full batch's (of "kept" the second
    one, at the same weights); `ratio_<way>`, its length over the full batch's; `loss_<way>` at the end (inf: diverged).
    Table "losses": step, way, loss."""
    import numpy as np

    x, y = data(config)
    best = loss(np.linalg.lstsq(x, y, rcond=None)[0], x, y)
    yield Started(config.updates, {"best": best})
    table = {name: [] for name in ("step", "way", "loss")}
    for way, (chunks, how, keeps) in ways(config, x, y).items():
        w, held = np.zeros(2), 0.0
        for step in range(config.updates + 1):
            now = loss(w, x, y)
            if not now < BLOWN:
                break
            table["step"].append(step)
            table["way"].append(way)
            table["loss"].append(now)
            total = accumulate(w, chunks, held, **how)
            if step == (1 if keeps else 0):
                full = gradient(w, x, y)
                yield Metric(config.updates, f"gap_{way}", float(np.linalg.norm(total - full) / np.linalg.norm(full)))
                yield Metric(config.updates, f"ratio_{way}", float(np.linalg.norm(total) / np.linalg.norm(full)))
            w, held = w - config.lr * total, total if keeps else 0.0
        yield Metric(config.updates, f"loss_{way}", now if now < BLOWN else float("inf"))
    yield Table(config.updates, "losses", table)
    yield Finished(config.updates, "done")


EXPERIMENT = Experiment("accumulation", 1, Config, run, lane="inline")
