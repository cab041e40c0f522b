"""Experiments that measure more than they train let go when they are told to, and the worker looks after others meanwhile."""

import shutil

import pytest
import torch

from core import runs
from core.experiment import make
from core.experiments import evaluation, gradient_signal
from core.result import Result
from tests.by_hand import go, killed, losses, taken, trained

pytestmark = pytest.mark.usefixtures("by_hand")
SHORT = {"corpus": "tales-en", "tokenizer": "words", "width": 8, "context": 8, "batch": 4}
EVALUATION = make(evaluation.Config, **SHORT, share=0.01, steps=12)
SIGNAL = make(gradient_signal.Config, **SHORT, blocks=1, heads=2, warm=6, windows=24)


@pytest.mark.parametrize("config", [EVALUATION, SIGNAL], ids=["evaluation", "gradient_signal"])
def test_a_stop_asked_for_early_ends_early(config):
    run, live = taken(config)
    assert go(live, 3) is None
    runs.wish(run, run.control() | {"want": "stop"})
    assert go(live) == "stopped"
    assert run.result().finished.reason == "stopped" and len(losses(run)) < 5


@pytest.mark.parametrize(("config", "steps"), [(EVALUATION, 12), (SIGNAL, 6)], ids=["evaluation", "gradient_signal"])
def test_a_stop_between_two_readings_ends_there(config, steps):
    run, live = taken(config)
    assert go(live, steps + 2) is None, "every step, and the first reading"
    runs.wish(run, run.control() | {"want": "stop"})
    assert go(live) == "stopped" and run.result().tables == {}


def test_what_others_draw_between_two_readings_changes_none():
    def losses_(between):
        events = []
        for event in evaluation.run(EVALUATION, {}):
            events.append(event)
            between()
        return Result(tuple(events)).final("train_mode_loss")

    assert losses_(lambda: torch.manual_seed(1)) == losses_(lambda: None)


def test_an_evaluation_goes_on_bit_for_bit_where_it_was():
    run = trained(EVALUATION)
    whole = run.result()
    shutil.rmtree(run.dir)
    run = killed(EVALUATION, after=5)
    assert go(taken(EVALUATION)[1]) == "done"
    again = run.result()
    assert again.metrics == whole.metrics and again.tables == whole.tables
