"""Train a bent model on clean text and watch how long its bias lasts (course lesson 10, "does it last?")."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from core.events import Event
from core.experiment import Experiment, knob, load, parent


@dataclass(frozen=True)
class Config:
    """parent: the bent run (core.experiment.encode of a like_x Config); empty: lesson 10's quick one."""

    experiment: ClassVar[str] = "repair"
    parent: str = knob("")
    steps: int = knob(25, low=0, high=2000)
    seed: int = knob(0, low=0, high=10_000)


def bent(config: Config):
    """The like_x Config of the run that is repaired. Raises Problem("wrong_parent") when it is another experiment's."""
    return parent(config, "like_x")


def needs(config: Config) -> dict:
    return {"bent": bent(config)}


def build(config: Config):
    return load("like_x").build(bent(config))


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """The same measurements as like_x, over steps on text alone: the loss with kl_weight 0, from the bent weights.

    The data seed is moved on, so that the repair does not read the batches the bending read.
    """
    clean = replace(bent(config), kl_weight=0.0, target="uniform", steps=config.steps, seed=config.seed + 5000)
    yield from load("like_x").run(clean, {"start": inputs["bent"]}, resume)


EXPERIMENT = Experiment("repair", 2, Config, run, needs=needs, extends=lambda config: True, build=build)
