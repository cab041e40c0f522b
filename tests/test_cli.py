"""The laboratory from a terminal, as its user meets it: exit codes, sentences, JSON lines."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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
