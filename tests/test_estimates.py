"""How long a run will take, told from those there were."""

import pytest

from core import estimates, events, experiment, export, files, runner, runs
from core.events import Metric, Started
from core.experiment import encode, make
from tests.by_hand import tiny

pytestmark = pytest.mark.usefixtures("toy_store")
SLOW = 0.02  # seconds per step


def test_the_time_of_a_run_is_estimated_from_one_of_the_same_shape():
    assert estimates.seconds_of(tiny(seed=3, steps=100)) is None
    runner.result(tiny(steps=10, pause=SLOW))
    live_rate = estimates.seconds_of(tiny(steps=100, pause=SLOW))
    assert 100 * SLOW <= live_rate < 100 * SLOW * 5


def test_a_run_that_has_just_begun_is_no_measure_of_itself():
    """The page said "about 4 minutes" of a run of one minute, after its first step."""
    from core.experiments import model1

    config = make(model1.Config, width=48, steps=100)  # of which nothing ships
    run = runs.create(config)

    def told(steps: int) -> float | None:
        lines = (Started(100), *(Metric(step, "train_loss", 2.0, 0.1 * step) for step in range(1, steps + 1)))
        run.log.write_text("".join(events.to_json(e) + "\n" for e in lines))
        return estimates.seconds_of(config)

    assert told(1) is None
    assert told(30) == pytest.approx(10)


def test_the_time_of_another_kind_of_step_is_not_taken_for_this_one():
    from core.experiments import model1, model5, repair

    def rates(config, **other):
        """What is expected of `config` and, by the same rate, of one with these other knobs."""
        runs.write_json(files.home() / "rates.json", {estimates._shape(config): 0.5})
        return estimates.seconds_of(config), estimates.seconds_of(make(type(config), config, **other))

    one = make(model1.Config, width=48, steps=10)  # of which nothing ships
    for other in ({"head": "blocks"}, {"device": "cuda"}, {"width": 32}, {"batch": 8}):
        assert rates(one, **other) == (5.0, None)
        assert rates(make(model1.Config, one, **other), **{name: getattr(one, name) for name in other}) == (5.0, None)
    assert rates(one, lr=0.1, seed=3, steps=20) == (5.0, 10.0)
    five = make(model5.Config, width=48, steps=10)
    for other in ({"precision": "bfloat16"}, {"graded": 4}, {"head_at": "graded"}):
        assert rates(five, **other) == (5.0, None)
    assert rates(five, dropout=0.3, init="gpt2") == (5.0, 5.0)
    bent = {width: encode(make(experiment.load("like_x").Config, width=width)) for width in (48, 96)}
    mend = make(repair.Config, parent=bent[48], steps=10)
    assert rates(mend, parent=bent[96]) == (5.0, None)


def test_a_stored_runs_clock_says_nothing_of_a_gpu(monkeypatch, tmp_path):
    from core.experiments import model1

    monkeypatch.setattr(runs, "GALLERY", tmp_path)
    config = make(model1.Config, steps=2)
    runner.result(config)
    export.run(runs.find(config))
    runs.clear()
    files.write_atomic(files.home() / "rates.json", b"{}")
    assert estimates.seconds_of(config) > 0 and estimates.seconds_of(make(model1.Config, config, device="cuda")) is None
