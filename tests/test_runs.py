"""The run store: what a run is called, what its files say, and when it is trained."""

import json
import os
import sys
import time
from dataclasses import replace

import pytest

from core import dispatch, events, experiment, jobs, queue, runs, worker
from core.events import Metric, Started, Table
from core.experiment import make, run_id
from core.experiments import kl_forms, model5, repair
from core.locks import locked
from tests import toy
from tests.by_hand import go, killed, losses, taken, tiny, trained

pytestmark = pytest.mark.usefixtures("by_hand")
CONTROL = worker.CONTROL  # as it is where people work


# --- what a run is called --------------------------------------------------------------------------------------------


def test_an_id_is_the_same_in_every_process_and_for_every_spelling():
    assert run_id(tiny(lr=0.005)) == run_id(tiny(lr="5e-3")) == run_id(tiny(lr=0.0050000001))
    assert run_id(tiny()) == run_id(experiment.decode(experiment.encode(tiny())))
    assert run_id(model5.Config()).startswith("model5-") and len(run_id(model5.Config())) == len("model5-") + 12


OTHER = {
    "corpus": "manual",
    "tokenizer": "bytes",
    "init": "gpt2",
    "divide_logits": "yes",
    "tying": "untied",
    "dropout_at": "mlp",
    "optimizer": "sgd",
    "schedule": "cosine",
    "sampler": "epochs",
    "test_part": "middle",
    "precision": "bfloat16",
    "device": "cuda",
    "graded_at": "every",
    "wiring": "softmax_ce",
    "head_at": "graded",
}


@pytest.mark.parametrize("field", [f for f in vars(model5.Config()) if f != "steps"])
def test_every_field_is_part_of_the_id(field):
    base = model5.Config()
    value = getattr(base, field)
    other = OTHER.get(field) or (value * 0.5 or 0.25 if isinstance(value, float) else value + 1)
    assert run_id(make(model5.Config, base, **{field: other})) != run_id(base), (field, other)


def test_a_field_that_came_later_leaves_the_ids_of_stored_runs_alone():
    assert run_id(model5.Config()) == "model5-730d2d38edac"  # the id it had before `keep` and its like came
    assert run_id(make(model5.Config, keep=0, drop_mlp=-1)) == run_id(model5.Config())


def test_the_number_of_steps_is_part_of_the_id_only_where_the_steps_depend_on_it():
    assert run_id(tiny(steps=5)) == run_id(tiny(steps=500))
    for values, same in (({}, True), ({"schedule": "wsd"}, False), ({"warmup": 0.1}, False)):
        five, more = (run_id(make(model5.Config, steps=steps, **values)) for steps in (5, 500))
        assert (five == more) == same, values


def test_a_childs_id_changes_with_its_parent():
    def child(**values):
        parent = make(experiment.load("like_x").Config, start="random", **values)
        return run_id(make(repair.Config, parent=experiment.encode(parent)))

    assert child(seed=1) == child(seed=1) != child(seed=2)


# --- longer and shorter ----------------------------------------------------------------------------------------------


def test_asking_for_more_steps_continues_the_same_folder(undisturbed):
    short, long = tiny(steps=6), tiny(steps=12)
    run = trained(short)
    assert runs.complete(short) and not runs.complete(long)
    begun = losses(run)
    assert trained(long) == run and losses(run) == undisturbed
    assert list(losses(run)) == list(range(1, 13)) and {step: losses(run)[step] for step in begun} == begun
    assert runs.complete(short) and runs.complete(long)
    assert list(run.result(6).metrics["train_loss"]) == list(range(1, 7))


def test_asking_for_fewer_steps_takes_nothing_away():
    run = trained(tiny(steps=6))
    runs.create(tiny(steps=3))
    assert run.steps() == 6 and run.status().state == "done" and run.status().step == 6


def test_more_steps_asked_for_in_mid_run_are_trained_in_one_go():
    run, live = taken(tiny(steps=4))
    go(live, 3)
    runs.create(tiny(steps=8))
    assert go(live) == "done"
    assert list(losses(run)) == list(range(1, 9)) and run.status().step == 8


# --- status is read off the files ------------------------------------------------------------------------------------


def test_a_run_says_where_it_is():
    config = tiny()
    run = runs.Run(run_id(config))
    assert run.status().state == "absent" and runs.find(config) is None

    jobs.submit([tiny(seed=9)])
    jobs.submit([config], session="me")
    status = run.status()
    assert (status.state, status.position, status.steps, run.watchers()) == ("queued", 1, 12, ["me"])
    assert status.active

    live = worker.take(run)
    go(live, 5)
    live.flush()
    assert run.status().state == "running"
    runs.write_json(run.dir / "control.json", run.control() | {"want": "pause"})
    assert go(live) == "paused"
    for ticket in queue.waiting():
        queue.drop(ticket)
    assert (run.status().state, run.status().step, run.status().active) == ("paused", 5, False)

    live = worker.take(run)
    runs.write_json(run.dir / "control.json", run.control() | {"want": "stop"})
    assert go(live) == "stopped"
    assert (run.status().state, run.status().step) == ("stopped", 5)

    jobs.submit([config])
    assert run.status().state == "queued"
    assert go(worker.take(run)) == "done"
    queue.drop(queue.waiting()[-1])
    assert (run.status().state, run.status().step) == ("done", 12)


def test_a_run_whose_process_died_is_interrupted_and_a_yielded_one_says_so():
    run = killed(tiny(), 4)
    assert run.status().state == "interrupted"
    jobs.submit([tiny()])
    assert run.status().state == "interrupted" and run.status().position == 0
    other = runs.create(tiny(seed=1))
    queue.add(other.id, time.time_ns(), 0, yielded=True)
    assert other.status().state == "yielded"


def test_a_fast_run_makes_exactly_the_steps_that_are_asked_for(monkeypatch, undisturbed):
    """However rarely a worker looks at what people want."""
    monkeypatch.setattr(worker, "SAVE", 60.0)
    run, live = taken(tiny())
    assert go(live, 4) is None
    jobs.pause(run.id)
    assert go(live) == "paused"
    at = run.status().step
    monkeypatch.setattr(worker, "CONTROL", CONTROL)
    for count in (1, 1, 3):
        jobs.single_step(run.id, count)
        assert go(worker.take(run)) == "paused"
        at += count
        assert (run.status().step, run.snapshot()[0]) == (at, at)
    jobs.resume(run.id)
    assert go(worker.take(run)) == "done" and losses(run) == undisturbed


def test_a_divergence_and_a_failure_are_ends():
    config = tiny(steps=100, optimizer="sgd", lr=1e6)
    run, live = taken(config)
    assert go(live) == "diverged"
    status = run.status()
    assert (status.state, status.facts["lr"]) == ("diverged", 1e6) and status.step < 100 and runs.complete(config)
    assert run.snapshot()[0] < status.step  # the last state that was any good is still there

    orphan = tiny(parent=experiment.encode(tiny(seed=5)))
    run, live = taken(orphan)
    assert go(live) == "failed"
    assert (run.status().state, run.status().facts["code"]) == ("failed", "parent_missing")
    assert runs.complete(orphan)


def test_a_bug_in_an_experiment_ends_its_run_and_is_kept_beside_it():
    run, live = taken(tiny(fail_at=4))
    other_run, other = taken(tiny(seed=1))
    go(other, 5)
    assert go(live) == "failed"
    assert run.status().facts["error"] == "ZeroDivisionError: a bug in an experiment"
    assert "ZeroDivisionError" in (run.dir / "traceback.txt").read_text()
    assert list(losses(run)) == [1, 2, 3] and run.status().step == 3
    assert go(other) == "done" and losses(other_run) == toy.reference(steps=12, seed=1)


def test_a_line_longer_than_the_tail_does_not_hide_the_step():
    run = runs.create(tiny())
    wide = Table(7, "texts", {"text": ["many words"] * 5 * runs.TAIL})
    run.log.write_text("".join(events.to_json(e) + "\n" for e in (Started(12), Metric(7, "train_loss", 1.0), wide)))
    assert run.status().step == 7 and run.status().state == "interrupted"


def test_a_run_just_taken_up_again_still_shows_its_step():
    run = runs.create(tiny())
    lines = (Started(12), Metric(7, "train_loss", 1.0), Started(12))
    run.log.write_text("".join(events.to_json(e) + "\n" for e in lines))
    assert run.status().step == 7


def test_watchers_are_forgotten_after_a_minute(monkeypatch):
    run = runs.create(tiny())
    jobs.watch(run.id, "a")
    jobs.watch(run.id, "b")
    assert sorted(run.watchers()) == ["a", "b"]
    old = time.time() - runs.FRESH - 1
    os.utime(run.dir / "wants" / "a", (old, old))
    assert run.watchers() == ["b"]


# --- the queue -------------------------------------------------------------------------------------------------------


def test_what_is_complete_is_not_trained_again_however_often_it_is_asked_for():
    run = trained(tiny(steps=2))
    log = run.log.read_bytes()
    jobs.submit([tiny(steps=2)])
    assert queue.waiting() == []
    queue.add(run.id, time.time_ns(), 0)  # a worker died between the run's end and taking its ticket away
    live = []
    dispatch.claim.last = 0.0
    dispatch.claim(live, {})
    assert live == [] and queue.waiting() == [] and run.log.read_bytes() == log
    assert run.status().state == "done"


def test_a_probe_that_keeps_no_snapshot_ends_as_well():
    run, live = taken(kl_forms.Config())
    assert go(live) == "done"
    assert run.status().state == "done" and run.result().final("entropy_gap") == pytest.approx(
        run.result().final("entropy"), abs=1e-5
    )


def test_a_config_written_beside_a_run_is_read_back():
    run = runs.create(tiny(lr=0.0123))
    assert run.config() == tiny(lr=0.0123)
    assert json.loads((run.dir / "config.json").read_text())["parents"] == {}


def test_a_run_that_offers_no_snapshots_is_trained_once(monkeypatch):
    bare = replace(toy.EXPERIMENT, run=lambda *given: (e for e in toy.run(*given) if e.kind != "snapshot"))
    monkeypatch.setattr(sys.modules["core.experiments.toy"], "EXPERIMENT", bare)
    jobs.submit([tiny()])
    live, blocked = [], {}
    dispatch.claim.last = 0.0
    dispatch.claim(live, blocked)
    (one,) = live
    while not (let_go := worker.step(one)):
        pass
    dispatch.drop(one, let_go, blocked)
    assert let_go == "done" and queue.waiting() == []


def test_a_model_between_two_steps_is_not_saved_as_the_last_one(monkeypatch):
    """The second Ctrl-C does not wait."""
    monkeypatch.setattr(worker, "SAVE", 60.0)
    run, live = taken(tiny(seed=42, steps=12))
    assert go(live, 5) is None and run.saved is None
    training = live.generator

    def interrupted():
        next(event for event in training if event.kind == "snapshot")  # the model has moved on, the offer has not come
        raise KeyboardInterrupt
        yield

    live.generator = interrupted()
    with pytest.raises(KeyboardInterrupt):
        worker.step(live)
    dispatch.hand_back(live)
    assert run.saved is None and not locked(run.dir / "lock")
    assert losses(trained(tiny(seed=42, steps=12))) == toy.reference(seed=42, steps=12)


def test_what_a_killed_writer_left_half_written_goes_when_the_run_is_taken_up():
    run = killed(tiny(seed=43, steps=12), 3)
    left = run.dir / ".snapshot.safetensors.abc123.part"
    left.write_bytes(b"half")
    other = run.dir / ".control.json.abc123.part"  # a server may be writing this very moment
    other.write_bytes(b"{")
    live = worker.take(run)
    assert go(live) == "done" and not left.exists() and other.exists()


def test_a_log_is_read_backwards_whatever_the_length_of_its_lines():
    run = runs.create(tiny(seed=71))
    texts = [length * "ờ" for length in (0, 3, runs.TAIL // 3, runs.TAIL, 1, 40 * runs.TAIL, 2)]
    lines = [events.to_json(events.Sample(step, "story", "", text)) for step, text in enumerate(texts)]
    for end in ("", "\n", "\n{cut", "\n\n"):
        run.log.write_text("\n".join(lines) + end, encoding="utf-8")
        assert [(e.step, e.text) for e in run.backwards()] == list(enumerate(texts))[::-1]
    run.log.write_text("")
    assert list(run.backwards()) == []
