"""Random scores go through softmax: who gets the attention, and who still learns? (course lesson 11)"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

BUDGET = 600_000  # random numbers in one run
BINS = 50  # of the Jacobian's norm, from 0 to 0.5: no probabilities give more


@dataclass(frozen=True)
class Config:
    """n queries and keys of length d with entries std·N(0, 1); scores s·QKᵀ·d^(−exponent). exponent: 0 raw, 1/2 the
    paper (Vaswani et al. 2017), 1 what μP uses (Yang et al. 2022). form: "rows", one softmax for each query, or
    "course", one over all n² scores."""

    experiment: ClassVar[str] = "softmax_spread"
    n: int = knob(64, low=2, high=200)
    d: int = knob(50, low=1, high=4096)
    std: float = knob(1.0, low=0.001, high=100.0)
    exponent: float = knob(0.5, low=0.0, high=2.0)
    attention_scale: float = knob(1.0, low=0.0, high=64.0)
    form: str = knob("rows", choices=("rows", "course"))
    redraws: int = knob(20, low=1, high=1000)
    seed: int = knob(0, low=0, high=10_000)


def scores(config: Config, draws):
    """Scaled scores of one fresh draw: (n, n), or (1, n²) in the course's form."""
    from core import dots

    q, k = dots.pair(config.n, config.d, draws, std=config.std)
    z = config.attention_scale * dots.products(q, k) * config.d**-config.exponent
    return z if config.form == "rows" else z.reshape(1, -1)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0, over all rows of all redraws: top (mean largest probability), entropy (share of ln of the
    number of keys), effective (mean 1/Σp²), jacobian_mean, jacobian_median, dead (share of rows below 0.01),
    cells90 (how many probabilities of a row hold 90 %), temperature_gap (largest difference between dividing the scores of
    the first draw by √d and sampling from the undivided ones at temperature √d).
    Tables: row (one row sorted: rank, p, score), jacobian (norm, share: a histogram)."""
    import numpy as np

    from core import rng, spread

    yield Started(0)
    draws = rng.numpy_stream(config.seed, "data")
    parts = []
    for _ in range(max(1, min(config.redraws, BUDGET // (2 * config.n * config.d)))):
        parts.append(scores(config, draws))
    z = np.concatenate(parts)  # (rows, keys)
    p = spread.softmax(z)
    keys, norms = p.shape[-1], spread.jacobian_norm(p)
    ordered = -np.sort(-p, axis=-1)
    numbers = {
        "top": ordered[:, 0].mean(),
        "entropy": spread.entropy(p).mean() / np.log(keys),
        "effective": spread.effective(p).mean(),
        "jacobian_mean": norms.mean(),
        "jacobian_median": np.median(norms),
        "dead": (norms < spread.DEAD).mean(),
        "cells90": ((ordered.cumsum(-1) < 0.9).sum(-1) + 1).mean(),
        "temperature_gap": temperature_gap(z[: config.n], config.d**0.5),
    }
    for name, value in numbers.items():
        yield Metric(0, name, float(value))
    order = np.argsort(-p[0])[:200]
    ranks = list(range(1, len(order) + 1))
    row = {"rank": ranks, "p": [float(f"{v:.4g}") for v in p[0, order]], "score": np.round(z[0, order], 3).tolist()}
    yield Table(0, "row", row)
    counts, edges = np.histogram(norms, BINS, (0.0, 0.5))
    shares = (counts / len(norms)).tolist()
    yield Table(0, "jacobian", {"low": edges[:-1].tolist(), "high": edges[1:].tolist(), "share": shares})
    yield Finished(0, "done")


def temperature_gap(z, temperature: float) -> float:
    """Largest difference between softmax(z / T) and softmax(z) sampled at temperature T."""
    import numpy as np

    from core import spread

    return float(np.abs(spread.softmax(z / temperature) - spread.at_temperature(spread.softmax(z), temperature)).max())


EXPERIMENT = Experiment("softmax_spread", 1, Config, run, lane="inline")
