"""Read the LayerNorms of a trained model, change their gains: is it still the same network? (lesson 11)"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob, load, make

FACTORS = (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)
WAYS = {  # name: what is multiplied or divided along with γ
    "gain": {"shift": False, "reader": False},
    "gain and weights": {"shift": False, "reader": True},
    "all three": {"shift": True, "reader": True},
}
SMALL = 0.3  # the size the course sees in GPT-2
WINDOWS = 16


@dataclass(frozen=True)
class Config:
    """The model: lesson 11's small GPT (experiment attention_scale) with these knobs, trained first if need be."""

    experiment: ClassVar[str] = "gains"
    corpus: str = knob("manual", choices=("tales-en", "tales-vi", "manual"), pattern="text-[0-9a-f]{12}", corpus=True)
    init_std: float = knob(0.02, low=0.0, high=1.0)
    lr: float = knob(1e-3, low=0.0, high=10.0)
    weight_decay: float = knob(0.01, low=0.0, high=100.0)
    blocks: int = knob(2, low=1, high=12)
    steps: int = knob(300, low=0, high=20_000)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def trained(config: Config):
    """The run whose model is read."""
    return make(load("attention_scale").Config, **vars(config))


def needs(config: Config) -> dict:
    return {"model": trained(config)}


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """At step 0 and at the last: tables "norms" (core.gains.flow). At the last step: test_loss (`seconds`: what its
    training took), table "rescale" (factor, way, loss), same_gap (largest change of the loss over all factors when γ, β
    and the next weights move together), and with every γ forced to 0.3: small_loss and the table "small"."""
    from core import batches, corpora, gains
    from core import train as loop

    parent = trained(config)
    model, _ = load("attention_scale").build(parent)
    test = corpora.tokens(parent.corpus, parent.tokenizer, "test")
    x, y = batches.test_windows(test, parent.context, WINDOWS)
    model.eval()
    yield Started(config.steps, {"blocks": config.blocks})
    yield _norms(0, "norms", gains.flow(model, x))
    state = inputs["model"]
    model.load_state_dict({name: state[name] for name in model.state_dict()})
    clock = float(state["clock/seconds"]) if "clock/seconds" in state else None

    def loss(changed) -> float:
        return loop.test_losses(changed, x, y).double().mean().item()

    base, columns, gap = loss(model), {"factor": [], "way": [], "loss": []}, 0.0
    for factor in FACTORS:
        for way, along in WAYS.items():
            other = copy.deepcopy(model)
            gains.rescale(other, factor, **along)
            value = loss(other)
            gap = max(gap, abs(value - base)) if way == "all three" else gap
            for name, entry in (("factor", factor), ("way", way), ("loss", value)):
                columns[name].append(entry)
    yield _norms(config.steps, "norms", gains.flow(model, x))
    yield Table(config.steps, "rescale", columns)
    yield Metric(config.steps, "same_gap", gap)
    gains.set_gain(model, SMALL)
    yield _norms(config.steps, "small", gains.flow(model, x))
    yield Metric(config.steps, "small_loss", loss(model))
    yield Metric(config.steps, "test_loss", base, clock)
    yield Finished(config.steps, "done")


def _norms(step: int, name: str, rows: list[dict]) -> Table:
    return Table(
        step, name, {k: [v if isinstance(v, str) else float(f"{v:.4g}") for v in (r[k] for r in rows)] for k in rows[0]}
    )


EXPERIMENT = Experiment("gains", 1, Config, run, needs=needs)
