"""Read the LayerNorms of a trained model, change their gains: is it still the same network? (lesson 11)"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Metric, Table
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
    """The model: lesson 11's small GPT (experiment attention_scale) with these knobs, trained here."""

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
    """The run that makes the model."""
    return make(load("attention_scale").Config, **vars(config))


def build(config: Config):
    return load("attention_scale").build(trained(config))


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """All that attention_scale says while the model trains; before it and after it the table "norms" (core.gains.flow).
    At the end: base_loss (on WINDOWS windows), table "rescale" (factor, way, loss), same_gap (largest change of the loss
    over all factors when γ, β and the next weights move together), and with every γ forced to 0.3: small_loss and the
    table "small"."""
    from core import batches, corpora, gains

    recipe = trained(config)
    model, _ = build(config)
    test = corpora.tokens(recipe.corpus, recipe.tokenizer, "test")
    x, y = batches.test_windows(test, recipe.context, WINDOWS)
    before, last = _norms(0, "norms", gains.flow(model.eval(), x)), None
    for event in load("attention_scale").run(recipe, inputs, resume):
        if event.kind == "finished":
            if event.reason == "done":
                model.load_state_dict({name: tensor for name, tensor in last.items() if name in model.state_dict()})
                yield from read(model, x, y, config.steps)
            yield event
            return
        if event.kind == "snapshot" and event.step == config.steps:
            last = {name: tensor.detach().cpu().clone() for name, tensor in event.state().items()}
        yield event
        if event.kind == "started":
            yield before


def read(model, x, y, step: int) -> Iterator[Event]:
    """The gains of a trained model, and the loss of its rescaled copies on x, y (N, T)."""
    from core import gains
    from core import train as loop

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
    yield _norms(step, "norms", gains.flow(model, x))
    yield Table(step, "rescale", columns)
    gains.set_gain(model, SMALL)
    yield _norms(step, "small", gains.flow(model, x))
    for name, value in (("base_loss", base), ("same_gap", gap), ("small_loss", loss(model))):
        yield Metric(step, name, value)


def _norms(step: int, name: str, rows: list[dict]) -> Table:
    columns = {k: [row[k] for row in rows] for k in rows[0]}
    return Table(step, name, {k: [_short(v) for v in values] for k, values in columns.items()})


def _short(value):
    return value if isinstance(value, str) else float(f"{value:.4g}")


EXPERIMENT = Experiment("gains", 1, Config, run, build=build)
