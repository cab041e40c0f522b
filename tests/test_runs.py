"""The run store: what a run is called, what its files say, and what survives when they or the disk are damaged."""

import errno
import json
import os
import sys
import time
from dataclasses import replace

import pytest
import torch

from core import dispatch, events, experiment, files, jobs, runs, worker
from core.events import Finished, Metric, Note, Snapshot, Started, Table
from core.experiment import make, run_id
from core.experiments import kl_forms, model5, repair
from core.problem import Problem
from tests import toy


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(worker, "SAVE", 0.0)  # a snapshot after every step
    monkeypatch.setattr(worker, "CONTROL", 0.0)
    torch.set_num_threads(1)
    with toy.registered():
        yield tmp_path / "home"


def tiny(**values):
    return make(toy.Config, **({"steps": 12} | values))


def taken(config):
    """The run's folder, and the run in this process's hands."""
    run = runs.create(config)
    return run, worker.take(run)


CONTROL = worker.CONTROL  # as it is where people work


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


@pytest.fixture(scope="module")
def expected():
    """{step: loss} where nothing ever went wrong."""
    return toy.reference(steps=12)


def codes(run):
    return [note.code for note in run.result().notes]


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


def test_asking_for_more_steps_continues_the_same_folder(expected):
    short, long = tiny(steps=6), tiny(steps=12)
    run = trained(short)
    assert runs.complete(short) and not runs.complete(long)
    begun = losses(run)
    assert trained(long) == run and losses(run) == expected
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
    for name in runs.waiting():
        (runs.queue_dir() / name).unlink()
    assert (run.status().state, run.status().step, run.status().active) == ("paused", 5, False)

    live = worker.take(run)
    runs.write_json(run.dir / "control.json", run.control() | {"want": "stop"})
    assert go(live) == "stopped"
    assert (run.status().state, run.status().step) == ("stopped", 5)

    jobs.submit([config])
    assert run.status().state == "queued"
    assert go(worker.take(run)) == "done"
    jobs.drop_ticket(runs.waiting()[-1])
    assert (run.status().state, run.status().step) == ("done", 12)


def test_a_run_whose_process_died_is_interrupted_and_a_yielded_one_says_so():
    run = killed(tiny(), 4)
    assert run.status().state == "interrupted"
    jobs.submit([tiny()])
    assert run.status().state == "interrupted" and run.status().position == 0
    other = runs.create(tiny(seed=1))
    jobs.ticket(other.id, time.time_ns(), 0, yielded=True)
    assert other.status().state == "yielded"


def test_a_fast_run_makes_exactly_the_steps_that_are_asked_for(monkeypatch, expected):
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
    assert go(worker.take(run)) == "done" and losses(run) == expected


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


# --- the log ---------------------------------------------------------------------------------------------------------


def test_a_log_is_read_from_where_one_left_off_and_a_line_being_written_waits():
    run = runs.create(tiny())
    first, second = (events.to_json(Metric(s, "train_loss", float(s))) + "\n" for s in (1, 2))
    run.log.write_text(first + second[:10])
    found, offset = run.events()
    assert [e.step for e in found] == [1] and offset == len(first)
    run.log.write_text(first + second)
    found, offset = run.events(offset)
    assert [e.step for e in found] == [2] and offset == len(first + second)
    assert run.events(offset) == ([], offset)


def test_strange_line_ends_inside_a_text_do_not_cut_the_log():
    run = runs.create(tiny())
    text = "one\u2028two\u2029three\x85four\x0bfive\x1csix\r\nseven"
    sample = events.Sample(3, "story", "", text)
    run.log.write_bytes((events.to_json(sample) + "\n").encode())
    assert run.events()[0] == [sample]
    assert run.status().step == 3


@pytest.mark.parametrize("cut", [1, 5, 60])
def test_a_log_cut_in_mid_line_loses_that_line_and_the_run_goes_on(cut, expected):
    run = killed(tiny(), 5)
    data = run.log.read_bytes()
    run.log.write_bytes(data[:-cut])
    assert go(worker.take(run)) == "done"
    assert losses(run) == expected
    assert ("log_cut" in codes(run)) == (cut == 60), "two lines went, and the snapshot was already past the first"
    assert "resumed" in codes(run) and "snapshot_damaged" not in codes(run)
    # every line but the cut ones parses: the new ones did not grow onto the stump
    bad = [line for line in run.log.read_text().split("\n")[:-1] if not list(events.read_lines([line]))]
    assert len(bad) <= 1


def test_a_log_of_noise_is_no_obstacle(expected):
    run = killed(tiny(), 5)
    run.log.write_bytes(run.log.read_bytes() + b"\xff\xfe\x00garbage\n[1, 2]\n{}\nnull")
    assert go(worker.take(run)) == "done"
    assert losses(run) == expected


# --- the snapshot ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["half", "garbage", "empty", "no step"])
def test_a_damaged_snapshot_starts_the_run_again_and_keeps_its_curve(damage, expected):
    run = killed(tiny(), 6)
    path = run.dir / "snapshot.safetensors"
    before = losses(run)
    data = path.read_bytes()
    if damage == "no step":
        from safetensors.torch import save

        data = save({"wte.weight": torch.zeros(2)})
    path.write_bytes({"half": data[: len(data) // 2], "garbage": b"\x07" * 4000, "empty": b""}.get(damage, data))
    with pytest.raises(Problem) as refused:
        run.snapshot()
    assert refused.value.code == "snapshot_damaged"

    live = worker.take(run)
    go(live, 2)
    live.flush()
    assert "snapshot_damaged" in codes(run)
    assert {step: losses(run)[step] for step in before} == before  # while it catches up the old curve stands
    assert go(live) == "done"
    assert losses(run) == expected


def test_a_kill_leaves_a_snapshot_that_is_whole(expected):
    run = killed(tiny(), 6)
    assert run.snapshot()[0] == 6
    assert go(worker.take(run)) == "done"
    assert losses(run) == expected
    (note,) = [n for n in run.result().notes if n.code == "resumed"]
    assert note.facts == {"step": 6}


def test_a_count_of_attempts_left_empty_by_a_crash_is_no_obstacle(expected):
    run = killed(tiny(), 6)
    (run.dir / "attempts").write_text("")
    assert go(worker.take(run)) == "done"
    assert losses(run) == expected


def test_a_run_that_kills_its_process_every_time_is_given_up():
    config = tiny()
    run = runs.create(config)
    for _ in range(worker.TRIES + 1):
        live = worker.take(run)
        live.open()  # and the process dies before anything is saved
        live.log.close()
        live.lock.close()
    live = worker.take(run)
    assert go(live) == "failed"
    assert run.status().facts["code"] == "crashed_repeatedly"
    assert trained(config) == run  # whoever asks for it anew gets a fresh count


def test_damaged_small_files_are_survived(expected):
    run = killed(tiny(), 6)
    (run.dir / "control.json").write_text("{")
    assert run.status().state in ("interrupted", "stopped")
    runs.create(tiny())
    assert run.steps() == 12 and go(worker.take(run)) == "done"
    assert losses(run) == expected


# --- a full or read-only disk ----------------------------------------------------------------------------------------

NUMBERS = [(errno.ENOSPC, "disk_full"), (errno.EROFS, "read_only")]


class Disk:
    """Refuses writes into one folder once it is `full`."""

    def __init__(self, monkeypatch, number, folder, also=lambda path: True):
        self.full, self.folder = False, str(folder)
        atomic, append = files.write_atomic, files.append

        def refused(path):
            return self.full and str(path).startswith(self.folder) and also(str(path))

        def write(path, data, **how):
            if refused(path):
                raise files.problem(OSError(number, os.strerror(number)), path)
            atomic(path, data, **how)

        def add(handle, data):
            if refused(handle.name):
                raise files.problem(OSError(number, os.strerror(number)), handle.name)
            append(handle, data)

        monkeypatch.setattr(files, "write_atomic", write)
        monkeypatch.setattr(files, "append", add)


@pytest.mark.parametrize(("number", "code"), NUMBERS)
def test_a_disk_that_cannot_take_a_snapshot_pauses_the_run_with_the_reason(monkeypatch, number, code, expected):
    run, live = taken(tiny())
    other_run, other = taken(tiny(seed=3))
    disk = Disk(monkeypatch, number, run.dir, lambda path: path.endswith("safetensors"))
    go(live, 5), go(other, 5)
    saved = (run.dir / "snapshot.safetensors").read_bytes()
    disk.full = True
    assert go(live) == "blocked"
    assert (run.status().state, run.status().facts["code"]) == ("paused", code)
    assert (run.dir / "snapshot.safetensors").read_bytes() == saved
    assert go(other) == "done" and len(losses(other_run)) == 12
    disk.full = False
    jobs.resume(run.id)
    assert "code" not in run.status().facts
    assert go(worker.take(run)) == "done"
    assert losses(run) == expected


@pytest.mark.parametrize(("number", "code"), NUMBERS)
def test_a_disk_that_takes_nothing_at_all_leaves_everything_as_it_was(monkeypatch, number, code, expected):
    run, live = taken(tiny())
    disk = Disk(monkeypatch, number, run.dir)
    go(live, 5)
    log, saved = run.log.read_bytes(), (run.dir / "snapshot.safetensors").read_bytes()
    disk.full = True
    assert go(live) == "blocked"
    assert (run.log.read_bytes(), (run.dir / "snapshot.safetensors").read_bytes()) == (log, saved)
    assert run.status().state == "interrupted"
    assert go(worker.take(run)) == "blocked"  # still full: nothing is lost by trying
    assert run.log.read_bytes() == log
    disk.full = False
    assert go(worker.take(run)) == "done"
    assert losses(run) == expected


@pytest.mark.parametrize(("number", "code"), NUMBERS)
def test_asking_for_a_run_on_a_full_disk_says_why_it_cannot_be(monkeypatch, number, code, home):
    Disk(monkeypatch, number, home).full = True
    with pytest.raises(Problem) as refused:
        jobs.submit([tiny()])
    assert refused.value.code == code
    assert runs.all_runs() == [] and runs.waiting() == []


def test_a_ticket_waits_while_nothing_can_be_written_and_goes_when_the_run_is_paused(monkeypatch):
    jobs.submit([tiny()])
    run = runs.Run(run_id(tiny()))
    disk = Disk(monkeypatch, errno.ENOSPC, run.dir)
    for full, left in ((True, 1), (False, 0)):
        live, blocked = [], {}
        dispatch.claim.last = 0.0
        dispatch.claim(live, blocked)
        (one,) = live
        disk.full = full
        if not full:
            runs.write_json(run.dir / "control.json", run.control() | {"want": "pause", "code": "disk_full"})
        dispatch.drop(one, "blocked", blocked)
        assert len(runs.waiting()) == left and run.id in blocked


def test_lines_reach_the_log_whole_or_not_at_all(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"first\n")

    class Filling:
        """Takes four bytes, then none: a disk that fills up in the middle of a line."""

        def __init__(self):
            self.file, self.name, self.room = open(path, "ab", buffering=0), str(path), 4  # noqa: SIM115
            self.seek, self.fileno = self.file.seek, self.file.fileno

        def write(self, data):
            if not self.room:
                raise OSError(errno.ENOSPC, "no space")
            done = self.file.write(data[: self.room])
            self.room -= done
            return done

    log = Filling()
    with pytest.raises(Problem) as refused:
        files.append(log, b"second\n")
    assert refused.value.code == "disk_full" and path.read_bytes() == b"first\n"
    log.room = 100
    files.append(log, b"third\n")
    log.file.close()
    assert path.read_bytes() == b"first\nthird\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
def test_a_log_on_a_device_that_is_really_full_can_be_let_go():
    run, live = taken(tiny())
    run.log.symlink_to("/dev/full")
    assert go(live) == "blocked"  # releases, which must not try the write again
    run.log.unlink()
    assert (run.status().state, run.status().facts["code"]) == ("paused", "disk_full")


# --- the gallery -----------------------------------------------------------------------------------------------------


def test_thinning_keeps_the_ends_the_extremes_and_everything_that_is_no_training_loss():
    curve = [Metric(s, "train_loss", 5.0 - 0.001 * s + (3.0 if s == 777 else 0.0)) for s in range(1, 2001)]
    rest = [Started(2000), Note(5, "resumed"), Metric(100, "test_loss", 4.0), Finished(2000, "done")]
    whole = (rest[0], *curve, *rest[1:3], Snapshot(2000), rest[3])
    kept = runs.thin(whole, 200)
    steps = [e.step for e in kept if e.kind == "metric" and e.name == "train_loss"]
    assert 100 <= len(steps) <= 202 and steps[0] == 1 and steps[-1] == 2000 and 777 in steps
    assert [e for e in kept if e.kind != "metric" or e.name != "train_loss"] == rest
    assert runs.thin(whole[:101], 200) == list(whole[:101])


def test_an_exported_run_is_found_and_read_like_one_of_the_store(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "GALLERY", tmp_path / "gallery")
    (tmp_path / "gallery").mkdir()
    run = trained(tiny())
    runs.export(run)
    runs.export_weights(tiny())
    own, whole = losses(run), run.result()
    weights = run.snapshot()[1]
    assert runs.clear() == 1 and not run.dir.exists()
    found = runs.find(tiny())
    assert found.source == "gallery" and found.status().state == "done" and runs.complete(tiny())
    assert losses(found) == own and found.result().metrics == whole.metrics
    step, kept = runs.Run(run.id).snapshot()
    assert step == 12 and not any("/" in name for name in kept)
    assert all(torch.equal(kept[name], weights[name]) for name in kept) and len(kept) == 4
    assert runs.find(tiny(steps=13)) is None  # it does not go that far


def test_a_shorter_run_of_ones_own_does_not_hide_the_stored_one(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "GALLERY", tmp_path / "gallery")
    (tmp_path / "gallery").mkdir()
    run = trained(tiny(steps=12))
    runs.export(run)
    runs.clear()
    trained(tiny(steps=3))
    assert runs.find(tiny(steps=12)).source == "gallery"
    assert runs.find(tiny(steps=3)).source == "store"


def test_a_run_that_ships_gives_way_to_ones_own_from_the_moment_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "GALLERY", tmp_path / "gallery")
    (tmp_path / "gallery").mkdir()
    config = tiny(steps=12)
    runs.export(trained(config))
    runs.clear()
    (id,) = jobs.submit([config], "ann")
    own = runs.Run(id)
    assert not own.log.exists() and runs.find(config, "ann") == own, "it waits, and no worker has written anything yet"
    assert runs.find(config).source == "gallery" and runs.complete(config), "who is at no page wants the whole one"
    jobs.pause(id)
    assert runs.find(config, "ann") == own == runs.find(config, "bob")
    jobs.resume(id, "ann")
    assert jobs.stop(id, "ann")
    assert runs.find(config, "ann").source == "gallery", "it never began"


def test_a_run_that_was_stopped_is_shown_to_whom_it_belongs_and_the_whole_one_to_others(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "GALLERY", tmp_path / "gallery")
    (tmp_path / "gallery").mkdir()
    config = tiny(steps=12)
    runs.export(trained(config))
    runs.clear()
    jobs.submit([config], "ann")
    live = worker.take(runs.Run(run_id(config)))
    while live.offer is None or live.offer.step < 3:
        worker.step(live)
    assert jobs.stop(live.run.id, "ann")
    while worker.step(live) is None:
        pass
    live.release()
    assert live.run.status().state == "stopped" and 3 <= live.run.status().step < 12
    assert runs.find(config, "ann") == live.run
    assert [runs.find(config, who).source for who in ("", "bob")] == ["gallery"] * 2
    assert not live.run.watchers(), "she looks at it no more"


def test_export_never_shortens_what_is_stored_nor_writes_what_was_never_trained(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "GALLERY", tmp_path / "gallery")
    (tmp_path / "gallery").mkdir()
    run = trained(tiny(steps=12))
    runs.export(run)
    runs.clear()
    runs.export(run)
    assert runs.find(tiny(steps=12)).status().step == 12
    runs.export(trained(tiny(steps=3)))
    assert runs.find(tiny(steps=12)).status().step == 12
    assert len(list((tmp_path / "gallery" / "runs").iterdir())) == 1


# --- storage ---------------------------------------------------------------------------------------------------------


def test_clearing_spares_what_is_pinned_or_being_trained():
    done, pinned = trained(tiny(steps=2)), trained(tiny(steps=2, seed=1))
    active, live = taken(tiny(seed=2))
    jobs.submit([tiny(seed=3)])
    assert runs.clear(frozenset([pinned.id])) == 1
    left = {run.id for run in runs.all_runs()}
    assert left == {pinned.id, active.id, run_id(tiny(seed=3))} and done.id not in left
    live.release()


def test_a_shorter_run_of_the_same_beginning_does_not_hide_the_weights_that_ship(monkeypatch, tmp_path):
    """Lesson 8 leaves 300 steps of the model of which lesson 10 needs 700."""
    monkeypatch.setattr(runs, "GALLERY", tmp_path / "gallery")
    (tmp_path / "gallery").mkdir()
    long = trained(tiny(steps=12))
    runs.export(long)
    runs.export_weights(tiny(steps=12))
    runs.clear()
    assert runs.weights(tiny(steps=12))[0] == 12
    trained(tiny(steps=3))
    assert runs.weights(tiny(steps=12))[0] == 12 and runs.weights(tiny(steps=3))[0] == 3
    child = tiny(seed=1, parent=experiment.encode(tiny(steps=12)))
    assert worker.parent_weights(experiment.of(child), child)["start"].keys() == {
        "0.weight",
        "0.bias",
        "3.weight",
        "3.bias",
    }
    with pytest.raises(Problem) as missing:
        child = tiny(seed=1, parent=experiment.encode(tiny(steps=20)))
        worker.parent_weights(experiment.of(child), child)
    assert missing.value.code == "parent_missing"


def test_eviction_drops_the_oldest_snapshots_first_and_no_log():
    made = [trained(tiny(steps=2, seed=seed)) for seed in range(4)]
    for age, run in enumerate(made):
        os.utime(run.dir, (1000 + age, 1000 + age))
    unfinished = killed(tiny(seed=9), 2)
    os.utime(unfinished.dir, (1, 1))
    size = (made[0].dir / "snapshot.safetensors").stat().st_size

    def kept():
        return [(run.dir / "snapshot.safetensors").exists() for run in made]

    runs.evict(runs.storage())
    assert kept() == [True] * 4
    (files.home() / "download").write_bytes(
        bytes(10**6)
    )  # what lies beside the runs is no reason to drop their weights
    runs.evict(10**6)
    assert kept() == [True] * 4
    (files.home() / "download").unlink()
    runs.evict(runs.storage() - size, frozenset([made[0].id]))
    assert kept() == [True, False, True, True]
    runs.evict(0, frozenset([made[0].id]))
    assert kept() == [True, False, False, False]
    assert (unfinished.dir / "snapshot.safetensors").exists()
    assert all(len(losses(run)) == 2 for run in made)


def test_storage_counts_bytes_and_survives_files_that_vanish(home, monkeypatch):
    (home / "a").mkdir(parents=True)
    (home / "a" / "one").write_bytes(b"x" * 1000)
    (home / "a" / "two").write_bytes(b"x" * 500)
    assert runs.storage() == 1500
    (home / "a" / "gone").symlink_to(home / "nowhere")  # listed, and not there when one looks
    assert runs.storage() == 1500


# --- the queue -------------------------------------------------------------------------------------------------------


def test_what_is_complete_is_not_trained_again_however_often_it_is_asked_for():
    run = trained(tiny(steps=2))
    log = run.log.read_bytes()
    jobs.submit([tiny(steps=2)])
    assert runs.waiting() == []
    jobs.ticket(run.id, time.time_ns(), 0)  # a worker died between the run's end and taking its ticket away
    live = []
    dispatch.claim.last = 0.0
    dispatch.claim(live, {})
    assert live == [] and runs.waiting() == [] and run.log.read_bytes() == log
    assert run.status().state == "done"


@pytest.mark.filterwarnings("ignore:reduction")  # PyTorch's warning about the trap that this probe shows
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
    assert let_go == "done" and runs.waiting() == []
