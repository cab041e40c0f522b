"""The same evaluation with and without torch.no_grad, in turn, on this machine: does it save time? (course lesson 6)."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started
from core.experiment import Experiment, knob

PAIRS = 15


@dataclass(frozen=True)
class Config:
    """Model 1 at the course's size: GPT-2's vocabulary, d 128, test batches of 64 x 8. Random tokens stand in for text."""

    experiment: ClassVar[str] = "no_grad"
    vocabulary: int = knob(50_257, low=2, high=60_000)
    width: int = knob(128, low=1, high=1024)
    context: int = knob(8, low=1, high=1024)
    batch: int = knob(64, low=1, high=512)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0: with_seconds and without_seconds (medians of one test batch with gradients and under no_grad),
    ratio (median over PAIRS pairs of the second divided by the first), same (difference of the two losses)."""
    import torch

    from core import initializers, losses, models, rng

    yield Started(0)
    model = models.Model1(config.vocabulary, config.width)
    initializers.torch_default(model, rng.stream(config.seed, "init"))
    model.eval()
    draw = rng.stream(config.seed, "data")
    x, y = (torch.randint(config.vocabulary, (config.batch, config.context), generator=draw) for _ in range(2))

    def measured(gradients: bool):
        began = time.perf_counter()
        with torch.set_grad_enabled(gradients):
            value = losses.nll_of_log_softmax(model(x), y)
        number = value.item()
        del value  # what it kept is given back before the clock stops
        return time.perf_counter() - began, number

    pairs = [(measured(True), measured(False)) for _ in range(PAIRS + 1)][1:]  # the first only warms up
    kept, free = ([side[0] for side in column] for column in zip(*pairs, strict=True))
    yield Metric(0, "with_seconds", statistics.median(kept))
    yield Metric(0, "without_seconds", statistics.median(free))
    yield Metric(0, "ratio", statistics.median(b / a for a, b in zip(kept, free, strict=True)))
    yield Metric(0, "same", abs(pairs[0][0][1] - pairs[0][1][1]))
    yield Finished(0, "done")


EXPERIMENT = Experiment("no_grad", 1, Config, run, lane="alone", machine=True)
