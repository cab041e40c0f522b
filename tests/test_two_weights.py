"""The bowl against finite differences; what turning it changes, and for whom."""

import numpy as np
import pytest

from core.experiments import two_weights
from core.result import Result


def scan(**settings) -> Result:
    return Result(tuple(two_weights.run(two_weights.Config(**settings), {})))


def test_the_gradient_is_that_of_the_height():
    config = two_weights.Config(kappa=50.0, rotation=22.0)
    w, step = np.array([0.7, -0.4]), 1e-5
    slope = [
        (two_weights.height(w + d, config) - two_weights.height(w - d, config)) / (2 * step)
        for d in (np.array([step, 0]), np.array([0, step]))
    ]
    assert w @ two_weights.curvature(config) == pytest.approx(slope, rel=1e-6)


def test_turning_the_bowl_and_the_start_changes_nothing_for_sgd_and_everything_for_adam():
    straight, turned = scan(rotation=0.0), scan(rotation=22.0)
    for name in ("sgd", "momentum"):
        assert turned.final(f"loss_{name}") == pytest.approx(straight.final(f"loss_{name}"), rel=1e-6)
    assert turned.final("loss_adam") > 1000 * straight.final("loss_adam")


def test_along_the_axes_adam_beats_momentum_beats_sgd():
    result = scan()
    assert result.final("loss_adam") < 0.1 * result.final("loss_momentum") < 0.001 * result.final("loss_sgd")


def test_a_round_bowl_is_easy_for_gradient_descent():
    assert scan(kappa=1.0, rotation=30.0).final("loss_sgd") < 1e-12


def test_contours_have_the_height_they_say():
    config = two_weights.Config(kappa=30.0, rotation=40.0)
    table = two_weights.contours(config)
    points = np.stack([table["w1"], table["w2"]], axis=-1)
    start = two_weights.height(np.array(two_weights.START) @ two_weights.turn(40.0), config)
    assert two_weights.height(points, config) == pytest.approx(start * np.array(table["level"]))
