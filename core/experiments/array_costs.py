"""Three ways to count the different tokens of a tensor, and what a loop of np.append makes of them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started
from core.experiment import Experiment, knob


@dataclass(frozen=True)
class Config:
    """tokens: how many are gathered, in pieces of 75."""

    experiment: ClassVar[str] = "array_costs"
    tokens: int = knob(7500, low=75, high=100_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: tensor_set, tensor_unique (different values found in [1, 1, 2]); append_bytes, list_bytes (bytes a token,
    grown by np.append from np.array([]) and made at once as uint16); append_seconds, list_seconds."""
    import numpy as np
    import torch

    yield Started(1, {})
    three = torch.tensor([1, 1, 2])
    yield Metric(1, "tensor_set", len(set(three)))
    yield Metric(1, "tensor_unique", len(three.unique()))
    pieces = [np.arange(75) % 50_257 for _ in range(config.tokens // 75)]
    start = time.perf_counter()
    grown = np.array([])
    for piece in pieces:
        grown = np.append(grown, piece)
    middle = time.perf_counter()
    listed = np.concatenate(pieces).astype(np.uint16)
    end = time.perf_counter()
    yield Metric(1, "append_bytes", grown.itemsize)
    yield Metric(1, "list_bytes", listed.itemsize)
    yield Metric(1, "append_seconds", middle - start)
    yield Metric(1, "list_seconds", end - middle)
    yield Finished(1, "done")


EXPERIMENT = Experiment("array_costs", 1, Config, run, lane="express")
