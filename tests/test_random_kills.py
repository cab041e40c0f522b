"""Whatever happens to two runs in whatever order, they end with the losses of a run to which nothing happened.

The model is simple: after any sequence of orders, crashes and damage, resuming everything must finish both runs with
exactly the reference losses. The short version pretends crashes in this process, so that it can try many sequences; the
long one kills real workers.
"""

import os
import random
import signal
import sys
import time

import pytest

from core import dispatch, jobs, queue, runs, worker, workers
from core.experiment import make
from tests import toy

STEPS = 25
CONFIGS = [make(toy.Config, seed=seed, steps=STEPS) for seed in range(2)]


@pytest.fixture(autouse=True)
def some_steps_are_saved(by_hand, monkeypatch):
    monkeypatch.setattr(worker, "SAVE", 0.002)  # some steps are saved, most are not
    monkeypatch.setattr(worker, "FLUSH", 0.001)


class Office:
    """What a worker does with the queue, by hand: claims and steps, and dies when told to."""

    def __init__(self):
        self.live, self.blocked = [], {}

    def work(self, steps):
        for _ in range(steps):
            dispatch.claim.last = 0.0
            dispatch.claim(self.live, self.blocked)
            for one in list(self.live):
                let_go = worker.step(one)
                if let_go:
                    self.live.remove(one)
                    dispatch.drop(one, let_go, self.blocked)

    def die(self):
        """The process is gone: locks fall, what was not yet written is lost."""
        for one in self.live:
            if one.log is not None:
                one.log.close()
            one.lock.close()
            if one.slot is not None:
                one.slot.close()
        self.live = []

    def leave(self):
        for one in self.live:
            dispatch.hand_back(one)
        self.live = []


def cut_last_line(run, chance):
    """As a crash in mid-write would: the end of the last line is missing."""
    data = run.log.read_bytes() if run.log.exists() else b""
    last = len(data) - data[:-1].rfind(b"\n") - 1 if data else 0
    if last > 1 and b'"snapshot"' in data[-last:]:  # losing a loss that was saved already would be a gap in the curve
        run.log.write_bytes(data[: -chance.randint(1, last - 1)])


def damage_snapshot(run, chance):
    path = run.dir / "snapshot.safetensors"
    if path.exists():
        data = path.read_bytes()
        path.write_bytes(data[: chance.randrange(len(data))])


def losses(run):
    return run.result().metrics.get("train_loss", {})


@pytest.fixture(scope="module")
def expected():
    return [toy.reference(seed=config.seed, steps=STEPS) for config in CONFIGS]


def check(ids, expected, story):
    """Everything logged so far is right: no loss differs from the reference, not even one that was logged twice."""
    for id, truth in zip(ids, expected, strict=True):
        for e in runs.Run(id).events()[0]:
            if e.kind == "metric" and e.name == "train_loss":
                assert e.value == truth[e.step], (story, e)


@pytest.mark.parametrize("seed", range(12))
def test_any_sequence_of_orders_and_accidents_ends_with_the_reference(seed, expected):
    chance, story, office = random.Random(seed), [], Office()
    ids = jobs.submit(CONFIGS)
    crashes = 0
    for _ in range(30):
        run = runs.Run(chance.choice(ids))
        what = chance.choice(
            ["work"] * 4 + ["submit", "pause", "resume", "step", "stop", "leave", "kill", "cut", "damage"]
        )
        story.append((what, run.id[-3:]))
        if what == "work":
            office.work(chance.randint(1, 4))
        elif what == "submit":
            jobs.submit(CONFIGS)
        elif what == "pause" and run.status().state in ("running", "queued", "interrupted"):
            jobs.pause(run.id)
        elif what == "resume" and run.status().state in ("paused", "stopped", "interrupted"):
            jobs.resume(run.id)
        elif what == "step" and run.status().state == "paused":
            jobs.single_step(run.id, chance.randint(1, 3))
        elif what == "stop":
            jobs.stop(run.id)
        elif what == "leave":
            office.leave()
        elif what in ("kill", "cut", "damage") and crashes < 3:  # four in a row without a save are given up, rightly
            crashes += 1
            office.die()
            {"kill": lambda *_: None, "cut": cut_last_line, "damage": damage_snapshot}[what](run, chance)
        check(ids, expected, story)
    office.die()
    office = Office()
    jobs.submit(CONFIGS)
    for id in ids:
        if runs.Run(id).status().state != "done":
            jobs.resume(id)
    for _ in range(40):
        office.work(20)
        if all(runs.Run(id).status().state == "done" for id in ids):
            break
    for id, truth in zip(ids, expected, strict=True):
        assert (runs.Run(id).status().state, runs.Run(id).status().step) == ("done", STEPS), story
        assert losses(runs.Run(id)) == truth, story
        assert runs.Run(id).snapshot()[0] == STEPS
    check(ids, expected, story)
    assert queue.waiting() == [] and not any((runs.Run(id).dir / "attempts").exists() for id in ids)


def orders(pool, ids, chance, rounds):
    """Random orders and SIGKILLs on real workers."""
    for _ in range(rounds):
        run = runs.Run(chance.choice(ids))
        what = chance.choice(["wait", "pause", "resume", "step", "kill", "stop"])
        if what == "pause":
            jobs.pause(run.id)
        elif what == "resume":
            jobs.resume(run.id)
        elif what == "step" and run.status().state == "paused":
            jobs.single_step(run.id)
        elif what == "stop":
            jobs.stop(run.id)
        elif what == "kill":
            victim = chance.choice(pool.workers)
            if victim.poll() is None:
                os.kill(victim.pid, signal.SIGKILL)
        time.sleep(chance.uniform(0.05, 0.6))


def with_real_workers(monkeypatch, seed, rounds, steps):
    monkeypatch.setenv("PLAYGROUND_SLOTS", "2")
    configs = [make(toy.Config, seed=i, steps=steps, pause=0.01) for i in range(2)]
    truth = [toy.reference(seed=i, steps=steps) for i in range(2)]
    pool = workers.Pool(2, [sys.executable, "-m", "tests.toy"]).start()
    try:
        ids = jobs.submit(configs)
        orders(pool, ids, random.Random(seed), rounds)
        end = time.monotonic() + 90
        while not all(runs.Run(id).status().state == "done" for id in ids) and time.monotonic() < end:
            jobs.submit(configs)  # also what was given up after too many kills
            for id in ids:
                if runs.Run(id).status().state in ("paused", "stopped"):
                    jobs.resume(id)
            time.sleep(0.3)
        check(ids, truth, seed)
        assert [losses(runs.Run(id)) for id in ids] == truth
    finally:
        pool.close()


def test_real_workers_are_killed_a_few_times(monkeypatch):
    with_real_workers(monkeypatch, seed=1, rounds=8, steps=60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_real_workers_are_killed_many_times(monkeypatch, seed):
    with_real_workers(monkeypatch, seed, rounds=60, steps=400)
