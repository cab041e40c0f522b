"""One weight, one parabola, three optimizers: who arrives first, and what happens to those who forget zero_grad.

Course lesson 4 (and the warm-up of lesson 3). float64, so that the closed forms can be checked; the course's float32
gives the same four digits.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import ClassVar

from core import optimizers
from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

OPTIMIZERS = ("sgd", "adam", "adamw")
RESETS = ("1", "2", "4", "8", "never")
BLOWN = 1e6  # beyond this a weight is not drawn any more
POINTS = 400  # rows a line of the picture has at most, about
WINDOW = 150  # steps at the end over which the largest distance is taken


@dataclass(frozen=True)
class Config:
    """The race of exercise 1: loss c (w - target)^2 from `start`, all optimizers at one learning rate, 50 steps."""

    experiment: ClassVar[str] = "one_parameter"
    lr: float = knob(0.05, low=1e-3, high=3)
    lr_adam: float = knob(0.0, low=0, high=3)  # of Adam and AdamW; 0: the same as SGD's
    scale: float = knob(1.0, low=1e-3, high=1e3)  # c: the loss is multiplied by it, and so is every gradient
    start: float = knob(2.0, low=-10, high=10)
    target: float = knob(5.0, low=-10, high=10)
    steps: int = knob(50, low=1, high=4000)
    weight_decay: float = knob(0.01, low=0, high=10)  # AdamW's
    momentum: float = knob(0.0, low=0, high=1)  # SGD's
    beta1: float = knob(0.9, low=0, high=0.99)
    beta2: float = knob(0.999, low=0.9, high=0.9999)
    noise: float = knob(0.0, low=0, high=20)  # standard deviation added to the gradient of (w - target)^2
    reset: str = knob("1", choices=RESETS)  # zero_grad every so many steps ...
    forgetful: str = knob("adam,adamw,sgd", pattern=r"(adamw?|sgd)(,(adamw?|sgd))*")  # ... by these; others every step
    tolerance: float = knob(0.01, low=1e-3, high=1)
    seed: int = knob(0, low=0, high=10_000)


def stepper(name: str, config):
    """The optimizer's step with its settings filled in: (w, grad, state) -> (w, state)."""
    lr, betas = config.lr_adam or config.lr, {"beta1": config.beta1, "beta2": config.beta2}
    return {
        "sgd": partial(optimizers.sgd_step, lr=config.lr, momentum=config.momentum),
        "adam": partial(optimizers.adam_step, lr=lr, **betas),
        "adamw": partial(optimizers.adamw_step, lr=lr, weight_decay=config.weight_decay, **betas),
    }[name]


def walk(name: str, config: Config, noise) -> tuple[list[float], list[float]]:
    """(the weight before and after each step, the gradient each step was taken with); short where it blew up."""
    step, c, target = stepper(name, config), config.scale, config.target
    every = 1 if name not in config.forgetful.split(",") else config.steps if config.reset == "never" else config.reset
    w, state, grad, every = config.start, {}, 0.0, int(every)
    weights, gradients = [w], []
    for t in range(config.steps):
        if t % every == 0:
            grad = 0.0  # optimizer.zero_grad()
        grad = grad + c * (2 * (w - target) + noise[t])  # loss.backward() adds to what is there
        w, state = step(w, grad, state)  # optimizer.step()
        if not abs(w) < 1e150:
            break
        weights.append(w)
        gradients.append(grad)
    return weights, gradients


# --- what theory says -------------------------------------------------------------------------------------------------


def contraction(config) -> float:
    """SGD's error is multiplied by this at every step: 1 - 2 lr c. Below -1 it grows."""
    return 1 - 2 * config.lr * config.scale


def swing_period(config) -> float:
    """Steps of one swing of SGD that keeps a share `momentum` of its gradients: complex roots of
    x^2 - (1 + m - 2 lr c) x + m. Momentum 1 is "never reset": 2 pi / arccos(1 - lr c). nan: it does not swing, or the
    gradient is summed up twice (then it grows: the roots of another polynomial)."""
    if never(config, "sgd") and config.momentum:
        return math.nan
    m = 1.0 if never(config, "sgd") else config.momentum
    middle = (1 + m - 2 * config.lr * config.scale) / 2
    if middle * middle >= m:
        return math.nan
    return 2 * math.pi / math.acos(middle / math.sqrt(m))


def critical_momentum(config) -> float:
    """The momentum with the fastest way home: (1 - sqrt(2 lr c))^2, the double root; nan beyond lr c = 1/2."""
    root = math.sqrt(2 * config.lr * config.scale)
    return (1 - root) ** 2 if root < 1 else math.nan


def limit(config) -> float:
    """Where AdamW is bound for in very many steps: the target if decay * |target| < 1 (near it the gradients shrink, and
    sqrt(v) with them), else where the decay balances a full step of size lr: sign(target) / decay. Whether it comes to
    rest there is another question: with little beta1, or once sqrt(v) is small, it goes to and fro about it."""
    if config.weight_decay * abs(config.target) < 1:
        return config.target
    return math.copysign(1 / config.weight_decay, config.target)


def never(config, name: str) -> bool:
    return config.reset == "never" and name in config.forgetful.split(",")


# --- what is measured -------------------------------------------------------------------------------------------------


def arrival(distances: list[float], tolerance: float) -> float:
    """The first step from which the distance stays below the tolerance, nan if it is not below it at the end."""
    last = next((t for t in range(len(distances) - 1, -1, -1) if not distances[t] < tolerance), -1)
    return math.nan if last == len(distances) - 1 else last + 1


def period(weights: list[float], target: float) -> float:
    """Mean steps between upward crossings of the target (placed between the steps), nan for fewer than two."""
    ups = [t + (target - a) / (b - a) for t, (a, b) in enumerate(pairwise(weights)) if a < target <= b]
    return (ups[-1] - ups[0]) / (len(ups) - 1) if len(ups) > 1 else math.nan


def kept(values: list[float], points: int = POINTS) -> list[int]:
    """Indices of at most about `points` values: of every stretch the lowest and the highest, and both ends."""
    if len(values) <= points:
        return list(range(len(values)))
    width, out = math.ceil(2 * len(values) / points), {0, len(values) - 1}
    for first in range(0, len(values), width):
        stretch = range(first, min(first + width, len(values)))
        out |= {min(stretch, key=values.__getitem__), max(stretch, key=values.__getitem__)}
    return sorted(out)


def measured(weights: list[float], gradients: list[float], config: Config) -> dict[str, float]:
    """The numbers the page speaks of. `blown`: the first step further than 1e6 from the target, if any; a walk cut short
    (beyond 1e150) ends at error inf."""
    distances = [abs(w - config.target) for w in weights]
    whole = len(weights) > config.steps
    side = math.copysign(1, config.target - config.start)
    return {
        "weight": weights[-1] if whole else math.nan,
        "error": distances[-1] if whole else math.inf,
        "arrived": arrival(distances, config.tolerance) if whole else math.nan,
        "overshoot": max(0.0, max(side * (w - config.target) for w in weights)),
        "swing": max(distances[-WINDOW:]) if whole else math.inf,
        "gradient": max((abs(g) for g in gradients), default=0.0),
        "period": period(weights, config.target),
        "blown": next((float(t) for t, d in enumerate(distances) if d > BLOWN), math.nan),
    }


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at the last step, `<what>_<optimizer>`: see `measured`. Table "path": step, optimizer, weight, loss,
    gradient (held when the step was taken). Table "law": step, weight, loss of SGD's closed form, where it applies.
    Facts: what theory predicts."""
    from core import rng

    noise = [0.0] * config.steps
    if config.noise:
        noise = (config.noise * rng.numpy_stream(config.seed, "noise").standard_normal(config.steps)).tolist()
    facts = {
        "contraction": contraction(config),
        "period": swing_period(config),
        "critical": critical_momentum(config),
        "limit": limit(config),
    }
    yield Started(config.steps, facts)
    rows = {name: [] for name in ("step", "optimizer", "weight", "loss", "gradient")}
    for name in OPTIMIZERS:
        weights, gradients = walk(name, config, noise)
        for what, value in measured(weights, gradients, config).items():
            yield Metric(config.steps, f"{what}_{name}", value)
        for t in kept(weights):
            rows["step"].append(t)
            rows["optimizer"].append(name)
            rows["weight"].append(weights[t])
            rows["loss"].append(config.scale * (weights[t] - config.target) ** 2)
            rows["gradient"].append(gradients[max(t - 1, 0)] if gradients else 0.0)
    yield Table(config.steps, "path", rows)
    if config.momentum == 0 == config.noise and (config.reset == "1" or "sgd" not in config.forgetful.split(",")):
        yield Table(config.steps, "law", law(config))
    yield Finished(config.steps, "done")


def law(config) -> dict[str, list]:
    """SGD without momentum, in closed form: target + (start - target) (1 - 2 lr c)^t, while it stays below 1e6."""
    factor, first = contraction(config), config.start - config.target
    columns = {"step": [], "weight": [], "loss": []}
    for t in kept(list(range(config.steps + 1)), 100):
        far = t * math.log10(abs(factor)) if factor else -math.inf
        distance = first * factor**t if far < 6 else math.inf
        if abs(distance) > BLOWN:
            break
        columns["step"].append(t)
        columns["weight"].append(config.target + distance)
        columns["loss"].append(config.scale * distance * distance)
    return columns


EXPERIMENT = Experiment("one_parameter", 1, Config, run, lane="inline")
