"""What survives when a log, a snapshot or the disk is damaged."""

import errno
import json
import os

import pytest
import torch

from core import dispatch, events, files, jobs, queue, runs, worker
from core.events import Metric
from core.experiment import run_id
from core.problem import Problem
from tests.by_hand import Desk, codes, go, killed, losses, taken, tiny, trained

pytestmark = pytest.mark.usefixtures("by_hand")


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
def test_a_log_cut_in_mid_line_loses_that_line_and_the_run_goes_on(cut, undisturbed):
    run = killed(tiny(), 5)
    data = run.log.read_bytes()
    run.log.write_bytes(data[:-cut])
    assert go(worker.take(run)) == "done"
    assert losses(run) == undisturbed
    assert ("log_cut" in codes(run)) == (cut == 60), "two lines went, and the snapshot was already past the first"
    assert "resumed" in codes(run) and "snapshot_damaged" not in codes(run)
    # every line but the cut ones parses: the new ones did not grow onto the stump
    bad = [line for line in run.log.read_text().split("\n")[:-1] if not list(events.read_lines([line]))]
    assert len(bad) <= 1


def test_a_log_of_noise_is_no_obstacle(undisturbed):
    run = killed(tiny(), 5)
    run.log.write_bytes(run.log.read_bytes() + b"\xff\xfe\x00garbage\n[1, 2]\n{}\nnull")
    assert go(worker.take(run)) == "done"
    assert losses(run) == undisturbed


# --- the snapshot ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["half", "garbage", "empty", "no step"])
def test_a_damaged_snapshot_starts_the_run_again_and_keeps_its_curve(damage, undisturbed):
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
    assert losses(run) == undisturbed


def test_a_kill_leaves_a_snapshot_that_is_whole(undisturbed):
    run = killed(tiny(), 6)
    assert run.snapshot()[0] == 6
    assert go(worker.take(run)) == "done"
    assert losses(run) == undisturbed
    (note,) = [n for n in run.result().notes if n.code == "resumed"]
    assert note.facts == {"step": 6}


def test_a_count_of_attempts_left_empty_by_a_crash_is_no_obstacle(undisturbed):
    run = killed(tiny(), 6)
    (run.dir / "attempts").write_text("")
    assert go(worker.take(run)) == "done"
    assert losses(run) == undisturbed


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


def test_one_that_is_given_up_before_it_begins_goes_on_from_its_snapshot_when_asked_anew(undisturbed):
    run = killed(tiny(), 6)
    (run.dir / "attempts").write_text(str(worker.TRIES + 1))
    assert go(worker.take(run)) == "failed"
    assert (run.status().step, run.status().facts["code"]) == (6, "crashed_repeatedly")
    before = run.log.stat().st_size
    jobs.submit([tiny()])
    assert go(worker.take(run)) == "done" and losses(run) == undisturbed
    again = [e for e in run.events(before)[0] if e.kind == "metric" and e.name == "train_loss"]
    assert again[0].step == 7 and "log_cut" not in codes(run)


def test_one_that_is_given_up_before_it_begins_and_lost_its_logs_end_begins_anew(undisturbed):
    run = killed(tiny(), 6)
    lines = run.log.read_text().splitlines(keepends=True)
    run.log.write_text("".join(line for line in lines if getattr(events.from_json(line), "step", 0) <= 3))
    (run.dir / "attempts").write_text(str(worker.TRIES + 1))
    assert go(worker.take(run)) == "failed"
    jobs.submit([tiny()])
    assert go(worker.take(run)) == "done" and losses(run) == undisturbed and "log_cut" in codes(run)


def test_a_full_disk_is_no_crash(monkeypatch, undisturbed):
    run, disk = runs.create(tiny()), None
    live = worker.take(run)
    assert go(live, 6) is None
    live.release()
    for _ in range(worker.TRIES + 2):
        disk = disk or Disk(monkeypatch, errno.ENOSPC, run.dir)
        live = worker.take(run)
        live.open()
        disk.full = True
        assert go(live) == "blocked"
        disk.full = False
    assert go(worker.take(run)) == "done" and losses(run) == undisturbed


def test_damaged_small_files_are_survived(undisturbed):
    run = killed(tiny(), 6)
    (run.dir / "control.json").write_text("{")
    assert run.status().state in ("interrupted", "stopped")
    runs.create(tiny())
    assert run.steps() == 12 and go(worker.take(run)) == "done"
    assert losses(run) == undisturbed


# --- files of another shape ------------------------------------------------------------------------------------------

DEEP = "[" * 100_000
STRANGE = [
    ("control.json", '{"steps": "x", "want": ["run"]}'),
    ("control.json", '{"steps": null, "until": "soon", "code": 7}'),
    ("control.json", "[]"),
    ("control.json", DEEP),
    ("config.json", '{"experiment": "toy", "version": "x", "config": 3, "parents": []}'),
    ("config.json", "{}"),
    ("config.json", DEEP),
    ("events.jsonl", '{"kind": ["metric"]}\n{"kind": "finished", "step": null, "reason": "done"}\n'),
    ("events.jsonl", '{"kind": "finished", "step": 3, "reason": "done", "facts": [1]}\n'),
    ("events.jsonl", '{"kind": "metric", "step": "1", "name": "kl", "value": 1}\n'),
    ("events.jsonl", '{"kind": "metric", "step": 1, "name": "kl", "value": null, "finite": false, "text": null}\n'),
    ("events.jsonl", '{"kind": "metric", "step": 1, "name": 2, "value": "1"}\n' + DEEP + "\n"),
]


@pytest.mark.parametrize(("name", "text"), STRANGE)
def test_a_file_of_another_shape_keeps_no_other_run_waiting(name, text):
    config, other = tiny(), tiny(seed=1)
    run = runs.create(config)
    jobs.submit([config])
    jobs.submit([other])
    (run.dir / name).write_text(text)
    desk = Desk()
    desk.work()
    assert runs.Run(run_id(other)).status().state == "done"
    assert run.status().state in ("absent", *runs.ENDED) and runs.clearable()


@pytest.mark.parametrize("text", ["", "{}", '{"config": "[]"}', '{"experiment": "to', DEEP, "experiment", "threads"])
def test_a_damaged_config_is_written_anew_by_who_asks_for_the_run(text, undisturbed):
    run = killed(tiny(), 5)
    wrong = {"experiment": "zzz", "threads": 0}
    one = json.dumps(run.info() | {text: wrong[text]}) if text in wrong else text
    (run.dir / "config.json").write_text(one)
    jobs.submit([tiny()])
    Desk().work()
    assert run.status().state == "done" and losses(run) == undisturbed


@pytest.mark.parametrize("name", ["lock", "events.jsonl", "control.json"])
def test_a_folder_where_a_file_should_be_keeps_no_other_run_waiting(name):
    config, other = tiny(), tiny(seed=1)
    run = runs.create(config)
    jobs.submit([config])
    jobs.submit([other])
    (run.dir / name).unlink(missing_ok=True)
    (run.dir / name).mkdir()
    desk = Desk()
    for _ in range(100):
        desk.claim()
        desk.step()
    assert runs.Run(run_id(other)).status().state == "done"


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
def test_a_disk_that_cannot_take_a_snapshot_pauses_the_run_with_the_reason(monkeypatch, number, code, undisturbed):
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
    assert losses(run) == undisturbed


@pytest.mark.parametrize(("number", "code"), NUMBERS)
def test_a_disk_that_takes_nothing_at_all_leaves_everything_as_it_was(monkeypatch, number, code, undisturbed):
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
    assert losses(run) == undisturbed


@pytest.mark.parametrize(("number", "code"), NUMBERS)
def test_asking_for_a_run_on_a_full_disk_says_why_it_cannot_be(monkeypatch, number, code, toy_store):
    Disk(monkeypatch, number, toy_store).full = True
    with pytest.raises(Problem) as refused:
        jobs.submit([tiny()])
    assert refused.value.code == code
    assert runs.all_runs() == [] and queue.waiting() == []


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
        assert len(queue.waiting()) == left and run.id in blocked


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
