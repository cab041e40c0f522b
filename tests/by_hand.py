"""Runs that the test itself trains, step by step, in place of a worker. With the fixture `by_hand` (conftest)."""

from core import runs, worker
from core.experiment import make
from tests import toy


def tiny(**values):
    return make(toy.Config, **({"steps": 12} | values))


def taken(config):
    """The run's folder, and the run in this process's hands."""
    run = runs.create(config)
    return run, worker.take(run)


def go(live, steps=None):
    """Train until the run is let go, or `steps` more snapshots were offered. Returns why it was let go, or None."""
    for _ in range(10_000 if steps is None else steps):
        let_go = worker.step(live)
        if let_go:
            live.release(clean=let_go != "blocked")
            return let_go
    return None


def trained(config):
    run, live = taken(config)
    assert go(live) == "done"
    return run


def killed(config, after):
    """A run whose process died after `after` updates: its files as they were, its lock fallen."""
    run, live = taken(config)
    assert go(live, after + 1) is None  # the first offer is the untrained model
    live.log.close()
    live.lock.close()
    return run


def losses(run):
    return run.result().metrics["train_loss"]


def codes(run):
    return [note.code for note in run.result().notes]
