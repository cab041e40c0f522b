"""What dropout in the last hidden layer does to the softmax after it, with and without rescaling (course lesson 14)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

GRID = tuple(i / 10 for i in range(10))


@dataclass(frozen=True)
class Config:
    """`rows` hidden vectors N(0, 1) of `width` numbers; an output matrix with entries N(0, 1/width), so that the logits
    have variance 1 before anything is dropped."""

    experiment: ClassVar[str] = "dropout_softmax"
    width: int = knob(512, low=1, high=2048)
    vocabulary: int = knob(1000, low=2, high=5000)
    rows: int = knob(8, low=1, high=100)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Table "entropy" at step 0: p, rescaled, plain (mean entropy of softmax(yW) in nats, with and without dividing the
    survivors by 1 − p). Metrics: uniform (ln V), none (entropy without dropout)."""
    import numpy as np

    from core import dropout, rng, spread

    yield Started(0)
    draws = rng.numpy_stream(config.seed, "data")
    hidden = draws.standard_normal((config.rows, config.width), dtype=np.float32)
    matrix = draws.standard_normal((config.width, config.vocabulary), dtype=np.float32) / np.float32(config.width**0.5)
    found = {"rescaled": [], "plain": []}
    for p in GRID:
        kept = dropout.keep_mask(p, hidden.shape, rng.numpy_stream(config.seed, "dropout"))
        for name, values in found.items():
            y = dropout.inverted_dropout(hidden, kept, p, name == "rescaled").astype(np.float32)
            values.append(float(spread.entropy(spread.softmax(y @ matrix)).mean()))
    yield Table(0, "entropy", {"p": list(GRID)} | found)
    yield Metric(0, "uniform", float(np.log(config.vocabulary)))
    yield Metric(0, "none", found["plain"][0])
    yield Finished(0, "done")


EXPERIMENT = Experiment("dropout_softmax", 1, Config, run, lane="inline")
