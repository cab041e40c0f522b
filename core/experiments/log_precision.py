"""log(softmax(z)) in three spellings and three number formats: which cells of the map are still numbers? (lesson 15)"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

VOCABULARY = 2048
STDS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
FORMATS = ("float32", "bfloat16", "float16")
POINTS = 120  # tokens of one row that are drawn
TEMPERATURES = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)


@dataclass(frozen=True)
class Config:
    """Logits offset + N(0, std²), `rows` rows. dtype: the format everything is kept in between two operations; inside
    one operation the sums are float32, as PyTorch has it on a CPU. temperature: for what was stored in that format."""

    experiment: ClassVar[str] = "log_precision"
    dtype: str = knob("float32", choices=FORMATS)
    std: float = knob(30.0, low=0.0, high=1000.0)
    offset: float = knob(0.0, low=-1e6, high=1e6)
    temperature: float = knob(0.5, low=0.01, high=1000.0)
    rows: int = knob(4, low=1, high=1000)
    seed: int = knob(0, low=0, high=10_000)


def by_hand(z, keep):
    """log(exp(z) / exp(z).sum()): the formula as it stands in the book. keep rounds to the number format."""
    import numpy as np

    raised = keep(np.exp(z))
    return keep(np.log(keep(raised / keep(raised.sum(-1, keepdims=True)))))


def two_steps(z, keep):
    """torch.log(torch.softmax(z, -1)): the softmax is careful, but what it rounds to 0 has the logarithm −inf."""
    import numpy as np

    from core import spread

    return keep(np.log(keep(spread.softmax(z))))


def fused(z, keep):
    """torch.log_softmax(z, -1): z less its largest, less one logarithm. Nothing small is ever formed."""
    from core import spread

    return keep(spread.log_softmax(z))


WAYS = {"by_hand": by_hand, "two_steps": two_steps, "fused": fused}


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0: broken_<way> (share of results that are −inf, inf or NaN at the chosen std and format),
    error_<way> (largest error of the others against float64, nats), zeros (share of exp(log p) that is 0 in the format),
    stored_logits, stored_logs (total variation of p_T after storing z, or log p, in the format: mean over rows).
    Tables: map (way, dtype, std, share), row (way, exact, found or None: one row of logits), stored (form, temperature,
    distance)."""
    import numpy as np

    from core import rng, signal

    yield Started(0, {"vocabulary": VOCABULARY})
    draws = rng.numpy_stream(config.seed, "data").standard_normal((config.rows, VOCABULARY)).astype(np.float32)
    columns = {"way": [], "dtype": [], "std": [], "share": []}
    with np.errstate(all="ignore"):
        for dtype in FORMATS:
            for std in STDS:
                z = signal.rounded(np.float32(std) * draws + np.float32(config.offset), dtype)
                for way in WAYS:
                    found = WAYS[way](z, keeper(dtype))
                    share = float(1 - np.isfinite(found).mean())
                    for name, value in zip(columns, (way, dtype, std, share), strict=True):
                        columns[name].append(value)
        yield Table(0, "map", columns)
        plain = np.float32(config.std) * draws + np.float32(config.offset)
        yield from closely(config, signal.rounded(plain, config.dtype))
        yield from stored(config, plain)
    yield Finished(0, "done")


def keeper(dtype: str):
    from core import signal

    return lambda x: signal.rounded(x, dtype)


def closely(config: Config, z) -> Iterator[Event]:
    """The chosen cell: how many results are no numbers, and how far the others are off. z (rows, V) in the format."""
    import numpy as np

    from core import spread

    exact = spread.log_softmax(z.astype(np.float64))
    order = np.argsort(z[0])[np.unique(np.linspace(0, VOCABULARY - 1, POINTS).astype(int))]
    columns = {"way": [], "exact": [], "found": []}
    for way, log_p in WAYS.items():
        found = log_p(z, keeper(config.dtype))
        good = np.isfinite(found)
        yield Metric(0, f"broken_{way}", float(1 - good.mean()))
        error = np.abs(found - exact)[good]
        yield Metric(0, f"error_{way}", float(error.max()) if error.size else float("nan"))
        for i in order:
            columns["way"].append(way)
            columns["exact"].append(round(float(exact[0, i]), 4))
            columns["found"].append(round(float(found[0, i]), 4) if good[0, i] else None)
    raised = keeper(config.dtype)(np.exp(fused(z, keeper(config.dtype))))
    yield Metric(0, "zeros", float((raised == 0).mean()))
    yield Table(0, "row", columns)


def stored(config: Config, z) -> Iterator[Event]:
    """z or log p is written down in the format, read again, and sampled from at T in float32: how wrong is p_T?"""
    import numpy as np

    from core import spread

    exact, keep = z.astype(np.float64), keeper(config.dtype)
    forms = {"logits": keep(z), "logs": keep(spread.log_softmax(z))}

    def distance(form, temperature):
        right = spread.softmax(exact / temperature)
        wrong = spread.softmax(forms[form] / np.float32(temperature))
        return float(np.abs(right - wrong).sum(-1).mean() / 2)

    columns = {"form": [], "temperature": [], "distance": []}
    for form in forms:
        for temperature in TEMPERATURES:
            row = (form, temperature, distance(form, temperature))
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
        yield Metric(0, f"stored_{form}", distance(form, config.temperature))
    yield Table(0, "stored", columns)


EXPERIMENT = Experiment("log_precision", 1, Config, run, lane="inline")
