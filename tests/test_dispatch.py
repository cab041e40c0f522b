"""Which waiting run a worker takes up, and which it lets go for another. Workers are played by hand, in this process."""

import os
import sys
import time
from dataclasses import replace

import pytest

from core import dispatch, files, jobs, queue, runs, slots, worker
from core.experiment import encode, run_id
from core.experiments import kl_forms, micro_bench
from tests import toy
from tests.by_hand import Desk, killed, losses, tiny, trained

pytestmark = pytest.mark.usefixtures("by_hand", "gallery")
PARENT = tiny(steps=40)
CHILD = tiny(seed=1, steps=3, parent=encode(PARENT))
WILD = tiny(steps=100, optimizer="sgd", lr=1e8)


@pytest.fixture(autouse=True)
def two_slots(monkeypatch):
    monkeypatch.setenv("PLAYGROUND_SLOTS", "2")


def submitted(config, session=""):
    return runs.Run(jobs.submit([config], session)[-1])


def unwatched(id):
    for one in (runs.Run(id).dir / "wants").iterdir():
        os.utime(one, (1, 1))


def state(config):
    status = runs.Run(run_id(config)).status()
    return status.facts.get("code", status.state)


# --- who makes room --------------------------------------------------------------------------------------------------


def test_a_parent_is_not_let_go_for_its_own_child_nor_for_another_watched_run(monkeypatch):
    monkeypatch.setenv("PLAYGROUND_SLOTS", "1")
    child = submitted(CHILD, "me")
    unwatched(run_id(PARENT))  # the page shows its own arms
    desk = Desk()
    assert desk.claim() == desk.make_room() == [run_id(PARENT)]
    other = submitted(tiny(seed=2), "you")
    assert desk.make_room() == [run_id(PARENT)], "who watches the child watches its parent"
    unwatched(child.id)
    assert desk.make_room() == [] and desk.claim() == [other.id]


def test_a_run_is_not_let_go_for_one_that_waits_for_its_parent_or_for_no_slot():
    lonely = submitted(tiny(seed=2))
    desk, other = Desk(), Desk()
    desk.claim()
    submitted(CHILD, "me")
    assert other.claim() == [run_id(PARENT)]
    unwatched(run_id(PARENT))
    assert desk.make_room() == [lonely.id]
    submitted(kl_forms.Config(), "me")
    assert desk.make_room() == [lonely.id]


# --- timed runs ------------------------------------------------------------------------------------------------------


def test_no_run_takes_the_slot_that_a_timed_one_before_it_waits_for():
    first = submitted(tiny(seed=2))
    desk, other = Desk(), Desk()
    assert desk.claim() == [first.id]
    timed, later, probe = (submitted(one) for one in (micro_bench.Config(), tiny(seed=3), kl_forms.Config()))
    assert other.claim() == [probe.id], "what needs no slot goes by"
    other.live.pop().release()
    queue.withdraw(probe.id)
    while desk.live:
        desk.step()
    assert other.claim() == [timed.id]
    other.live.pop().release()
    queue.withdraw(timed.id)
    assert other.claim() == [later.id]


def test_a_timed_run_that_another_process_trains_keeps_nobody_waiting():
    timed, later = submitted(micro_bench.Config()), submitted(tiny(seed=3))
    here, slot = worker.take(timed), slots.take(all_of_them=False)  # as a command line does; and somebody is busy
    assert Desk().claim() == [later.id]
    here.release(), slot.close()


# --- parents ---------------------------------------------------------------------------------------------------------


def test_a_parent_whose_weights_went_while_its_child_waited_is_trained_again():
    parent = trained(PARENT)
    child = submitted(CHILD)
    parent.tensors.unlink()
    Desk().work()
    assert state(CHILD) == "done" and child.result().at("sum", 0) == parent.result().final("sum")


def test_a_parent_that_never_saves_is_trained_once(monkeypatch):
    bare = replace(toy.EXPERIMENT, run=lambda *given: (e for e in toy.run(*given) if e.kind != "snapshot"))
    monkeypatch.setattr(sys.modules["core.experiments.toy"], "EXPERIMENT", bare)
    submitted(CHILD)
    Desk().work()
    assert state(CHILD) == "parent_missing"


def test_the_weights_that_a_queued_run_starts_from_are_not_dropped():
    parent, idle = trained(PARENT), trained(tiny(seed=2))
    alone = worker.take(runs.create(tiny(steps=6), runs.Run(f"{parent.id}-6")))
    while not worker.step(alone):
        pass
    alone.release()
    submitted(CHILD)
    runs.evict(0)
    assert [run.saved for run in (parent, alone.run, idle)] == [40, 6, None]
    queue.withdraw(run_id(CHILD))
    runs.evict(0)
    assert parent.saved is None and alone.run.saved is None


def test_a_parent_that_diverged_before_it_was_saved_is_not_trained_at_every_ask(monkeypatch):
    monkeypatch.setattr(worker, "SAVE", 60.0)
    config = tiny(seed=1, steps=3, parent=encode(WILD))
    submitted(config)
    Desk().work()
    assert (state(WILD), state(config)) == ("diverged", "parent_missing")
    log = runs.Run(run_id(WILD)).log.read_bytes()
    submitted(config)
    Desk().work()
    assert state(config) == "parent_missing" and runs.Run(run_id(WILD)).log.read_bytes() == log, "it is not tried again"


# --- orders that cross -----------------------------------------------------------------------------------------------

ORDERS = {"resume": jobs.resume, "train": lambda id: jobs.submit([PARENT])}


@pytest.mark.parametrize("again", ORDERS)
@pytest.mark.parametrize("halt", [jobs.pause, jobs.stop])
@pytest.mark.parametrize("when", ["before the worker looks", "while it saves", "while it lets go"])
def test_a_run_that_somebody_wants_again_goes_on(monkeypatch, halt, again, when):
    run, desk = submitted(PARENT), Desk()
    desk.claim(), desk.step(), desk.step()
    halt(run.id)
    moment = {"while it saves": (files, "write_atomic"), "while it lets go": (queue, "drop")}.get(when)
    if moment:
        usual, done = getattr(*moment), []

        def meanwhile(*given, **more):
            if not done:
                done.append(True)
                ORDERS[again](run.id)
            usual(*given, **more)

        monkeypatch.setattr(*moment, meanwhile)
    else:
        ORDERS[again](run.id)
    desk.work()
    assert state(PARENT) == "done" and losses(run) == toy.reference(steps=40)


# --- whose run it is to train ------------------------------------------------------------------------------------------


def of_version(config, version):
    """A queued run of another version of its experiment."""
    run = submitted(config)
    runs.write_json(run.dir / "config.json", run.info() | {"version": version})
    return run


def test_a_run_of_a_later_engine_waits_for_a_worker_that_knows_it_and_one_of_an_earlier_is_dropped(monkeypatch):
    later, earlier, ours = (
        of_version(tiny(seed=seed), toy.EXPERIMENT.version + d) for seed, d in ((3, 1), (4, -1), (5, 0))
    )
    unknown = submitted(tiny(seed=6))
    runs.write_json(unknown.dir / "config.json", unknown.info() | {"experiment": "of_next_year"})
    assert Desk().claim() == [ours.id]
    assert [ticket.run for ticket in queue.waiting()] == [later.id, earlier.id, ours.id, unknown.id]
    monkeypatch.setattr(dispatch, "BEGAN", time.time_ns())  # what is older was asked for before this worker began
    Desk().claim()
    assert [ticket.run for ticket in queue.waiting()] == [later.id, ours.id, unknown.id]
    assert not later.log.exists() and not earlier.log.exists() and earlier.status().state == "stopped"
    assert earlier.control()["want"] == "stop", "who waits for it learns that it has ended"


def test_no_run_is_let_go_for_one_that_this_worker_may_not_train():
    lonely = submitted(tiny(seed=2))
    desk = Desk()
    assert desk.claim() == [lonely.id]
    of_version(tiny(seed=4), toy.EXPERIMENT.version + 1)
    jobs.watch(run_id(tiny(seed=4)), "me")
    assert desk.make_room() == [lonely.id]


def test_a_run_of_an_earlier_engine_has_no_parents_trained_for_it(monkeypatch):
    child = of_version(CHILD, toy.EXPERIMENT.version - 1)
    queue.withdraw(run_id(PARENT))
    monkeypatch.setattr(dispatch, "BEGAN", time.time_ns())
    assert Desk().claim() == [] and queue.waiting() == [] and child.status().state == "stopped"


def test_a_run_that_may_not_be_read_is_left_to_whose_it_is(monkeypatch):
    theirs = submitted(tiny(seed=3))
    config, usual = theirs.dir / "config.json", open

    def refuse(path, *how, **more):
        if path == config:
            raise PermissionError(13, "not yours")
        return usual(path, *how, **more)

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr(runs, "read_json", lambda path, read=runs.read_json: {} if path == config else read(path))
    assert Desk().claim() == [] and len(queue.waiting()) == 1


def test_a_damaged_config_is_nobodys():
    run = submitted(tiny(seed=3))
    (run.dir / "config.json").write_text("{")
    assert Desk().claim() == [] and queue.waiting() == []


def test_a_parent_whose_process_died_without_a_ticket_is_asked_for_again():
    parent = killed(PARENT, 5)  # of the command line
    assert parent.status().left
    queue.add(runs.create(CHILD).id, 1, 0)  # it was asked for while that process trained its parent
    Desk().work()
    assert state(PARENT) == state(CHILD) == "done" and losses(parent) == toy.reference(steps=40)
