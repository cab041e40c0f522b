"""One vector through dropout, number by number, and how many numbers a mask drops (course lesson 14)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

CELLS = 200  # numbers that are drawn one by one
BUDGET = 400_000  # random numbers for the counts
BARS = 40  # of the histogram, at most


@dataclass(frozen=True)
class Config:
    """n numbers mean + std·N(0, 1). p: probability of dropping. rescale: survivors divided by 1 − p. mode: "train", or
    "eval", in which nothing is dropped. masks: how many are counted (fewer where n is large)."""

    experiment: ClassVar[str] = "dropout_mask"
    p: float = knob(0.2, low=0.0, high=1.0)
    n: int = knob(100, low=1, high=10_000)
    mean: float = knob(1.0, low=0.0, high=3.0)
    std: float = knob(0.0, low=0.0, high=3.0)
    rescale: bool = knob(True)
    mode: str = knob("train", choices=("train", "eval"))
    masks: int = knob(2000, low=1, high=2000)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0: zeros (dropped by this one mask), survivor (what a 1 becomes if it survives), sum, mean and std
    each _before and _after, back (largest survivor of a vector of ones, multiplied by 1 − p again); counted (masks),
    share and share_sd (dropped share over all of them). Tables: cells (place, before, kept, after; the first 200),
    counts (low, high: numbers dropped; masks counted, masks expected by the binomial law)."""
    import numpy as np

    from core import dropout, rng

    yield Started(0)
    x = config.mean + config.std * rng.numpy_stream(config.seed, "data").standard_normal(config.n)
    p = config.p if config.mode == "train" else 0.0
    kept = dropout.keep_mask(p, config.n, rng.numpy_stream(config.seed, "dropout"))
    y = dropout.inverted_dropout(x, kept, p, config.rescale)
    yield Metric(0, "zeros", float((~kept).sum()))
    survivor = float(dropout.inverted_dropout(np.ones(1), np.array([p < 1]), p, config.rescale)[0])
    yield Metric(0, "survivor", survivor)
    yield Metric(0, "back", survivor * (1 - p))
    for name, take in (("sum", np.sum), ("mean", np.mean), ("std", np.std)):
        yield Metric(0, f"{name}_before", float(take(x)))
        yield Metric(0, f"{name}_after", float(take(y)))
    count = max(1, min(config.masks, BUDGET // config.n))
    many = dropout.keep_mask(p, (count, config.n), rng.numpy_stream(config.seed, "dropout", 1))
    dropped = config.n - many.sum(1)
    yield Metric(0, "counted", float(count))
    yield Metric(0, "share", float(dropped.mean() / config.n))
    yield Metric(0, "share_sd", float(dropped.std() / config.n))
    columns = {"place": list(range(1, min(CELLS, config.n) + 1)), "before": x, "kept": kept, "after": y}
    yield Table(0, "cells", {k: _short(v) for k, v in columns.items()})
    yield Table(0, "counts", histogram(dropped, config.n, p))
    yield Finished(0, "done")


def _short(values) -> list:
    return [round(v, 4) if isinstance(v, float) else v for v in (*getattr(values, "tolist", lambda: values)()[:CELLS],)]


def histogram(dropped, n: int, p: float) -> dict[str, list]:
    """How many masks dropped low ... high numbers, counted and by the binomial law; about BARS bars."""
    import numpy as np

    from core import dropout

    reach = 4.5 * n * dropout.share_sd(p, n) + 1
    low = max(0, int(min(dropped.min(), n * p - reach)))
    high = min(n, int(np.ceil(max(dropped.max(), n * p + reach))))
    width = -(-(high - low + 1) // BARS)
    edges = np.arange(low, high + width + 1, width)
    law = np.append(dropout.binomial(n, p), np.zeros(width + 1)).cumsum()
    below = np.concatenate([[0.0], law])  # P(fewer than k dropped)
    top = np.minimum(edges, len(below) - 1)
    counted = np.histogram(dropped, edges - 0.5)[0]
    expected = len(dropped) * (below[top[1:]] - below[top[:-1]])
    columns = (edges[:-1], edges[1:] - 1, counted, np.round(expected, 3))
    return {k: v.tolist() for k, v in zip(("low", "high", "masks", "expected"), columns, strict=True)}


EXPERIMENT = Experiment("dropout_mask", 1, Config, run, lane="inline")
