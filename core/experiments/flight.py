"""Fifty layers of random weights: does a signal survive the way up, and a gradient the way down (course lesson 12)?"""

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
    "constant",
    "zeros",
)
BINS = 33  # of the histograms, from -4 to 4 standard deviations


@dataclass(frozen=True)
class Config:
    """A stack of `depth` layers of `width`. std: of the weights where the scheme leaves it open; gain: factor on the
    formulas of Xavier and He. lsuv: rescale every layer on the batch until its own output has spread 1."""

    experiment: ClassVar[str] = "flight"
    scheme: str = knob("normal", choices=SCHEMES)
    std: float = knob(0.02, low=1e-6, high=10.0)
    gain: float = knob(1.0, low=0.01, high=10.0)
    depth: int = knob(50, low=1, high=100)
    width: int = knob(256, low=2, high=256)
    activation: str = knob("linear", choices=("linear", "tanh", "relu", "gelu"))
    residual: bool = knob(False)
    layernorm: bool = knob(False)
    lsuv: bool = knob(False)
    dtype: str = knob("float32", choices=("float32", "bfloat16", "float16"))
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Tables: "stack" (layer; forward, backward, theory: stds, None where there is no number) and "shape" (layer, z,
    share: histogram of the activations in units of their std).
    Metrics: last (std after the last layer), first_gradient, weight_std; where there are such layers overflow,
    expected_overflow, vanished, norm_overflow."""
    from dataclasses import asdict

    import numpy as np

    from core import signal, spreads

    settings = asdict(config)
    found = signal.flight(**settings)
    spread = spreads.spread(config.scheme, config.width, config.width, std=config.std, gain=config.gain)
    plain = not config.lsuv and config.scheme not in ("constant", "zeros")
    law = signal.theory(spread, config.depth, config.width, config.activation, config.residual, config.layernorm)
    form = signal.FORMATS[config.dtype]
    yield Started(0, {"largest": form.largest, "normal": form.normal, "smallest": form.smallest})

    def column(values):
        return [float(v) if np.isfinite(v) else None for v in values]

    none = [None] * (config.depth + 1)
    yield Table(
        0,
        "stack",
        {
            "layer": list(range(config.depth + 1)),
            "forward": column(found.forward),
            "backward": column(found.backward),
            "theory": column(law.std) if plain else none,
        },
    )
    layers, places, shares = [], [], []
    edges = np.linspace(-4, 4, BINS + 1)
    middles = ((edges[1:] + edges[:-1]) / 2).round(4).tolist()
    for layer, x in enumerate(found.activations):
        std = found.forward[layer]
        if not std > 0:
            continue
        few = x.ravel()[:2048] / std
        place = np.clip(((few + 4) * (BINS / 8)).astype(int), 0, BINS - 1)
        layers += [layer] * BINS
        places += middles
        shares += (np.bincount(place, minlength=BINS) / len(few)).round(5).tolist()
    yield Table(0, "shape", {"layer": layers, "z": places, "share": shares})
    yield Metric(0, "last", float(found.forward[-1]))
    yield Metric(0, "first_gradient", float(found.backward[0]))
    yield Metric(0, "weight_std", spread)
    expected = signal.expected_overflow(law, config.dtype) if plain else None
    for name, layer in (
        ("overflow", found.overflow),
        ("expected_overflow", expected),
        ("vanished", found.vanished),
        ("norm_overflow", found.norm_overflow),
    ):
        if layer is not None:
            yield Metric(0, name, float(layer))
    yield Finished(0, "done")


EXPERIMENT = Experiment("flight", 1, Config, run, lane="inline")
