"""Two weights in a long narrow bowl: a step size for every weight helps, as long as the bowl lies along the axes.

Each optimizer walks with the best of thirty learning rates, so that no setting decides the comparison.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from core import optimizers
from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

RATES = 30
START = (1.0, 1.0)  # in the bowl's own axes: it turns with the bowl, so that only the weights' axes change
LEVELS = (1.0, 0.5, 0.2, 0.05, 0.01, 0.001)  # contours, as shares of the loss at the start
DRAWN = 1e-30  # smaller losses are drawn here


@dataclass(frozen=True)
class Config:
    """Loss (u^2 + kappa v^2) / 2, minimum at 0, where (u, v) are the weights turned by `rotation` degrees."""

    experiment: ClassVar[str] = "two_weights"
    kappa: float = knob(1000.0, low=1, high=1e4)
    rotation: float = knob(0.0, low=0, high=45)
    horizon: int = knob(150, low=10, high=500)
    friction: float = knob(0.9, low=0, high=1)  # momentum of the SGD that has some
    beta1: float = knob(0.9, low=0, high=0.99)
    beta2: float = knob(0.999, low=0.9, high=0.9999)


def rates():
    """30 learning rates from 1e-5 to 3, evenly spaced on a log scale."""
    import numpy as np

    return np.geomspace(1e-5, 3, RATES)


def turn(degrees: float):
    """(2, 2): points @ turn(a) are the points turned by a."""
    import numpy as np

    a = math.radians(degrees)
    return np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])


def curvature(config: Config):
    """The Hessian of the loss in the weights, (2, 2): diagonal only while the bowl lies along the axes."""
    import numpy as np

    return turn(-config.rotation) @ np.diag([1.0, config.kappa]) @ turn(config.rotation)


def height(points, config: Config):
    """Loss at weights (..., 2), reckoned in the bowl's own axes."""
    own = points @ turn(-config.rotation)
    return 0.5 * (own[..., 0] ** 2 + config.kappa * own[..., 1] ** 2)


def walk(step, config: Config):
    """Weights of every step for every learning rate: (horizon + 1, rates, 2)."""
    import numpy as np

    hessian = curvature(config)
    w, state = np.tile(np.array(START) @ turn(config.rotation), (RATES, 1)), {}
    path = [w]
    for _ in range(config.horizon):
        w, state = step(w, w @ hessian, state)  # the gradient of a quadratic
        path.append(w)
    return np.stack(path)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at the horizon: `loss_<optimizer>` and `lr_<optimizer>`, the best of the scan. Table "path" of those:
    step, optimizer, w1, w2, loss. Table "scan": lr, optimizer, loss. Table "contours": w1, w2, level, order."""
    import numpy as np

    yield Started(config.horizon, {"start_loss": 0.5 * (START[0] ** 2 + config.kappa * START[1] ** 2)})
    lr, betas = rates()[:, None], {"beta1": config.beta1, "beta2": config.beta2}
    steps_of = {
        "sgd": partial(optimizers.sgd_step, lr=lr),
        "momentum": partial(optimizers.sgd_step, lr=lr, momentum=config.friction),
        "adam": partial(optimizers.adam_step, lr=lr, **betas),
    }
    paths = {name: [] for name in ("step", "optimizer", "w1", "w2", "loss")}
    scan = {name: [] for name in ("lr", "optimizer", "loss")}
    shown = np.unique(np.round(np.linspace(0, config.horizon, min(config.horizon, 250) + 1)).astype(int))
    for name, step in steps_of.items():
        with np.errstate(all="ignore"):  # learning rates beyond the stability limit overflow
            path = walk(step, config)
            final = height(path[-1], config)
            final = np.where(np.isfinite(final), final, np.inf)
        best = int(np.argmin(final))
        yield Metric(config.horizon, f"loss_{name}", float(final[best]))
        yield Metric(config.horizon, f"lr_{name}", float(rates()[best]))
        points = path[shown, best]
        paths["step"] += shown.tolist()
        paths["optimizer"] += [name] * len(shown)
        paths["w1"] += points[:, 0].tolist()
        paths["w2"] += points[:, 1].tolist()
        paths["loss"] += np.maximum(height(points, config), DRAWN).tolist()
        ok = final < 1e6
        scan["lr"] += rates()[ok].tolist()
        scan["optimizer"] += [name] * int(ok.sum())
        scan["loss"] += np.maximum(final[ok], DRAWN).tolist()
    yield Table(config.horizon, "path", paths)
    yield Table(config.horizon, "scan", scan)
    yield Table(config.horizon, "contours", contours(config))
    yield Finished(config.horizon, "done")


def contours(config: Config) -> dict[str, list]:
    """Ellipses of equal loss, 72 points each."""
    import numpy as np

    angle = np.linspace(0, 2 * np.pi, 73)
    start = START[0] ** 2 + config.kappa * START[1] ** 2
    out = {name: [] for name in ("w1", "w2", "level", "order")}
    for level in LEVELS:
        radius = math.sqrt(level * start)
        own = np.stack([radius * np.cos(angle), radius * np.sin(angle) / math.sqrt(config.kappa)], axis=-1)
        ring = own @ turn(config.rotation)
        out["w1"] += ring[:, 0].tolist()
        out["w2"] += ring[:, 1].tolist()
        out["level"] += [level] * len(angle)
        out["order"] += list(range(len(angle)))
    return out


EXPERIMENT = Experiment("two_weights", 1, Config, run, lane="inline")
