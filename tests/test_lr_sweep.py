"""The sweep against the race, one learning rate at a time."""

import math

import pytest

from core.experiments import lr_sweep, one_parameter
from core.result import Result


def test_sixty_at_once_are_sixty_races():
    config = lr_sweep.Config(horizon=200, momentum=0.3, weight_decay=0.1)
    table = Result(tuple(lr_sweep.run(config, {}))).tables["sweep"][200]
    rows = list(zip(*table.values(), strict=True))
    assert len(rows) == 180
    for lr, name, steps, error in rows[::7]:
        alone = one_parameter.Config(lr=lr, steps=200, momentum=0.3, weight_decay=0.1)
        path = one_parameter.measured(*one_parameter.walk(name, alone, [0.0] * 200), alone)
        assert (steps if steps is not None else math.nan) == pytest.approx(path["arrived"], nan_ok=True)
        if error is None:
            assert not path["error"] < 1e6
        else:
            assert error == pytest.approx(path["error"], abs=1e-9)


def test_whoever_starts_within_the_tolerance_has_arrived_at_step_0_as_in_the_race():
    near = {"start": 5.0, "target": 5.5, "tolerance": 1.0}
    table = Result(tuple(lr_sweep.run(lr_sweep.Config(horizon=50, **near), {}))).tables["sweep"][50]
    found = {}
    for lr, name, steps in zip(table["lr"], table["optimizer"], table["steps"], strict=True):
        alone = one_parameter.Config(lr=lr, steps=50, **near)
        path = one_parameter.measured(*one_parameter.walk(name, alone, [0.0] * 50), alone)
        assert (math.nan if steps is None else steps) == pytest.approx(path["arrived"], nan_ok=True)
        found[name, lr] = steps
    assert 0 in found.values() and len(set(found.values())) > 1


def test_the_median_is_that_of_all_seeds_whether_they_arrive_or_not():
    from core import rng

    config = lr_sweep.Config(noise=20.0, tolerance=1.0)
    result = Result(tuple(lr_sweep.run(config, {})))
    assert [result.final(f"best_{n}") for n in ("sgd", "adam", "adamw")] == [341, 332, 483.5]
    table = result.tables["sweep"][500]
    noise = config.noise * rng.numpy_stream(0, "noise").standard_normal((500, lr_sweep.SEEDS))
    for lr, name, steps in list(zip(table["lr"], table["optimizer"], table["steps"], strict=True))[5:60:6]:
        alone = one_parameter.Config(lr=lr, steps=500, tolerance=1.0)
        arrived = [
            one_parameter.measured(*one_parameter.walk(name, alone, column.tolist()), alone)["arrived"]
            for column in noise.T
        ]
        middle = sorted(math.inf if math.isnan(n) else n for n in arrived)[3:5]
        assert (math.inf if steps is None else steps) == sum(middle) / 2


def test_the_best_rate_of_sgd_moves_with_the_loss_and_adams_does_not():
    plain, small = (Result(tuple(lr_sweep.run(lr_sweep.Config(scale=c), {}))) for c in (1.0, 0.25))
    assert small.final("best_lr_sgd") / plain.final("best_lr_sgd") == pytest.approx(4, rel=0.15)
    assert small.final("best_lr_adam") == plain.final("best_lr_adam")
    assert small.facts["optimum"] == 2.0 and small.facts["limit"] == 4.0


def test_with_noise_a_small_rate_ends_closer():
    table = Result(tuple(lr_sweep.run(lr_sweep.Config(noise=5.0), {}))).tables["sweep"][500]
    error = {
        lr: e for lr, name, e in zip(table["lr"], table["optimizer"], table["error"], strict=True) if name == "sgd"
    }
    near = lambda lr: error[min(error, key=lambda x: abs(x - lr))]  # noqa: E731
    assert near(0.01) < near(0.1) < near(0.5)
