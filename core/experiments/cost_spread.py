"""How wrong is a cost estimate? Ten thousand draws of every input, and which one matters (course lesson 1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

DRAWS, BINS = 10_000, 48
Z90 = 1.6448536  # nine tenths of a normal lie within this many standard deviations
INPUTS = {"parameters": 1, "tokens": 1, "price": 1, "mfu": -1}  # the power with which each enters the cost


@dataclass(frozen=True)
class Config:
    """Middle values, and for each a factor: nine times in ten the truth lies within middle / or x factor."""

    experiment: ClassVar[str] = "cost_spread"
    parameters: float = knob(2.8e11, low=1e5, high=2e12)
    tokens: float = knob(1.3e13, low=1e5, high=1e14)
    hardware: str = knob("a100", choices=("v100", "a100", "h100", "h800", "4090", "cpu"))
    mfu: float = knob(0.35, low=0.01, high=1.0)
    price: float = knob(1.1, low=0.05, high=100.0)
    by_parameters: float = knob(2.0, low=1.0, high=100.0)
    by_tokens: float = knob(1.5, low=1.0, high=100.0)
    by_mfu: float = knob(1.3, low=1.0, high=100.0)
    by_price: float = knob(2.0, low=1.0, high=100.0)
    seed: int = knob(0, low=0, high=10_000)


def draws(config: Config) -> dict:
    """{input: (10,000,) values}, log-normal around the middle and independent; a utilisation cannot exceed 1."""
    import numpy as np

    from core import rng

    normal = rng.numpy_stream(config.seed, "noise").standard_normal((len(INPUTS), DRAWS))
    out = {}
    for row, name in zip(normal, INPUTS, strict=True):
        spread = np.log(getattr(config, f"by_{name}")) / Z90
        out[name] = getattr(config, name) * np.exp(spread * row)
    out["mfu"] = np.minimum(out["mfu"], 1.0)
    return out


def dollars(values: dict, peak: float):
    """Rent for the run: 6ND / (peak x MFU) hours at the price. Numbers or arrays."""
    from core import compute

    return (
        compute.gpu_hours(compute.flops(values["parameters"], values["tokens"]), peak, values["mfu"]) * values["price"]
    )


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: middle (every input at its middle), low, median, high (5, 50, 95 % of the draws), mean. Tables: costs
    (begin, end, share: bins equally wide in log10 dollars) and swings (input, low, high: the cost with that
    input alone at the ends of its range; share: of the variance of the logarithm)."""
    import numpy as np

    from core import compute

    peak = compute.accelerator(config.hardware).peak
    middle = {name: getattr(config, name) for name in INPUTS}
    costs = dollars(draws(config), peak)
    low, median, high = np.percentile(costs, (5, 50, 95))
    yield Started(0, {"draws": DRAWS})
    numbers = {"middle": dollars(middle, peak), "low": low, "median": median, "high": high, "mean": costs.mean()}
    for name, value in numbers.items():
        yield Metric(0, name, float(value))
    spread = max(np.log10(costs.max() / costs.min()), 0.02)
    centre = np.log10(costs.max() * costs.min()) / 2
    edges = np.linspace(centre - spread / 2 - 1e-9, centre + spread / 2 + 1e-9, BINS + 1)
    share = np.histogram(np.log10(costs), edges)[0] / DRAWS
    columns = {"begin": 10 ** edges[:-1], "end": 10 ** edges[1:], "share": share}
    yield Table(0, "costs", {name: column.tolist() for name, column in columns.items()})
    logs = {name: np.log(getattr(config, f"by_{name}")) for name in INPUTS}
    total = sum(v**2 for v in logs.values()) or 1.0
    rows = {"input": [], "low": [], "high": [], "share": []}
    for name in INPUTS:
        factor = getattr(config, f"by_{name}")
        ends = [
            dollars(middle | {name: min(middle[name] * f, 1.0) if name == "mfu" else middle[name] * f}, peak)
            for f in (1 / factor, factor)
        ]
        for column, value in zip(rows, (name, min(ends), max(ends), float(logs[name] ** 2 / total)), strict=True):
            rows[column].append(value)
    yield Table(0, "swings", rows)
    yield Finished(0, "done")


EXPERIMENT = Experiment("cost_spread", 1, Config, run, lane="inline")
