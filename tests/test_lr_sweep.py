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
