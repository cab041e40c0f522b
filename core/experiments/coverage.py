"""Random windows instead of a DataLoader: how much of the text have n batches not shown yet, and which part?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

PARTS = 64  # stretches the text is cut into for the picture of the visits


@dataclass(frozen=True)
class Config:
    """The defaults are the course's Gulliver's Travels run: nine tenths of 158,350 tokens, 501 batches of 16 x 256."""

    experiment: ClassVar[str] = "coverage"
    tokens: int = knob(142_515, low=100, high=2_000_000)
    batch: int = knob(16, low=1, high=512)
    context: int = knob(256, low=1, high=1024)
    steps: int = knob(501, low=1, high=2000)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: "unseen" (counted) and "expected" (exp(-nBT/N)) after n batches, on about 60 values of n;
    "passes" (shown tokens / N), "first" (chance that the first token is ever shown, exact).
    Tables: "visits" along the text (part, from 0 to 1; windows per token) and "edge" (the first tokens: windows per token).
    """
    import numpy as np

    from core import coverage, rng

    N, B, T = config.tokens, config.batch, min(config.context, config.tokens - 1)
    yield Started(config.steps, {"train_tokens": N})
    starts = rng.numpy_stream(config.seed, "batch").integers(0, N - T, size=(config.steps, B))
    first = coverage.first_seen(starts, N, T)
    grid = np.unique(np.round(np.linspace(0, config.steps, min(config.steps, 60) + 1)).astype(int))
    if config.steps >= 100:
        grid = np.union1d(grid, [100])  # the figure the lesson speaks of
    counted, law = coverage.unseen(first, grid), coverage.expected_unseen(N, B, T, grid)
    for n, seen, theory in zip(grid.tolist(), counted.tolist(), law.tolist(), strict=True):
        yield Metric(n, "unseen", seen)
        yield Metric(n, "expected", theory)
    yield Metric(config.steps, "passes", config.steps * B * T / N)
    yield Metric(config.steps, "first", 1 - (1 - 1 / (N - T)) ** (config.steps * B))
    seen = coverage.visits(starts, N, T)
    edges = np.linspace(0, N, min(PARTS, N) + 1).astype(int)
    means = [float(seen[a:b].mean()) for a, b in zip(edges, edges[1:], strict=False)]
    yield Table(config.steps, "visits", {"part": [float(a / N) for a in edges[:-1]], "windows": means})
    reach = min(2 * T, N)
    places = np.unique(np.linspace(0, reach - 1, min(reach, 64)).astype(int))
    yield Table(config.steps, "edge", {"token": places.tolist(), "windows": seen[places].tolist()})
    yield Finished(config.steps, "done")


EXPERIMENT = Experiment("coverage", 1, Config, run, lane="inline", extends=lambda config: False)
