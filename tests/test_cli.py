"""The laboratory from a terminal, as its user meets it: exit codes, sentences, JSON lines."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app import __main__
from core import device, files, runner
from core.problem import Problem

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def app(tmp_path):
    def call(*words):
        environment = os.environ | {"PLAYGROUND_HOME": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-m", "app", *words], cwd=ROOT, env=environment, capture_output=True, text=True
        )

    return call


def test_a_run_streams_events_and_ends_with_its_figures_beside_the_floors(app):
    done = app("run", "model1", "--json", "steps=20", "width=8")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert lines[0]["kind"] == "started" and lines[-2]["kind"] == "finished"
    last = lines[-1]
    assert last["status"] == "done" and last["run"].startswith("model1-")
    assert last["final"]["test_loss"] < 8 and last["final"]["floor_bigram"] < last["final"]["test_loss"]
    assert last["seconds"] > 0 and last["tokens_per_second"] > 0
    again = app("run", "model1", "steps=20", "width=8")
    assert json.loads(again.stdout.splitlines()[-1])["final"] == last["final"]
    fresh = app("run", "model1", "steps=20", "width=8", "--fresh")
    assert json.loads(fresh.stdout.splitlines()[-1])["final"] == last["final"], "same seed, same numbers"


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("run", "modelx"), "model1"),
        (("run", "model1", "speed=3"), "weight_decay"),
        (("run", "model1", "lr=1e99"), "100"),
        (("run", "model1", "lr=abc"), "number"),
        (("run", "model1", "corpus=moby-dick"), "tales-en"),
        (("run", "model1", "nonsense"), "weight_decay"),
        (("claims", "99"), "5"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_code_2(app, words, names):
    done = app(*words)
    assert done.returncode == 2
    assert done.stdout == "" and names in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_a_run_that_diverges_says_so(app):
    done = app("run", "model1", "steps=30", "width=8", "optimizer=sgd", "lr=100", "init_std=3", "nonlinearity=none")
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["status"] == "diverged"
    assert done.returncode == 1
    assert "NaN" not in done.stdout and "Infinity" not in done.stdout


def test_lessons_are_listed_with_what_they_hold(app):
    listed = json.loads(app("lessons", "--json").stdout)["lessons"]
    assert {5, 8, 10} <= {one["number"] for one in listed}
    for one in listed:
        assert one["title"]["en"] and one["title"]["vi"]
        assert one["playgrounds"] and one["controls"] and one["presets"] and one["claims"]


def test_a_shorter_run_than_the_one_that_ships_says_what_it_says_when_it_is_trained(app):
    """The longer one was not evaluated at that step."""
    first, again, fresh = (
        json.loads(app("run", "model1", "steps=7", *more).stdout.splitlines()[-1]) for more in ((), (), ("--fresh",))
    )
    assert first["final"] == again["final"] == fresh["final"] and first["status"] == "done"
    asked = [json.loads(line) for line in app("run", "model1", "steps=100", "--json").stdout.splitlines()]
    assert max(event["step"] for event in asked[1:-1]) == 100 and asked[-2]["kind"] == "finished"


@pytest.mark.parametrize("command", ["lessons", "lessons --json", "run model1 steps=3 --json"])
def test_a_reader_who_has_gone_is_no_traceback(tmp_path, command):
    reader, writer = os.pipe()
    os.close(reader)  # before the first word
    environment = os.environ | {"PLAYGROUND_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "app", *command.split()]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.stderr, done.returncode) == ("", 1)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(("more", "words"), [((), "the same command goes on"), (("--fresh",), "without --fresh")])
def test_who_stops_it_is_told_what_is_kept(tmp_path, more, words, stop):
    running = subprocess.Popen(
        [sys.executable, "-m", "app", "run", "model1", "steps=5000", "width=8", "--json", *more],
        cwd=ROOT,
        env=os.environ | {"PLAYGROUND_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(stop, signal.SIG_DFL),  # under nohup it would be ignored, and rightly so
    )
    for line in running.stdout:
        if '"train_loss"' in line:
            break
    running.send_signal(stop)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130 and words in said and "Traceback" not in said
    assert not list((tmp_path / "runs").glob("*/attempts")), "it was no crash"


@pytest.mark.parametrize(
    "words", [("run", b"mod\xff"), ("run", "model1", b"\xff=3"), ("run", "model1", b"corpus=\xff")]
)
def test_bytes_that_are_no_text_are_refused_in_a_sentence(app, words):
    done = app(*words)
    assert done.returncode == 2 and "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 1


def test_an_output_that_is_closed_from_the_start_is_no_traceback(tmp_path):
    environment = os.environ | {"PLAYGROUND_HOME": str(tmp_path)}
    done = subprocess.run(
        f"{sys.executable} -m app lessons >&-", shell=True, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("coding", ["cp1252", "ascii"])
def test_what_is_printed_is_utf_8_whatever_the_locale_says(app, monkeypatch, coding):
    monkeypatch.setenv("PYTHONIOENCODING", coding)
    assert app("lessons", "--json").returncode == 0


def test_a_device_that_is_not_there_is_refused_with_the_reason(app):
    missing = next(name for name, reason in device.available().items() if reason)
    done = app("run", "model5", f"device={missing}", "steps=3")
    assert done.returncode == 2 and f"no {missing} here" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_home_that_is_none_is_one_sentence(app, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    environment = os.environ | {"PLAYGROUND_HOME": str(tmp_path / "file" / "home")}
    for words in (("run", "model1", "steps=3"), ("claims", "8")):
        done = subprocess.run(
            [sys.executable, "-m", "app", *words], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 2 and "Traceback" not in done.stderr and str(tmp_path) in done.stderr
    measured = subprocess.run(
        [sys.executable, "-m", "app", "claims", "4"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert "4.1" in measured.stdout and "Traceback" not in measured.stderr, (
        "what needs no training is measured all the same"
    )


def test_a_full_disk_is_the_reason_and_where_it_is(tmp_path, monkeypatch, capsys):
    """Nothing can be written into the log: the run waits, and the last line says for what."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))

    def full(handle, data):
        raise Problem("disk_full", path="log")

    monkeypatch.setattr(files, "append", full)
    assert __main__.main(["run", "model1", "steps=3", "width=8"]) == 1
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["status"] == "paused" and str(tmp_path) in said["reason"] and "went wrong" not in said["reason"]


def test_a_store_that_is_read_only_is_one_sentence_for_a_fresh_run_too(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    assert __main__.main(["run", "model1", "steps=3", "width=8"]) == 0

    def refused(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(runner.os, "replace", refused)
    assert __main__.main(["run", "model1", "steps=3", "width=8", "--fresh"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_wrong_python_is_told_so(app, monkeypatch, tmp_path):
    """One without the packages: every lesson fails at its first import."""
    (tmp_path / "altair.py").write_text("raise ModuleNotFoundError(\"No module named 'altair'\")")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = app("lessons")
    assert done.returncode == 2 and ".venv" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_run_that_was_stopped_before_its_first_step_is_judged_as_unfinished():
    from app.lesson import discover
    from core import claims
    from core.experiments import model1

    claim = next(c for c in discover()[5].claims if c.measure)
    verdict = claims.evaluate(claim, lambda config: __main__._result(model1.Config(seed=9_871)))
    assert verdict.state == "not_measured" and verdict.missing == (claims.UNFINISHED,)
