"""Calibration, counted by hand."""

import numpy as np
import pytest

from core import calibration


def test_groups_are_means_weighted_by_how_many_predictions_an_entry_stands_for():
    table = calibration.reliability([0.61, 0.69, 0.2, 1.0], [1.0, 0.0, 0.5, 1.0], [1, 3, 4, 2])
    assert table["stated"] == pytest.approx([0.2, (0.61 + 3 * 0.69) / 4, 1.0])
    assert table["observed"] == pytest.approx([0.5, 0.25, 1.0])
    assert table["share"] == pytest.approx([0.4, 0.4, 0.2])
    assert calibration.expected_error(table) == pytest.approx(0.4 * 0.3 + 0.4 * (0.67 - 0.25))


def test_who_says_what_is_true_has_no_error():
    p = np.random.default_rng(0).uniform(size=500)
    assert calibration.expected_error(calibration.reliability(p, p, np.ones(500))) == pytest.approx(0)
