"""Who has the slots when arms of a group take turns in one worker. Workers are played by hand, in this process."""

import sys
from dataclasses import replace

import pytest
import torch

from core import dispatch, jobs, queue, runs, slots
from core.experiment import make
from tests import toy
from tests.by_hand import Desk


@pytest.fixture(autouse=True)
def two_slots(toy_store, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_SLOTS", "2")
    monkeypatch.setattr(dispatch, "PATIENCE", 0.0)
    monkeypatch.setattr(dispatch, "PAUSE", 0.0)
    monkeypatch.setattr(dispatch, "WORTH", 0.0)
    torch.set_num_threads(1)


@pytest.fixture
def timed(monkeypatch):
    """The toy is an experiment that is timed."""
    alone = replace(toy.EXPERIMENT, lane="alone")
    monkeypatch.setattr(sys.modules["core.experiments.toy"], "EXPERIMENT", alone)


def free() -> int:
    """How many slots nobody holds."""
    held = []
    while slot := slots.take(all_of_them=False):
        held.append(slot)
    for slot in held:
        slot.close()
    return len(held)


def group(*steps):
    return [runs.Run(id) for id in jobs.submit([make(toy.Config, seed=i, steps=n) for i, n in enumerate(steps)])]


def done(some):
    return [run.status().state == "done" for run in some]


def test_timed_arms_stay_where_they_are_and_keep_the_machine_to_themselves(timed):
    some, desk, other = group(2, 30, 30), Desk(), Desk()
    while not done(some)[0] or len(desk.live) < 2:
        desk.turn()
    assert len(desk.live) == 2
    for _ in range(10):  # whoever took all the slots has ended
        assert free() == 0
        desk.turn()
        assert len(desk.live) == 2 and other.claim() == []
    while queue.waiting():
        desk.turn()
        assert free() == (0 if desk.live else 2)
    assert done(some) == [True] * 3


def test_a_timed_arm_does_not_join_one_that_has_a_single_slot(monkeypatch):
    some, desk = group(30, 30), Desk()
    desk.claim()
    alone = replace(toy.EXPERIMENT, lane="alone")
    monkeypatch.setattr(sys.modules["core.experiments.toy"], "EXPERIMENT", alone)
    for _ in range(10):
        desk.turn()
        assert len(desk.live) == 1 and free() == 1
    while queue.waiting():
        desk.turn()
    assert done(some) == [True, True]


def test_who_stays_inherits_the_slot(monkeypatch):
    monkeypatch.setattr(dispatch, "share", lambda live: None)
    some, desk = group(2, 30, 30), Desk()
    while not done(some)[0] or len(desk.live) < 2:
        desk.turn()
        assert free() == 1
    while queue.waiting():
        desk.turn()
        assert free() == (1 if desk.live else 2)
    assert done(some) == [True] * 3


def test_an_arm_moves_to_an_idle_worker_and_the_slots_go_with_the_arms():
    some, desk, other = group(200, 200), Desk(), Desk()
    while len(desk.live) < 2:
        desk.claim()
    while len(desk.live) == 2:
        desk.turn()
    assert free() == 1 and len(other.claim()) == 1 and free() == 0
    while queue.waiting():
        desk.turn(), other.turn()
    assert done(some) == [True, True] and free() == 2


@pytest.mark.parametrize("wanted", ["two", "", "0", "-1", "1.5"])
def test_a_number_of_slots_that_is_none_means_the_cores(monkeypatch, wanted):
    monkeypatch.setenv("PLAYGROUND_SLOTS", wanted)
    assert slots.count() == slots.device.cores()
