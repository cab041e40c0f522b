"""How large is a dot product of two random vectors, and does the number format bear it? (course lesson 11)"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

POINTS, CELLS = 220, 24  # points of each strip; rows and columns of the picture of single scores
BUDGET = 800_000  # random numbers in one run: beyond it there are fewer redraws


@dataclass(frozen=True)
class Config:
    """Q, K (n, d) with entries mean + std·N(0, 1), `correlation` between entries of q_i and k_i. product: "matrix" is
    Q @ K.T, "elementwise" is Q * K, the usual slip. dtype: what inputs and results are rounded to (sums are kept in
    full, as accelerators do). divide: by sqrt(d) "after" the product, or q and k each by d^(1/4) "before" it."""

    experiment: ClassVar[str] = "dot_products"
    n: int = knob(50, low=2, high=200)
    d: int = knob(50, low=1, high=4096)
    mean: float = knob(0.0, low=-10.0, high=10.0)
    std: float = knob(1.0, low=0.001, high=100.0)
    correlation: float = knob(0.0, low=-1.0, high=1.0)
    product: str = knob("matrix", choices=("matrix", "elementwise"))
    dtype: str = knob("float32", choices=("float32", "bfloat16", "float16"))
    divide: str = knob("after", choices=("after", "before"))
    redraws: int = knob(20, low=1, high=1000)
    seed: int = knob(0, low=0, high=10_000)


def scores(q, k, config: Config, shrink: float = 1.0):
    """(n, n) of q_i·k_j, or (n, d) of q·k entry by entry, each input first times `shrink`, in the chosen dtype."""
    from core import dots

    q, k = dots.rounded(q * shrink, config.dtype), dots.rounded(k * shrink, config.dtype)
    return dots.rounded(dots.products(q, k) if config.product == "matrix" else q * k, config.dtype)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0, means over redraws: std_q, std_k, std (of the scores of different vectors, i ≠ j), std_sd (its
    spread over redraws), scaled (the same after the division), diagonal (mean of q_i·k_i), expected, expected_diagonal,
    overflow and scaled_overflow (shares that became infinite), overflow_row (the first such row, from 1; nan: none).
    Tables of the first draw: strips (name, value, row, column, jitter, own), spreads (name, std), cells (row,
    column, value, overflow).
    """
    import numpy as np

    from core import dots, rng

    yield Started(0)
    n, d, matrix = config.n, config.d, config.product == "matrix"
    draws = rng.numpy_stream(config.seed, "data")
    different = ~np.eye(n, dtype=bool) if matrix else np.ones((n, d), dtype=bool)
    rows, first = [], None
    for _ in range(max(1, min(config.redraws, BUDGET // (2 * n * d)))):
        q, k = dots.pair(n, d, draws, mean=config.mean, std=config.std, correlation=config.correlation)
        raw = scores(q, k, config)
        with np.errstate(invalid="ignore"):
            after = dots.rounded(raw / math.sqrt(d), config.dtype)
        scaled = scores(q, k, config, d**-0.25) if config.divide == "before" else after
        first = first or (q, k, raw, scaled)
        bad = ~np.isfinite(raw)
        rows.append(
            {
                "std_q": q.std(),
                "std_k": k.std(),
                "std": _std(raw[different]),
                "scaled": _std(scaled[different]),
                "diagonal": _mean(np.diagonal(raw)) if matrix else math.nan,
                "overflow": bad.mean(),
                "scaled_overflow": (~np.isfinite(scaled)).mean(),
                "overflow_row": float(bad.any(1).argmax() + 1) if bad.any() else math.nan,
            }
        )
    for name in rows[0]:
        values = [row[name] for row in rows if math.isfinite(row[name])]
        yield Metric(0, name, float(np.mean(values)) if values else math.nan)
    yield Metric(0, "std_sd", float(np.std([row["std"] for row in rows])))
    yield Metric(0, "expected", dots.expected_std(d if matrix else 1, config.mean, config.std))
    yield Metric(0, "expected_diagonal", dots.expected_diagonal(d, config.mean, config.std, config.correlation))
    yield from _pictures(*first, config)
    yield Finished(0, "done")


def _mean(values) -> float:
    """nan where a format has lost scores to infinities of both signs."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        return float(values.mean())


def _std(values) -> float:
    import numpy as np

    finite = values[np.isfinite(values)]
    return float(finite.std()) if len(finite) > 1 else math.nan


def _pictures(q, k, raw, scaled, config: Config) -> Iterator[Event]:
    """What the strips and the picture of single scores are drawn from."""
    import numpy as np

    from core import rng

    points = {name: [] for name in ("name", "value", "row", "column", "jitter", "own")}
    spreads = {"name": [], "std": []}
    draws = rng.numpy_stream(config.seed, "sample")
    for name, values in (("Q", q), ("K", k), ("scores", raw), ("scaled", scaled)):
        chosen = draws.choice(values.size, min(POINTS, values.size), replace=False)
        places = np.stack(np.unravel_index(chosen, values.shape))
        points["name"] += [name] * len(chosen)
        points["value"] += [round(float(v), 4) if math.isfinite(v) else math.nan for v in values[tuple(places)]]
        points["row"] += (places[0] + 1).tolist()
        points["column"] += (places[1] + 1).tolist()
        points["jitter"] += np.round(draws.uniform(-1, 1, len(chosen)), 3).tolist()
        own = (places[0] == places[1]) & (name in ("scores", "scaled")) & (config.product == "matrix")
        points["own"] += own.tolist()
        spreads["name"].append(name)
        spreads["std"].append(_std(values.ravel()))
    yield Table(0, "strips", points)
    yield Table(0, "spreads", spreads)
    corner = raw[:CELLS, :CELLS]
    row, column = np.indices(corner.shape)
    cells = {
        "row": (row.ravel() + 1).tolist(),
        "column": (column.ravel() + 1).tolist(),
        "value": [float(f"{v:.4g}") if math.isfinite(v) else math.nan for v in corner.ravel()],
        "overflow": (~np.isfinite(corner)).ravel().tolist(),
    }
    yield Table(0, "cells", cells)


EXPERIMENT = Experiment("dot_products", 1, Config, run, lane="inline")
