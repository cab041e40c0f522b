"""What dropout on attention probabilities costs in time, by length of the window, on this machine (course lesson 17)."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from core.events import Event, Finished, Metric, Started
from core.experiment import Experiment, knob

SHORTEST, PAIRS = 32, 7


@dataclass(frozen=True)
class Config:
    """One call of scaled_dot_product_attention, forward and backward: `batch` windows, `heads` heads of `head_width`."""

    experiment: ClassVar[str] = "attention_time"
    p: float = knob(0.1, low=0.0, high=0.99)
    context: int = knob(1024, low=32, high=2048)
    batch: int = knob(1, low=1, high=64)
    heads: int = knob(4, low=1, high=64)
    head_width: int = knob(32, low=4, high=256)
    seed: int = knob(0, low=0, high=10_000)


def lengths(longest: int) -> list[int]:
    """SHORTEST and its doublings up to `longest`, and that."""
    found = [SHORTEST]
    while 2 * found[-1] < longest:
        found.append(2 * found[-1])
    return found if found[-1] == longest else [*found, longest]


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at "step" T, for growing T: without, with (milliseconds, medians over PAIRS interleaved pairs) and ratio
    (median of the pairs')."""
    import torch
    from torch.nn import functional as F

    from core import rng, timing

    yield Started(config.context)
    for T in lengths(config.context):
        draw = rng.stream(config.seed, "data", T)
        shape = (config.batch, config.heads, T, config.head_width)
        q, k, v = (torch.randn(shape, generator=draw).requires_grad_() for _ in range(3))

        def step(p: float, q=q, k=k, v=v):
            F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=p).sum().backward()

        cases = {"without": partial(step, 0.0), "with": partial(step, config.p)}
        *_, taken = timing.interleaved(cases, PAIRS, seed=config.seed)
        for name, seconds in taken.items():
            yield Metric(T, name, 1e3 * statistics.median(seconds))
        ratios = [b / a for a, b in zip(taken["without"], taken["with"], strict=True)]
        yield Metric(T, "ratio", statistics.median(ratios))
    yield Finished(config.context, "done")


EXPERIMENT = Experiment("attention_time", 1, Config, run, lane="alone", machine=True)
