"""Who arrives first, L1 or L2? One answer for every distance and every learning rate (course lesson 9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Started, Table
from core.experiment import Experiment, knob

DISTANCES, RATES = 32, 24
NEAREST, FARTHEST = 0.1, 30.0
SLOWEST, FASTEST = 1e-3, 1.5
STEPS = 500


@dataclass(frozen=True)
class Config:
    experiment: ClassVar[str] = "arrival_map"
    tolerance: float = knob(0.06, low=1e-6, high=10)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Table "map": distance, lr, l1 and l2 (the step from which |e| stays within the tolerance, -1 if not within STEPS),
    and first ("l1", "l2", "tie" or "none"). SGD from -distance to 0, all cells at once."""
    import numpy as np

    from core import descent, error_losses

    yield Started(STEPS)
    d, lr = np.meshgrid(np.geomspace(NEAREST, FARTHEST, DISTANCES), np.geomspace(SLOWEST, FASTEST, RATES))
    start = (-d).astype(np.float32)
    rate = lr.astype(np.float32)
    steps = {}
    for name in ("l1", "l2"):
        slope = error_losses.build(name)
        path = descent.descend(lambda w, slope=slope: slope(w)[1], start, rate, STEPS)
        steps[name] = descent.arrival(path, config.tolerance)
    a, b = (np.where(steps[name] < 0, STEPS + 1, steps[name]) for name in ("l1", "l2"))
    first = np.select([(a > STEPS) & (b > STEPS), a < b, b < a], ["none", "l1", "l2"], "tie")
    columns = {"distance": d, "lr": lr, "l1": steps["l1"], "l2": steps["l2"], "first": first}
    yield Table(STEPS, "map", {name: column.ravel().tolist() for name, column in columns.items()})
    yield Finished(STEPS, "done")


EXPERIMENT = Experiment("arrival_map", 1, Config, run, lane="inline")
