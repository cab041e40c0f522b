"""The first steps down a bowl, each taken apart into gradient and decay, for one optimizer (course lesson 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started
from core.experiment import Experiment, knob


@dataclass(frozen=True)
class Config:
    """One weight from `start`, loss scale·(w - target)². memory1, memory2: 1/(1 - beta), in steps.

    correction: whether m and v are divided by 1 - beta^t. order: whether AdamW decays before (as PyTorch) or after the
    step.
    """

    experiment: ClassVar[str] = "anatomy"
    optimizer: str = knob("adamw", choices=("adamw", "adam", "sgd"))
    lr: float = knob(0.05, low=0.0, high=10.0)
    weight_decay: float = knob(0.1, low=0.0, high=100.0)
    memory1: float = knob(10.0, low=1.0, high=1000.0)
    memory2: float = knob(1000.0, low=1.0, high=100_000.0)
    eps: float = knob(1e-8, low=1e-12, high=10.0)
    scale: float = knob(1.0, low=1e-6, high=1e6)
    correction: bool = knob(True)
    order: str = knob("before", choices=("before", "after"))
    start: float = knob(2.0, low=-100.0, high=100.0)
    target: float = knob(5.0, low=-100.0, high=100.0)
    steps: int = knob(20, low=1, high=200)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: w (from step 0 on); for steps 1, 2, ... what core.step_parts.parts says of that step, and move, the sum
    of its two parts. Not a number any more: Finished("diverged")."""
    import math

    from core.step_parts import parts

    yield Started(config.steps, {"target": config.target})
    w, state = config.start, {}
    yield Metric(0, "w", w)
    for t in range(1, config.steps + 1):
        try:
            numbers, state = parts(
                w,
                2 * config.scale * (w - config.target),
                state,
                optimizer=config.optimizer,
                lr=config.lr,
                weight_decay=config.weight_decay,
                beta1=1 - 1 / config.memory1,
                beta2=1 - 1 / config.memory2,
                eps=config.eps,
                correction=config.correction,
                decay_first=config.order == "before",
            )
        except OverflowError:
            numbers = {"w": math.inf}
        w = numbers["w"]
        if not math.isfinite(w):
            yield Finished(t, "diverged")
            return
        for name, value in numbers.items():
            yield Metric(t, name, value)
        yield Metric(t, "move", numbers["by_gradient"] + numbers["by_decay"])
    yield Finished(config.steps, "done")


EXPERIMENT = Experiment("anatomy", 1, Config, run, lane="inline")
