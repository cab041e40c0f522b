"""What a training run costs, by multiplication, and which loss two published fits promise for it (course lesson 1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started
from core.experiment import Experiment, knob

HARDWARE = ("v100", "a100", "h100", "h800", "4090", "cpu")


@dataclass(frozen=True)
class Config:
    """parameters: those that multiply (of a mixture of experts: the active ones). lock: take `ratio` tokens for each
    parameter instead of `tokens`. buy: own the cluster and use up a part of it, or rent by the hour. infrastructure:
    dollars of buildings, servers and cables for each dollar of chips. served: tokens read and written afterwards."""

    experiment: ClassVar[str] = "compute_cost"
    parameters: float = knob(1.24e8, low=1e5, high=2e12)
    tokens: float = knob(2.5e9, low=1e5, high=1e14)
    lock: bool = knob(False)
    ratio: float = knob(20.0, low=0.1, high=3000)
    hardware: str = knob("h100", choices=HARDWARE)
    mfu: float = knob(0.35, low=0.01, high=1.0)
    gpus: int = knob(8, low=1, high=200_000)
    price: float = knob(2.0, low=0.05, high=100.0)
    buy: str = knob("rent", choices=("rent", "buy"))
    chip: float = knob(25_000.0, low=100, high=200_000)
    infrastructure: float = knob(0.8, low=0.0, high=5.0)
    years: float = knob(4.0, low=0.5, high=10.0)
    electricity: float = knob(0.08, low=0.0, high=1.0)
    pue: float = knob(1.1, low=1.0, high=3.0)
    grid: float = knob(400.0, low=1.0, high=1500.0)
    served: float = knob(0.0, low=0.0, high=1e17)


def tokens_of(config: Config) -> float:
    return config.parameters * config.ratio if config.lock else config.tokens


def bill(config: Config) -> dict[str, float]:
    """{name: value}: flop, hours (of one accelerator), days (of all), rent, capital, share (of the capital, used up),
    power_bill, dollars, kwh, tonnes, memory_gb, per_parameter, lifetimes, served_flop, flop_per_dollar, and for every
    fit loss_<fit>, best_parameters_<fit>, best_tokens_<fit>, best_loss_<fit>."""
    from core import compute

    chip, tokens = compute.accelerator(config.hardware), tokens_of(config)
    flop = compute.flops(config.parameters, tokens)
    hours = compute.gpu_hours(flop, chip.peak, config.mfu)
    wall = hours / config.gpus
    kwh = compute.energy(hours, chip.watts, config.pue)
    capital = compute.owned(config.gpus, config.chip, config.infrastructure)
    share = compute.amortised(capital, wall, config.years)
    power_bill = kwh * config.electricity
    dollars = hours * config.price if config.buy == "rent" else share + power_bill
    out = {
        "flop": flop,
        "hours": hours,
        "days": wall / 24,
        "rent": hours * config.price,
        "capital": capital,
        "share": share,
        "power_bill": power_bill,
        "dollars": dollars,
        "kwh": kwh,
        "tonnes": compute.co2(kwh, config.grid),
        "memory_gb": compute.ADAMW_BYTES * config.parameters / 1e9,
        "per_parameter": tokens / config.parameters,
        "lifetimes": compute.lifetimes(tokens),
        "served_flop": compute.inference_flops(config.parameters, config.served),
        "flop_per_dollar": flop / dollars,
    }
    for name, fit in compute.FITS.items():
        best = fit.best(flop)
        out |= {
            f"loss_{name}": fit.loss(config.parameters, tokens),
            f"best_parameters_{name}": best[0],
            f"best_tokens_{name}": best[1],
            f"best_loss_{name}": fit.loss(*best),
        }
    return out


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """The whole bill as metrics at step 0. Facts: chip, peak, watts, tokens, fitted (where the fits were made)."""
    from core import compute

    chip, tokens = compute.accelerator(config.hardware), tokens_of(config)
    inside = compute.fitted(config.parameters, tokens)
    yield Started(0, {"chip": chip.name, "peak": chip.peak, "watts": chip.watts, "tokens": tokens, "fitted": inside})
    for name, value in bill(config).items():
        yield Metric(0, name, float(value))
    yield Finished(0, "done")


EXPERIMENT = Experiment("compute_cost", 1, Config, run, lane="inline")
