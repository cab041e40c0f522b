"""How long a run will take on this machine, by what runs of the same shape took."""

import contextlib
from collections.abc import Iterable

from core import experiment, files, runs
from core.problem import Problem

SHAPE = ("corpus", "tokenizer", "vocabulary", "width", "blocks", "heads", "context", "batch")  # how much is multiplied
SHAPE += ("inputs", "positions", "loss", "objective", "offset", "graded", "head_at", "head")  # and for what
SHAPE += (
    "optimizer",
    "update",
    "precision",
    "attention",
    "checkpoint",
    "accumulate",
    "padded",
    "compiled",
)  # in which way
SHAPE += ("device", "threads", "processes", "what", "options")  # on what

BEGUN = 20  # steps: the first take up to five times as long as the others


def _shape(config) -> str:
    """What the time of a step depends on."""
    parent = [f"parent=({_shape(experiment.decode(config.parent))})"] if getattr(config, "parent", "") else []
    own = [f"{name}={getattr(config, name)}" for name in SHAPE if hasattr(config, name)]
    return "/".join([config.experiment, *own, *parent])


def remember(run: runs.Run) -> None:
    """Keep how long a step of this run took here."""
    result = run.result()
    if result.seconds:
        step, seconds = list(result.seconds.items())[-1]
        path = files.home() / "rates.json"
        with contextlib.suppress(Problem, OSError):
            runs.write_json(path, runs.read_json(path) | {_shape(run.config()): seconds / max(1, step)})


def seconds_of(config, like: Iterable = ()) -> float | None:
    """Seconds this run will train on this machine: from runs of the same shape here, else by the clock of its stored run,
    or of a stored one of the same shape among `like`. A run that has just begun tells nothing yet: its first steps are slow."""
    steps = getattr(config, "steps", 0)
    rate = runs.read_json(files.home() / "rates.json").get(_shape(config))
    if rate:
        return rate * steps
    for known in (config, *(one for one in like if _shape(one) == _shape(config))):
        on_cpu = getattr(config, "device", "cpu") == "cpu"  # as what ships was trained
        for run in (runs.Run(experiment.run_id(known)), runs.ships(known) if on_cpu else None):
            result = run.result() if run else None
            if result and result.seconds:
                step, spent = list(result.seconds.items())[-1]
                if step >= BEGUN or result.finished:
                    return spent / max(1, step) * steps
    return None
