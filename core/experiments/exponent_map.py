"""Which power of d keeps attention open? Entropy and dead rows by exponent and length, untrained (lesson 11)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

LENGTHS = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
EXPONENTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class Config:
    """n queries and keys with entries std·N(0, 1), scores times attention_scale·d^(−exponent), for every pair."""

    experiment: ClassVar[str] = "exponent_map"
    n: int = knob(64, low=2, high=200)
    std: float = knob(1.0, low=0.001, high=100.0)
    attention_scale: float = knob(1.0, low=0.0, high=64.0)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Table "map" (d, exponent, entropy as a share of ln n, dead share of rows). Metric flattest: the exponent at which
    the entropy changes least from the shortest to the longest vectors."""
    import numpy as np

    from core import dots, rng, spread

    yield Started(0)
    draws = rng.numpy_stream(config.seed, "data")
    columns = {name: [] for name in ("d", "exponent", "entropy", "dead")}
    for d in LENGTHS:
        q, k = dots.pair(config.n, d, draws, std=config.std)
        raw = config.attention_scale * dots.products(q, k)
        for exponent in EXPONENTS:
            p = spread.softmax(raw * d**-exponent)
            columns["d"].append(d)
            columns["exponent"].append(exponent)
            columns["entropy"].append(float(spread.entropy(p).mean() / np.log(config.n)))
            columns["dead"].append(float((spread.jacobian_norm(p) < spread.DEAD).mean()))
    entropy = np.reshape(columns["entropy"], (len(LENGTHS), len(EXPONENTS)))
    moved = np.ptp(entropy, axis=0)
    yield Metric(0, "flattest", EXPONENTS[int(moved.argmin())])
    yield Table(0, "map", columns)
    yield Finished(0, "done")


EXPERIMENT = Experiment("exponent_map", 1, Config, run, lane="inline")
