"""Runs that the test itself trains, step by step, in place of a worker. With the fixture `by_hand` (conftest)."""

from core import dispatch, queue, runs, worker
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


class Desk:
    """A worker's loop, turn by turn, without its waiting between two looks: what it has in hand."""

    def __init__(self):
        self.live, self.blocked = [], {}

    def claim(self):
        dispatch.claim.last = 0.0
        dispatch.claim(self.live, self.blocked)
        return self.ids()

    def make_room(self):
        dispatch.make_room.last = 0.0
        dispatch.make_room(self.live)
        return self.ids()

    def step(self):
        for one in list(self.live):
            if let_go := worker.step(one):
                self.live.remove(one)
                dispatch.drop(one, let_go, self.blocked)

    def turn(self):
        """As a worker does: look at the queue, a step of each, offer one to others."""
        self.claim()
        self.step()
        dispatch.share.last = 0.0
        dispatch.share(self.live)

    def ids(self):
        return [one.run.id for one in self.live]

    def work(self, most=2000):
        """Until the queue is empty."""
        for _ in range(most):
            self.claim()
            self.step()
            if not self.live and not queue.waiting():
                return
        raise AssertionError(f"waited in vain: {queue.waiting()}")
