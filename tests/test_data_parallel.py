"""Data parallel: two processes under torchrun train the same model as one, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from torch.nn import functional as F

from core import batches, corpora, data_parallel, initializers, jobs, rng, runs, worker
from core.experiment import make
from core.experiments import data_parallel as experiment
from core.models import Model5
from core.problem import Problem
from core.result import Result

pytestmark = [
    pytest.mark.usefixtures("private_home"),
    pytest.mark.skipif(not torch.distributed.is_gloo_available(), reason="this PyTorch was built without gloo"),
]
SMALL = {"steps": 6, "width": 32, "blocks": 1, "context": 16, "batch": 8, "tokenizer": "words", "lr": 1e-2}


def played(**values):
    return Result(tuple(experiment.run(make(experiment.Config, **SMALL | values), {})))


def plain_loop():
    """What a script without any of our loop does: the loss of every step."""
    model = Model5(len_of_words(), 32, 16, blocks=1, heads=4)
    initializers.SCHEMES["gpt2"](model, rng.stream(0, "init"))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.01)
    tokens, losses = corpora.tokens("tales-en", "words", "train"), []
    for step in range(1, 7):
        x, y = batches.batch(tokens, 0, step, 8, 16)
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def len_of_words():
    from core import tokenizers

    return tokenizers.load("words", "tales-en").n_vocab


def test_two_processes_lose_what_one_loses_and_what_a_plain_loop_loses():
    losses = [list(played(processes=n).metrics["train_loss"].values()) for n in (1, 2)]
    assert losses[0] == pytest.approx(plain_loop(), abs=1e-5)
    assert losses[1] == pytest.approx(losses[0], abs=1e-4)
    assert losses[0][-1] < losses[0][0] - 0.2  # it learned something in between


def test_a_batch_that_does_not_divide_is_made_smaller_and_that_is_said():
    result = played(processes=2, batch=7, steps=1)
    assert [n.facts for n in result.notes] == [{"asked": 7, "used": 6, "processes": 2}]


def test_every_window_is_read_by_exactly_one_process():
    x = torch.arange(12).view(6, 2)
    parts = [data_parallel.shard(x, x, rank, 3)[0] for rank in range(3)]
    assert sorted(torch.cat(parts)[:, 0].tolist()) == [0, 2, 4, 6, 8, 10] and all(len(p) == 2 for p in parts)
    with pytest.raises(AssertionError, match="divide"):
        data_parallel.shard(x, x, 0, 4)


def test_what_breaks_in_a_process_reaches_the_caller_as_one_sentence():
    settings = vars(make(experiment.Config, **SMALL)) | {"heads": 5}  # 5 heads do not divide a width of 32
    with pytest.raises(Problem) as problem:
        list(data_parallel.launch(settings, 1, 1))
    assert problem.value.code == "processes_failed" and problem.value.facts["reason"] == "AssertionError: (32, 5)"


def test_a_process_that_is_killed_is_named_with_its_signal():
    settings = vars(make(experiment.Config, **SMALL | {"steps": 10_000}))
    with pytest.raises(Problem) as problem:
        for said in data_parallel.launch(settings, 2, 1):
            if said["step"] == 1:
                killed = descendants(os.getpid())[-1]
                os.kill(killed, signal.SIGKILL)
    assert problem.value.facts["reason"] == f"Signal 9 (SIGKILL) received by PID {killed}"


FIRST = "Root Cause (first observed failure):\n[0]:\n  rank      : 0 (local_rank: 0)\n  exitcode  : -6 (pid: 11)\n"
ABORTED = "  traceback : Signal 6 (SIGABRT) received by PID 11\n"
KILLED = "Failures:\n[1]:\n  rank      : 1 (local_rank: 1)\n  traceback : Signal 9 (SIGKILL) received by PID 12\n"


def test_a_process_that_missed_its_neighbour_is_not_what_went_wrong():
    """torchrun may see the abort first; and a process with an exception may abort as it leaves."""
    assert data_parallel._reason(KILLED + FIRST + ABORTED) == "Signal 9 (SIGKILL) received by PID 12"
    missed = "[rank0]: RuntimeError: Connection closed by peer\n"
    assert data_parallel._reason(missed + KILLED + FIRST) == "Signal 9 (SIGKILL) received by PID 12"
    raised = "[rank1]: Traceback (most recent call last):\n[rank1]: AssertionError: (32, 5)\n"
    assert data_parallel._reason(raised + FIRST + ABORTED) == "AssertionError: (32, 5)"
    assert data_parallel._reason(FIRST + ABORTED) == "Signal 6 (SIGABRT) received by PID 11"
    ended = "[1]:\n  rank      : 0 (local_rank: 0)\n  traceback : Signal 15 (SIGTERM) received by PID 11\n"
    assert data_parallel._reason(ended + KILLED) == "Signal 9 (SIGKILL) received by PID 12", (
        "what torchrun ended itself"
    )
    assert data_parallel._reason(ended) == "Signal 15 (SIGTERM) received by PID 11"


def test_a_training_leaves_nothing_among_the_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # ours
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # of the processes
    played(processes=2, steps=2)
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_has_done_its_work_leaves_without_taking_the_interpreter_down(tmp_path):
    """Taking it down under gloo's threads aborts it now and then."""
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, os\natexit.register(lambda: print('{\"down\": true}', flush=True) if 'RANK' in os.environ else None)"
    )
    settings = vars(make(experiment.Config, **SMALL))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        lines = list(data_parallel.launch(settings, 2, 1))
    assert {"down": True} not in lines and lines[-1]["test_loss"] > 0


def test_closing_ends_every_process():
    settings = vars(make(experiment.Config, **SMALL | {"steps": 10_000}))
    lines = data_parallel.launch(settings, 2, 1)
    next(lines)
    children = descendants(os.getpid())
    assert len(children) >= 3  # torchrun and two of its processes
    lines.close()
    until = time.monotonic() + 20
    while alive := [pid for pid in children if running(pid)]:
        assert time.monotonic() < until, alive
        time.sleep(0.1)


@pytest.fixture
def hung(monkeypatch, tmp_path):
    """In place of Python a process that says nothing and does not end by itself."""
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nexec sleep 600\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_processes_that_say_nothing_are_given_up(hung, monkeypatch):
    monkeypatch.setattr(data_parallel, "PATIENCE", 0.3)
    before = descendants(os.getpid())
    with pytest.raises(Problem) as problem:
        list(data_parallel.launch({}, 2, 1))
    assert problem.value.code == "processes_failed"
    assert problem.value.facts["reason"] == "silent for 0.3 seconds, no reason given"
    assert not [pid for pid in descendants(os.getpid()) if pid not in before and running(pid)]


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_a_run_can_be_stopped_while_it_waits_for_its_processes(hung):
    run = runs.create(make(experiment.Config, **SMALL))
    live = worker.take(run)
    assert worker.step(live) is None and run.status().step == 0
    (process,) = [pid for pid in descendants(os.getpid()) if running(pid) and name(pid) == "sleep"]
    jobs.stop(run.id)
    until = time.monotonic() + 5
    while (let_go := worker.step(live)) is None:
        assert time.monotonic() < until
    live.release()
    assert let_go == run.status().state == "stopped" and not running(process)


def test_arms_that_take_turns_train_one_after_the_other():
    settings = vars(make(experiment.Config, **SMALL))
    first, second = (data_parallel.launch(settings, 1, 1, breaths=True) for _ in range(2))
    next(first)
    assert next(second) == next(second) == {}
    assert [said for said in first if said][-1]["test_loss"] == [said for said in second if said][-1]["test_loss"]


def name(pid: int) -> str:
    return os.path.basename(subprocess.check_output(["ps", "-o", "comm=", "-p", str(pid)], text=True).strip())


def descendants(pid: int) -> list[int]:
    table = [line.split() for line in subprocess.check_output(["ps", "-eo", "pid=,ppid="], text=True).splitlines()]
    found, new = [], [pid]
    while new:
        new = [int(child) for child, parent in table if int(parent) in new]
        found += new
    return found


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return open(f"/proc/{pid}/stat").read().rsplit(")")[-1].split()[0] != "Z" if os.path.exists("/proc") else True
