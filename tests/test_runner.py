"""Runs of the command line: trained in this process, followed where another one trains them, and taken over where that died."""

import signal
import threading
from types import SimpleNamespace

import pytest

from core import events, jobs, queue, runner, runs, worker
from core.experiment import encode, run_id
from core.locks import try_lock
from core.problem import Problem
from tests import toy
from tests.by_hand import Desk, killed, losses, taken, tiny, trained

pytestmark = pytest.mark.usefixtures("toy_store")


def submitted(*configs):
    return [runs.Run(id) for id in jobs.submit(list(configs))]


def state(run):
    return run.status().state


def test_a_command_line_run_trains_its_parents_and_a_fresh_one_replaces_the_old():
    child = tiny(seed=8, steps=5, parent=encode(tiny(seed=7, steps=5)))
    first = runner.result(child)
    assert first.finished.reason == "done" and runs.complete(tiny(seed=7, steps=5))
    run = runs.find(child)
    run.log.write_bytes(run.log.read_bytes().replace(b'"done"', b'"stopped"'))  # a mark that only this log bears
    assert [e.reason for e in runner.run_here(child, fresh=True) if e.kind == "finished"] == ["done"]
    assert runs.find(child).result().metrics == first.metrics
    assert [p.name for p in runs.store().iterdir() if p.name.startswith(".")] == []


def test_a_command_line_run_leaves_no_ticket_of_who_asked_for_it_before():
    (run,) = submitted(tiny(seed=31, steps=5))
    assert [e.reason for e in runner.run_here(tiny(seed=31, steps=5)) if e.kind == "finished"] == ["done"]
    assert state(run) == "done" and queue.waiting() == []


def test_a_look_at_its_status_does_not_keep_a_command_line_run_from_being_trained():
    run = runs.create(tiny(seed=32, steps=5))
    (run.dir / "lock").touch()
    probe = open(run.dir / "lock")  # noqa: SIM115
    assert try_lock(probe, shared=True)
    threading.Timer(0.3, probe.close).start()
    assert [e.reason for e in runner.run_here(tiny(seed=32, steps=5)) if e.kind == "finished"] == ["done"]


def test_a_fresh_run_that_is_given_up_leaves_the_old_one():
    config = tiny(steps=5)
    runner.result(config)
    run = runs.find(config)
    log = run.log.read_bytes()
    following = runner.run_here(config, fresh=True)
    assert next(following).kind == "started"
    following.close()
    assert run.log.read_bytes() == log and state(run) == "done"


def test_ctrl_c_in_the_middle_of_a_step_is_raised_at_its_end_and_nothing_is_lost(monkeypatch):
    config, whole, calls = tiny(seed=41, steps=12), worker.step, []

    def interrupted(live):
        calls.append(live)
        if len(calls) == 7:
            signal.raise_signal(signal.SIGINT)  # the model's next step comes after it
        return whole(live)

    monkeypatch.setattr(worker, "step", interrupted)
    # Where the tests run in the background it is switched off.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            for _ in runner.run_here(config):
                pass
    finally:
        signal.signal(signal.SIGINT, before)
    run = runs.Run(run_id(config))
    assert run.saved == 6, "the step was finished and saved"
    monkeypatch.undo()


def test_ctrl_c_that_somebody_has_switched_off_stays_off():
    """A job in the background is started so."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with runner.between_steps():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def logged(config, *told, end=(12, "done")):
    """A run of this config with such a log."""
    run = runs.create(config)
    made = (*(events.Metric(step, name, 1.0) for name, step in told), events.Finished(*end))
    run.log.write_text("".join(events.to_json(e) + "\n" for e in made))
    return run


def test_a_longer_run_stands_for_a_shorter_one_only_where_all_was_looked_at():
    config = tiny(seed=51, steps=12)
    often = [(name, step) for name, steps in (("growth", (0, 5, 10, 12)), ("test_loss", (0, 10, 12))) for step in steps]
    run = logged(config, ("once", 0), *often)
    assert runs.measured(config) == run and runs.measured(tiny(seed=51, steps=10)) == run
    assert runs.measured(tiny(seed=51, steps=5)) is None, "its test loss would be that of step 0"


def test_a_run_that_diverged_later_or_failed_is_no_measurement_of_its_beginning():
    config = tiny(seed=52)
    run = logged(config, ("test_loss", 0), ("test_loss", 5), end=(8, "diverged"))
    assert runs.measured(config) == run and runs.measured(tiny(seed=52, steps=5)) == run
    assert runs.measured(tiny(seed=52, steps=3)) is None
    logged(tiny(seed=53), ("test_loss", 0), end=(0, "failed"))
    assert runs.measured(tiny(seed=53)) is None, "it is tried again"


# --- one that follows, or goes on from, another ------------------------------------------------------------------------


def begun(config, *, fresh, steps):
    """Another process in the middle of this run: (its run, what it would go on to read, what it gives up with)."""
    run, following = runner.begin(config, fresh=fresh)
    next(event for event in following if getattr(event, "step", 0) >= steps)
    return run, following


def test_who_follows_a_fresh_run_and_gives_up_takes_nothing_from_it(by_hand):
    config = tiny(seed=61)
    old = runner.result(config)
    run, training = begun(config, fresh=True, steps=5)
    _, following = runner.begin(config, fresh=False)
    assert next(following).kind == "started"
    following.close()
    assert run.status().state == "running"
    for _ in training:
        pass
    assert state(run) == "done" and run.result().metrics == old.metrics
    assert [p.name for p in runs.store().iterdir()] == [run.id]


@pytest.fixture
def killed_while_fresh(by_hand):
    """A finished run that was being trained anew when that process died: (config, the folder set aside)."""
    config = tiny(seed=62)
    run = trained(config)
    aside = run.dir.with_name(f".{run.id}.old")
    run.dir.rename(aside)
    killed(config, 5)
    return config, aside


def test_what_is_trained_after_a_fresh_run_was_killed_is_kept_when_it_is_given_up(killed_while_fresh):
    config, aside = killed_while_fresh
    run, training = begun(config, fresh=False, steps=8)
    training.close()
    assert run.saved >= 8 and state(run) == "interrupted" and aside.exists()
    assert runner.result(config).metrics["train_loss"] == toy.reference(seed=62, steps=12)
    assert not aside.exists(), "the new one is whole"


def test_a_second_fresh_run_that_is_given_up_brings_back_the_whole_one(killed_while_fresh):
    config, aside = killed_while_fresh
    run, training = begun(config, fresh=True, steps=3)
    training.close()
    assert (state(run), run.saved) == ("done", 12) and not aside.exists()


def test_a_fresh_run_that_somebody_has_taken_up_is_left_to_them(monkeypatch, by_hand):
    config = tiny(seed=63)
    trained(config)
    run, training = begun(config, fresh=True, steps=3)
    hand_back, taken_up = runner.dispatch.hand_back, []
    monkeypatch.setattr(runner.dispatch, "hand_back", lambda live: (hand_back(live), taken_up.append(worker.take(run))))
    training.close()
    assert state(run) == "running" and run.status().step < 12
    taken_up[0].release()
    assert run.result().metrics["train_loss"].keys() <= set(range(6))


def test_a_fresh_run_that_cannot_begin_leaves_the_old_one(monkeypatch, by_hand):
    run = trained(tiny(seed=66))

    def full(*_):
        raise Problem("disk_full", path="here")

    monkeypatch.setattr(runs, "create", full)
    with pytest.raises(Problem):
        next(runner.begin(tiny(seed=66), fresh=True)[1])
    assert (state(run), run.saved) == ("done", 12) and [p.name for p in runs.store().iterdir()] == [run.id]


def test_a_fresh_run_that_somebody_stops_gives_way_to_the_whole_one(by_hand):
    config = tiny(seed=67)
    trained(config)
    run, training = begun(config, fresh=True, steps=3)
    jobs.stop(run.id, everybody=True)
    assert [e.reason for e in training if e.kind == "finished"] == ["stopped"]
    assert (state(run), run.saved) == ("done", 12) and [p.name for p in runs.store().iterdir()] == [run.id]


def test_a_cleared_run_is_not_taken_up():
    run = runs.create(tiny(seed=68))
    runs.clear()
    assert worker.take(run) is None and not run.dir.exists()


def test_who_follows_a_run_whose_process_dies_goes_on_in_its_place(by_hand):
    config = tiny(seed=64)
    run, live = taken(config)
    for _ in range(6):
        worker.step(live)
    _, following = runner.begin(config)
    seen = [next(following)]
    live.log.close()
    live.lock.close()  # killed
    seen += following
    assert state(run) == "done" and losses(run) == toy.reference(seed=64, steps=12)
    assert {e.step: e.value for e in seen if e.kind == "metric" and e.name == "train_loss"} == losses(run)


def test_the_command_line_asks_again_for_a_run_whose_process_died(monkeypatch, by_hand):
    """As `claims` and `warm` do, which leave training to workers."""
    config = tiny(seed=65)
    _, live = taken(config)  # in the hands of another command line
    for _ in range(6):
        worker.step(live)
    desk = Desk()

    def meanwhile(seconds):
        if not live.log.closed:
            live.log.close()
            live.lock.close()
        desk.claim(), desk.step()

    monkeypatch.setattr(runner, "time", SimpleNamespace(sleep=meanwhile))
    ((_, result),) = runner.results([config])
    assert result.metrics["train_loss"] == toy.reference(seed=65, steps=12)


def test_the_command_line_asks_again_for_a_run_that_was_cleared_away(monkeypatch, by_hand):
    config, asked = tiny(seed=66), []
    desk = Desk()

    def submit(configs):
        asked.append(configs)
        if len(asked) > 1:  # the first one is cleared away before anybody has begun it
            by_hand_submit(configs)

    by_hand_submit = jobs.submit
    monkeypatch.setattr(jobs, "submit", submit)
    monkeypatch.setattr(runner, "time", SimpleNamespace(sleep=lambda seconds: (desk.claim(), desk.step())))
    ((_, result),) = runner.results([config])
    assert len(asked) == 2 and result.metrics["train_loss"] == toy.reference(seed=66, steps=12)
