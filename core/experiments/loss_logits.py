"""Ten logits, one right answer, and a loss that pushes them: what each classification loss asks for (course lesson 9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob
from core.problem import Problem

CLASSES = 10
DRAWN = 100
RIVAL = 7  # the wrong class that starts with a lead


@dataclass(frozen=True)
class Config:
    """objective: see class_losses. lead: what is added to the logit of one wrong class at the start (a model that is
    surely wrong). label: the right class; ten and above are no classes, which is refused as PyTorch does."""

    experiment: ClassVar[str] = "loss_logits"
    objective: str = knob("ce", choices=("ce", "nll", "twice", "raw", "smoothing", "focal", "squares"))
    smoothing: float = knob(0.1, low=0.0, high=0.99)
    gamma: float = knob(2.0, low=0.0, high=10.0)
    label: int = knob(3, low=0, high=1000)
    lead: float = knob(0.0, low=0.0, high=100.0)
    lr: float = knob(0.2, low=0.0, high=100.0)
    optimizer: str = knob("sgd", choices=("sgd", "momentum", "adam"))
    steps: int = knob(200, low=1, high=500)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at about DRAWN steps: "loss" (the one minimised), "nll" (-ln p of the right class, whatever is minimised), "p"
    (its probability) and "push" (length of the slope). Table "logits" at the start and the end: class, logit, p, push.
    Start: logits N(0, 1) from the seed, the rival's raised by the lead. A label that is no class ends it as failed.
    """
    import numpy as np

    from core import class_losses, descent, rng, spread

    yield Started(config.steps, {"classes": CLASSES})
    if config.label >= CLASSES:
        problem = Problem("label_out_of_range", label=config.label, classes=CLASSES, last=CLASSES - 1)
        yield Metric(0, "p", 0.0)  # no logit stands for it
        yield Finished(0, "failed", {"code": problem.code} | problem.facts)
        return
    loss = class_losses.build(config.objective, smoothing=config.smoothing, gamma=config.gamma)
    z = rng.numpy_stream(config.seed, "init").normal(size=CLASSES)
    rival = RIVAL if config.label != RIVAL else RIVAL - 1
    z[rival] += config.lead
    path = descent.descend(
        lambda z: loss(z, config.label)[1], z, config.lr, config.steps, optimizer=config.optimizer
    )  # (steps + 1, V)
    stride = max(1, config.steps // DRAWN)
    for step, z in enumerate(path):
        if step % stride and step != config.steps:
            continue
        value, push = loss(z, config.label)
        log_p = spread.log_softmax(z)
        yield Metric(step, "loss", float(value))
        yield Metric(step, "nll", float(-log_p[config.label]))
        yield Metric(step, "p", float(np.exp(log_p[config.label])))
        yield Metric(step, "push", float(np.sqrt((push**2).sum())))
        if step in (0, config.steps):
            columns = {"class": list(range(CLASSES)), "logit": z.tolist()}
            yield Table(step, "logits", columns | {"p": np.exp(log_p).tolist(), "push": (-push).tolist()})
    yield Finished(config.steps, "done")


EXPERIMENT = Experiment("loss_logits", 1, Config, run, lane="inline")
