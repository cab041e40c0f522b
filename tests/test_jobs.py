"""Real worker processes on a store of their own: queues, orders, crashes, and two servers on one store."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from core import export, jobs, queue, runner, runs, slots, worker, workers
from core.experiment import encode, make, run_id
from core.problem import Problem
from tests import toy

WORKER = [sys.executable, "-m", "tests.toy"]
pytestmark = pytest.mark.usefixtures("toy_store")
locks_can_be_seen = pytest.mark.skipif(not os.path.exists("/proc/locks"), reason="needs Linux to see who holds a lock")
SLOW = 0.02  # seconds per step: slow enough to catch in mid-run


@pytest.fixture
def pool(monkeypatch):
    """pool(size): workers that end with the test. The slots are as many as the first pool's workers."""
    made = []

    def start(size=1):
        if not made:
            monkeypatch.setenv("PLAYGROUND_SLOTS", str(size))
        made.append(workers.Pool(size, WORKER).start())
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A store with one slot and one worker for many tests: a worker takes seconds to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYGROUND_HOME", str(tmp_path_factory.mktemp("office")))
        patch.setenv("PLAYGROUND_SLOTS", "1")
        pool = workers.Pool(1, WORKER).start()
        yield os.environ["PLAYGROUND_HOME"]
        pool.close()


@pytest.fixture
def shared(office, monkeypatch):
    """The test's store is the office's; whatever it leaves running is stopped. Its runs need seeds of their own."""
    monkeypatch.setenv("PLAYGROUND_HOME", office)
    yield
    for run in runs.all_runs():
        if run.status().active:
            jobs.stop(run.id, everybody=True)
    until(lambda: not any(run.status().active for run in runs.all_runs()))


def tiny(**values):
    return make(toy.Config, **values)


def until(condition, seconds=60.0):
    """Wait for a condition; what it returned."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("waited in vain: " + ", ".join(f"{r.id} {r.status()}" for r in runs.all_runs()))


def state(run):
    return run.status().state


def ended(*some):
    return lambda: all(state(run) in runs.ENDED for run in some)


def reached(run, step):
    return lambda: run.status().step >= step


def losses(run):
    return run.result().metrics.get("train_loss", {})


def submitted(*configs, **more):
    return [runs.Run(id) for id in jobs.submit(configs, **more)]


def codes(run):
    return [note.code for note in run.result().notes]


def written_twice(run):
    """{step: the different losses logged for it} where there is more than one: two processes trained it."""
    rows = {}
    for e in run.events()[0]:
        if e.kind == "metric" and e.name == "train_loss":
            rows.setdefault(e.step, set()).add(e.value)
    return {step: values for step, values in rows.items() if len(values) > 1}


def holders(run):
    """Process ids that hold the run's lock: Linux names them."""
    inode = os.stat(run.dir / "lock").st_ino
    with open("/proc/locks") as lines:
        return [int(line.split()[4]) for line in lines if re.search(rf":{inode} ", line) and "->" not in line]


# --- the queue -------------------------------------------------------------------------------------------------------


def test_more_jobs_than_slots_wait_in_line_and_all_finish(pool):
    configs = [tiny(seed=seed, pause=SLOW) for seed in range(4)]
    (some,) = [[submitted(config)[0] for config in configs]]  # four groups, one after the other
    assert [run.status().position for run in some] == [0, 1, 2, 3]
    pool(2)
    until(lambda: sum(state(run) == "running" for run in some) == 2)
    assert [state(run) for run in some] == ["running", "running", "queued", "queued"]
    seen = 0
    while not ended(*some)():
        now = sum(state(run) == "running" for run in some)
        seen = max(seen, now)
        time.sleep(0.01)
    assert seen == 2  # and never more than there are slots
    for seed, run in enumerate(some):
        assert state(run) == "done" and losses(run) == toy.reference(seed=seed)
    assert until(lambda: queue.waiting() == [])


def test_a_group_shares_one_worker_where_there_is_only_one(shared):
    some = submitted(*(tiny(seed=seed, pause=SLOW, steps=50) for seed in range(26, 29)))
    until(lambda: all(run.status().step > 0 for run in some))
    assert all(state(run) == "running" for run in some)  # side by side, a step of each in turn
    until(ended(*some))
    assert [losses(run) for run in some] == [toy.reference(seed=seed, steps=50) for seed in range(26, 29)]


@locks_can_be_seen
def test_an_arm_moves_to_the_worker_that_has_become_idle_and_ends_as_if_it_had_stayed(pool):
    pool(2)
    some = submitted(*(tiny(seed=seed, pause=SLOW, steps=150) for seed in range(3)))
    until(lambda: all(run.status().step > 0 for run in some))  # three arms in the hands of two workers
    had = [set() for _ in some]
    while not ended(*some)():
        for run, pids in zip(some, had, strict=True):
            pids |= set(holders(run)) - {os.getpid()}
        time.sleep(0.005)
    assert sorted(len(pids) for pids in had) == [1, 1, 2]
    assert [losses(run) for run in some] == [toy.reference(seed=seed, steps=150) for seed in range(3)]
    assert not any(codes(run) for run in some)


def test_what_is_finished_is_not_trained_again(shared):
    (run,) = submitted(tiny(seed=10))
    until(ended(run))
    log = run.log.read_bytes()
    assert submitted(tiny(seed=10)) == [run] and queue.waiting() == []
    assert submitted(tiny(seed=10, steps=10)) == [run] and queue.waiting() == []
    time.sleep(0.2)
    assert run.log.read_bytes() == log


def test_train_longer_goes_on_in_the_same_run(shared):
    (run,) = submitted(tiny(seed=11, steps=20))
    until(ended(run))
    submitted(tiny(seed=11, steps=40))
    until(lambda: state(run) == "done" and run.status().step == 40)
    assert losses(run) == toy.reference(seed=11, steps=40)
    assert Counter(e.kind for e in run.events()[0])["started"] == 2


# --- orders ----------------------------------------------------------------------------------------------------------


def test_pause_step_resume_and_stop(shared):
    (run,) = submitted(tiny(seed=12, pause=SLOW, steps=200))
    until(reached(run, 5))
    jobs.pause(run.id)
    until(lambda: state(run) == "paused")
    at = run.status().step
    assert 5 <= at < 100 and run.snapshot()[0] == at
    time.sleep(0.2)
    assert run.status().step == at and losses(run)[at] == toy.reference(seed=12, steps=200)[at]

    jobs.single_step(run.id)
    until(lambda: run.status().step == at + 1 and state(run) == "paused")
    jobs.single_step(run.id, 3)
    until(lambda: run.status().step == at + 4 and state(run) == "paused")
    assert max(losses(run)) == at + 4

    jobs.resume(run.id)
    until(reached(run, at + 10))
    assert jobs.stop(run.id)
    until(lambda: state(run) == "stopped")
    until(lambda: queue.waiting() == [])
    last = run.status().step
    assert run.result().finished.reason == "stopped" and run.snapshot()[0] == last < 200
    assert losses(run) == {step: loss for step, loss in toy.reference(seed=12, steps=200).items() if step <= last}
    assert "resumed" not in codes(run)  # nothing went wrong here

    submitted(tiny(seed=12, pause=SLOW, steps=last + 5))
    until(lambda: state(run) in ("done", "running") and run.status().step > last)


def test_one_of_two_watchers_stops_and_the_run_goes_on(shared):
    config = tiny(seed=13, pause=SLOW, steps=60)
    (run,) = submitted(config, session="anna")
    submitted(config, session="binh")
    assert len(run.watchers()) == 2
    until(reached(run, 5))
    assert not jobs.stop(run.id, "anna")
    at = run.status().step
    until(reached(run, at + 5))
    assert len(run.watchers()) == 1 and state(run) == "running"
    assert jobs.stop(run.id, "binh")
    until(lambda: state(run) == "stopped")
    assert run.status().step < 60


def test_a_queued_run_is_stopped_before_it_begins():
    (run,) = submitted(tiny())
    assert jobs.stop(run.id) and state(run) == "stopped" and queue.waiting() == []
    submitted(tiny())
    jobs.pause(run.id)
    assert state(run) == "paused" and queue.waiting() == []


# --- crashes ---------------------------------------------------------------------------------------------------------


def test_a_killed_worker_is_replaced_and_the_run_ends_as_if_nothing_had_happened(pool):
    one = pool(1)
    (run,) = submitted(tiny(pause=SLOW, steps=60))
    until(lambda: (run.dir / "snapshot.safetensors").exists() and run.status().step >= 15)
    victim = one.workers[0]
    os.kill(victim.pid, signal.SIGKILL)
    until(lambda: one.workers[0].pid != victim.pid)
    until(ended(run))
    assert state(run) == "done" and losses(run) == toy.reference(steps=60)
    assert written_twice(run) == {}  # steps trained again gave the same losses
    (note,) = [n for n in run.result().notes if n.code == "resumed"]
    assert 0 < note.facts["step"] < 60
    assert not (run.dir / "attempts").exists()


def test_after_many_deaths_the_workers_come_back_when_the_minute_is_over(monkeypatch, tmp_path):
    monkeypatch.setattr(workers, "LOOK", 0.02)
    monkeypatch.setattr(workers, "MINUTE", 3.0)
    monkeypatch.setattr(workers, "MOST", 5)
    born = tmp_path / "born"
    born.touch()
    script = (
        "import sys, os; open(sys.argv[1], 'a').write('x'); os.path.exists(sys.argv[1] + '.well') and sys.stdin.read()"
    )
    one = workers.Pool(1, [sys.executable, "-c", script, str(born)]).start()
    try:
        until(lambda: len(born.read_text()) == 6)  # the first and MOST others
        time.sleep(0.3)
        assert len(born.read_text()) == 6  # no more within the minute
        born.with_name("born.well").touch()  # the disk has room again
        until(lambda: one.workers[0].poll() is None and len(born.read_text()) == 7)
        time.sleep(0.2)
        assert one.workers[0].poll() is None
    finally:
        one.close()


def test_a_worker_starts_where_nothing_can_be_written_down(monkeypatch, capsys):
    def full(*_, **__):
        raise Problem("disk_full", path="here")

    monkeypatch.setattr("core.files.write_atomic", full)
    worker.remember()
    assert "disk_full" in capsys.readouterr().err
    for name in ("step_back", "warm_up", "network.stay_offline"):
        monkeypatch.setattr(f"core.worker.{name}", lambda: None)
    with open(os.devnull) as gone:  # its server has ended: the worker looks and leaves
        monkeypatch.setattr(sys, "stdin", gone)
        worker.main()


SERVER = """
import sys, time
from core import workers
from tests import toy
pool = workers.Pool(1, [sys.executable, "-m", "tests.toy"]).start()
print(pool.workers[0].pid, flush=True)
time.sleep(600)
"""


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc to see another process's child")
def test_a_killed_server_takes_its_workers_along_and_the_next_one_finishes_the_run(pool, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_SLOTS", "1")
    server = subprocess.Popen([sys.executable, "-c", SERVER], cwd=workers.ROOT, stdout=subprocess.PIPE, text=True)
    try:
        worker = int(server.stdout.readline())
        (run,) = submitted(tiny(pause=SLOW, steps=80))
        until(reached(run, 10))
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
    until(lambda: not alive(worker))
    status = run.status()
    assert status.state in ("queued", "interrupted") and status.position == 0 and 10 <= status.step < 80
    assert run.snapshot()[0] == max(losses(run))  # it saved before it left
    pool(1)
    until(ended(run))
    assert losses(run) == toy.reference(steps=80) and written_twice(run) == {}


def test_a_closed_pool_hands_its_runs_back_and_says_nothing_of_a_crash(pool):
    first = pool(1)
    (run,) = submitted(tiny(pause=SLOW, steps=60))
    until(reached(run, 10))
    first.close()
    assert state(run) == "queued" and all(process.poll() == 0 for process in first.workers)
    pool(1)
    until(ended(run))
    assert losses(run) == toy.reference(steps=60) and "resumed" not in codes(run)


@locks_can_be_seen
def test_two_pools_on_one_store_never_train_a_run_twice_nor_more_runs_than_slots(pool):
    configs = [tiny(seed=seed, pause=0.01) for seed in range(6)]
    some = [submitted(config)[0] for config in configs]
    pool(2), pool(2)  # four workers, two slots
    most, workers = 0, set()
    while not ended(*some)():
        held = [(run, pids) for run in some if (run.dir / "lock").exists() for pids in [holders(run)] if pids]
        most = max(most, sum(run.status().state == "running" for run, _ in held))
        assert all(len(pids) == 1 or os.getpid() in pids for _, pids in held)
        workers |= {pid for _, pids in held for pid in pids} - {os.getpid()}
        time.sleep(0.003)
    assert most <= 2 and len(workers) >= 2
    for seed, run in enumerate(some):
        logged = Counter(e.step for e in run.events()[0] if e.kind == "metric" and e.name == "train_loss")
        assert set(logged.values()) == {1} and losses(run) == toy.reference(seed=seed)
        assert Counter(e.kind for e in run.events()[0])["finished"] == 1


# --- runs that go wrong ----------------------------------------------------------------------------------------------


def test_a_run_that_diverges_or_fails_leaves_the_others_alone(shared):
    good, wild, broken = submitted(
        tiny(seed=14, pause=SLOW), tiny(seed=15, optimizer="sgd", lr=1e8, steps=100), tiny(seed=16, fail_at=5)
    )
    until(ended(good, wild, broken))
    assert [state(run) for run in (good, wild, broken)] == ["done", "diverged", "failed"]
    assert wild.status().step < 100 and wild.status().facts["lr"] == 1e8
    assert broken.status().facts["code"] == "internal" and list(losses(broken)) == [1, 2, 3, 4]
    assert "a bug in an experiment" in (broken.dir / "traceback.txt").read_text()
    assert losses(good) == toy.reference(seed=14)

    held = until(lambda: slots.take(all_of_them=True))  # nobody can take it up before it has been looked at
    (again,) = submitted(tiny(seed=16, fail_at=5))  # asked for anew it is tried anew
    assert again == broken and state(broken) == "queued"
    held.close()
    until(lambda: Counter(e.kind for e in broken.events()[0])["finished"] == 2)
    assert submitted(tiny(seed=15, optimizer="sgd", lr=1e8, steps=100)) == [wild] and state(wild) == "diverged"


# --- parents and children --------------------------------------------------------------------------------------------


def test_a_parent_is_trained_first_and_its_child_starts_from_its_weights(pool):
    parent = tiny(seed=7, pause=SLOW)
    child = tiny(seed=8, parent=encode(parent))
    assert [run_id(one) for one in jobs.lineage(child)] == [run_id(parent), run_id(child)]
    pool(2)
    (run,) = submitted(child)
    first = runs.Run(run_id(parent))
    assert {ticket.run for ticket in queue.waiting()} == {run.id, first.id}
    until(lambda: state(first) == "running")
    assert run.status().step == 0 and state(run) == "queued"  # a free worker does not start it early
    until(ended(first, run))
    assert losses(first) == toy.reference(seed=7)
    inputs = {"start": {name: t for name, t in first.snapshot()[1].items() if "/" not in name}}
    expected = {e.step: e.value for e in toy.run(child, inputs) if e.kind == "metric" and e.name == "train_loss"}
    assert losses(run) == expected
    assert run.result().at("sum", 0) == first.result().final("sum")  # the child's step 0 is the parent's end


def test_a_child_of_a_failed_parent_fails_with_the_reason(shared):
    parent = tiny(seed=17, fail_at=1)
    (run,) = submitted(tiny(seed=18, parent=encode(parent)))
    until(ended(run))
    assert state(runs.Run(run_id(parent))) == "failed"
    assert (state(run), run.status().facts.get("code")) == ("failed", "parent_missing")


def test_a_child_of_a_stopped_parent_does_not_start_from_half_trained_weights(shared):
    parent = tiny(seed=19, pause=SLOW, steps=200)
    (run,) = submitted(tiny(seed=20, parent=encode(parent)))
    first = runs.Run(run_id(parent))
    until(reached(first, 5))
    jobs.stop(first.id)
    until(ended(first, run))
    assert state(first) == "stopped" and first.snapshot()[0] < 200
    assert (state(run), run.status().facts.get("code")) == ("failed", "parent_missing") and losses(run) == {}


# --- a command line that follows ------------------------------------------------------------------------------------


def test_a_command_line_run_is_followed_where_a_worker_trains_it(shared):
    config = tiny(seed=21, pause=SLOW)
    (run,) = submitted(config)
    until(lambda: state(run) == "running")
    seen = {e.step: e.value for e in runner.run_here(config) if e.kind == "metric" and e.name == "train_loss"}
    assert seen == toy.reference(seed=21) and state(run) == "done"


def test_results_come_as_they_finish(shared):
    slow, quick = tiny(seed=22, pause=SLOW, steps=60), tiny(seed=23, steps=5)
    found = list(runner.results([slow, quick], poll=0.02, together=True))
    assert [config for config, _ in found] == [quick, slow]
    assert found[1][1].metrics["train_loss"] == toy.reference(seed=22, steps=60)


def test_results_are_trained_here_whatever_the_gallery_holds(shared, monkeypatch, tmp_path):
    monkeypatch.setattr(runs, "GALLERY", tmp_path)
    config = tiny(seed=24, steps=5)
    list(runner.results([config], poll=0.02))
    export.run(runs.find(config))
    shutil.rmtree(runs.Run(run_id(config)).dir)
    assert runs.find(config).source == "gallery"
    (_, result), *_ = runner.results([config], poll=0.02)
    assert runs.find(config).source == "store"
    assert result.metrics["train_loss"] == toy.reference(seed=24, steps=5)


def test_a_run_nobody_watches_yields_to_one_that_is_watched(shared):
    (lonely,) = submitted(tiny(seed=24, pause=SLOW, steps=300))
    until(reached(lonely, 5))
    (watched,) = submitted(tiny(seed=25), session="me")
    until(ended(watched))
    assert lonely.status().step < 300 and state(lonely) in ("yielded", "running")
    until(lambda: state(lonely) == "running")
    jobs.stop(lonely.id)
    until(lambda: state(lonely) == "stopped")
    last = lonely.status().step
    assert losses(lonely) == {s: v for s, v in toy.reference(seed=24, steps=300).items() if s <= last}
    assert losses(watched) == toy.reference(seed=25)


# --- code that changes under a worker ----------------------------------------------------------------------------------

LISTENING = """
import pathlib, sys
from core import worker
worker.CODE = pathlib.Path(sys.argv[1])
worker.remember = lambda: None
worker.warm_up = lambda: print("ready", flush=True)
worker.main()
"""


def test_an_idle_worker_whose_code_was_changed_leaves(tmp_path):
    """Else it would go on training as the file said when it began."""
    lesson = tmp_path / "code" / "lesson.py"
    lesson.parent.mkdir()
    lesson.write_text("")
    command = [sys.executable, "-c", LISTENING, str(lesson.parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        time.sleep(2)
        assert process.poll() is None
        os.utime(lesson, (1, 1))
        assert process.wait(20) == workers.CHANGED


LEAVING = "import sys, time; open(sys.argv[1], 'a').write('x'); time.sleep(0.05); sys.exit(75)"


def test_workers_that_leave_by_themselves_are_replaced_however_many_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "LOOK", 0.02)
    monkeypatch.setattr(workers, "MOST", 3)
    born = tmp_path / "born"
    born.touch()
    pool = workers.Pool(1, [sys.executable, "-c", LEAVING, str(born)]).start()
    try:
        assert until(lambda: len(born.read_text()) > 6)
    finally:
        pool.close()
