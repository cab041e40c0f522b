"""Random windows instead of a DataLoader: how much of the text have n batches not shown yet, and which part?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

PARTS = 64  # stretches the text is cut into for the picture of the visits
MOST = 200  # draws of one token that are counted apart


@dataclass(frozen=True)
class Config:
    """The defaults are the course's Gulliver's Travels run: nine tenths of 158,350 tokens, 501 batches of 16 x 256.
    sampler: windows at random places, or shuffled passes over the windows that lie side by side."""

    experiment: ClassVar[str] = "coverage"
    tokens: int = knob(142_515, low=100, high=2_000_000)
    batch: int = knob(16, low=1, high=512)
    context: int = knob(256, low=1, high=1024)
    steps: int = knob(501, low=1, high=2000)
    seed: int = knob(0, low=0, high=10_000)
    sampler: str = knob("random", choices=("random", "epochs"), later=True)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: "unseen" (counted) and "expected" (exp(-nBT/N); in shuffled passes 1 - nBT/N) after n batches, on about 60
    values of n; "passes" (shown tokens / N), "first" (chance that the first token is ever shown, exact).
    Tables: "visits" along the text (part, from 0 to 1; windows per token), "edge" (the first tokens: windows per token)
    and "draws" (how often, share of the tokens shown so often, share by the law).
    """
    import numpy as np

    from core import coverage, rng

    N, B, T = config.tokens, config.batch, min(config.context, config.tokens - 1)
    yield Started(config.steps, {"train_tokens": N})
    chance = rng.numpy_stream(config.seed, "batch")
    if config.sampler == "random":
        starts = chance.integers(0, N - T, size=(config.steps, B))
    else:
        starts = coverage.shuffled_passes(chance, N, T, config.steps * B).reshape(config.steps, B)
    first = coverage.first_seen(starts, N, T)
    grid = np.unique(np.round(np.linspace(0, config.steps, min(config.steps, 60) + 1)).astype(int))
    if config.steps >= 100:
        grid = np.union1d(grid, [100])  # the figure the lesson speaks of
    counted, law = coverage.unseen(first, grid), coverage.expected_unseen(N, B, T, grid, config.sampler)
    for n, seen, theory in zip(grid.tolist(), counted.tolist(), law.tolist(), strict=True):
        yield Metric(n, "unseen", seen)
        yield Metric(n, "expected", theory)
    yield Metric(config.steps, "passes", config.steps * B * T / N)
    drawn = config.steps * B
    sure = min(1.0, drawn / ((N - 1) // T))  # a pass has so many windows, and one of them begins the text
    yield Metric(config.steps, "first", 1 - (1 - 1 / (N - T)) ** drawn if config.sampler == "random" else sure)
    seen = coverage.visits(starts, N, T)
    edges = np.linspace(0, N, min(PARTS, N) + 1).astype(int)
    means = [float(seen[a:b].mean()) for a, b in zip(edges, edges[1:], strict=False)]
    yield Table(config.steps, "visits", {"part": [float(a / N) for a in edges[:-1]], "windows": means})
    reach = min(2 * T, N)
    places = np.unique(np.linspace(0, reach - 1, min(reach, 64)).astype(int))
    yield Table(config.steps, "edge", {"token": places.tolist(), "windows": seen[places].tolist()})
    counts = np.bincount(seen)
    often = np.arange(min(len(counts), MOST + 1))
    law = coverage.draws_law(drawn * T / N, often, config.sampler)
    shares = {"count": often.tolist(), "share": (counts[often] / N).tolist(), "law": law.tolist()}
    yield Table(config.steps, "draws", shares)
    yield Finished(config.steps, "done")


EXPERIMENT = Experiment("coverage", 1, Config, run, lane="inline", extends=lambda config: False)
