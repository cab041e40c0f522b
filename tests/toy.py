"""A training experiment that takes milliseconds, for tests of the store and of the workers; and a worker that knows it.

It goes through the product's own loop, with dropout, AdamW and fresh noise at every step, so a run that is taken up
wrongly shows other losses. `python -m tests.toy` is a worker as core.worker is, with this one more experiment.
"""

import sys
import time
import types
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from core import experiment
from core.experiment import Experiment, decode, knob


@dataclass(frozen=True)
class Config:
    """pause: seconds of rest per step. fail_at: the step that raises (0: none). parent: the Config it starts from."""

    experiment: ClassVar[str] = "toy"
    steps: int = knob(30, low=0, high=100_000)
    seed: int = knob(0, low=0, high=10_000)
    lr: float = knob(0.01, low=0.0, high=1e9)
    optimizer: str = knob("adamw", choices=("adamw", "sgd"))
    pause: float = knob(0.0, low=0.0, high=1.0)
    fail_at: int = knob(0, low=0, high=100_000)
    parent: str = knob("")


def needs(config: Config) -> dict:
    return {"start": decode(config.parent)} if config.parent else {}


def run(config: Config, inputs: dict, resume=None):
    import torch

    from core import rng, train
    from core.events import Metric, Started

    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Dropout(0.3), torch.nn.Linear(8, 1))
    with torch.no_grad():
        for i, parameter in enumerate(model.parameters()):
            parameter.normal_(generator=rng.stream(config.seed, "init", i))
    if inputs:
        model.load_state_dict(inputs["start"])

    def loss(model, step):
        if step == config.fail_at:
            raise ZeroDivisionError("a bug in an experiment")
        time.sleep(config.pause)
        x = torch.randn(16, 4, generator=rng.stream(config.seed, "batch", step))
        return (model(x)[:, 0] - x.prod(1)).square().mean()

    def evaluate(model, step):
        yield Metric(step, "sum", sum(p.double().sum().item() for p in model.parameters()))

    yield Started(config.steps, {"parameters": 49})
    yield from train.train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        optimizer=config.optimizer,
        lr=config.lr,
        evaluate=evaluate,
        resume=resume,
    )


EXPERIMENT = Experiment("toy", 1, Config, run, needs=needs, extends=lambda config: True)


@contextmanager
def registered():
    """The toy is known by its name in this process, beside the product's own experiments."""
    module, names = types.ModuleType("core.experiments.toy"), experiment.names
    module.EXPERIMENT = EXPERIMENT
    sys.modules[module.__name__] = module
    experiment.names = lambda: (*names(), "toy")
    try:
        yield
    finally:
        experiment.names = names
        del sys.modules[module.__name__]


def reference(**values) -> dict[int, float]:
    """{step: training loss} of an undisturbed run, straight from the generator: no store, no worker."""
    config = experiment.make(Config, **values)
    return {e.step: e.value for e in run(config, {}) if e.kind == "metric" and e.name == "train_loss"}


def serve() -> None:
    """A worker: it saves and looks at its orders often, so that a test need not wait for it."""
    from core import worker

    worker.warm_up = lambda: None
    worker.SAVE, worker.CONTROL, worker.FLUSH = 0.15, 0.02, 0.02
    with registered():
        worker.main()


if __name__ == "__main__":
    from tests import toy  # not __main__: Config must be the class that decode makes

    toy.serve()
