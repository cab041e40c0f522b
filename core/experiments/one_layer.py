"""One matrix of random weights: how wide it is drawn, and what that does to the numbers going through (lesson 12)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

SCHEMES = (
    "normal",
    "uniform",
    "truncated",
    "xavier_normal",
    "xavier_uniform",
    "he_normal",
    "he_uniform",
    "pytorch",
    "orthogonal",
    "constant",
    "zeros",
)
INPUTS, BINS = 512, 41


@dataclass(frozen=True)
class Config:
    """nn.Linear(n_in, n_out) without bias. std where the scheme leaves it open; gain: factor on Xavier's, He's and the
    orthogonal scheme."""

    experiment: ClassVar[str] = "one_layer"
    layer_scheme: str = knob("normal", choices=SCHEMES)
    std: float = knob(0.02, low=1e-6, high=10.0)
    gain: float = knob(1.0, low=0.01, high=10.0)
    n_in: int = knob(256, low=2, high=512)
    n_out: int = knob(256, low=2, high=512)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Table "histogram" (weight, density). Metrics: measured (std of the weights, about 0), formula, bound (uniform
    schemes), law (variance of the output over n_in times the variances of weight and input; not for zeros), forward and
    backward (factor on the std of a signal and of a gradient)."""
    import numpy as np

    from core import rng, spreads

    scheme, n_in, n_out = config.layer_scheme, config.n_in, config.n_out
    rms = spreads.spread(scheme, n_in, n_out, std=config.std, gain=config.gain)
    edge = spreads.bound(scheme, n_in, n_out, std=config.std, gain=config.gain)
    draw = rng.numpy_stream(config.seed, "init")
    w = spreads.unit(spreads.SHAPES[scheme], draw, n_out, n_in).astype(np.float64) * rms
    noise = rng.numpy_stream(config.seed, "data")
    x, g = noise.standard_normal((INPUTS, n_in)), noise.standard_normal((INPUTS, n_out))
    y, back = x @ w.T, g @ w
    yield Started(0)
    span = 1.15 * edge if edge else 4 * (rms or 1e-3)
    density, edges = np.histogram(w, bins=BINS, range=(-span, span), density=True)
    yield Table(0, "histogram", {"weight": ((edges[1:] + edges[:-1]) / 2).tolist(), "density": density.tolist()})
    measured = float(np.sqrt((w * w).mean()))
    yield Metric(0, "measured", measured)
    yield Metric(0, "formula", rms)
    if edge:
        yield Metric(0, "bound", edge)
    if measured:
        yield Metric(0, "law", float((y * y).mean() / (n_in * measured**2 * (x * x).mean())))
    yield Metric(0, "forward", float(y.std() / x.std()))
    yield Metric(0, "backward", float(back.std() / g.std()))
    yield Finished(0, "done")


EXPERIMENT = Experiment("one_layer", 1, Config, run, lane="inline")
