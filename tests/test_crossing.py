"""Where a falling curve meets a level, on curves whose meeting point is known."""

import math

import pytest

from core import crossing


def test_between_two_points_it_is_the_straight_line():
    assert crossing.first_below({0: 8.0, 20: 7.0, 50: 6.0}, 6.5) == pytest.approx(35)
    assert crossing.first_below({0: 8.0, 20: 7.0}, 7.0) == 20


def test_a_curve_that_starts_below_meets_at_its_start_and_one_that_never_falls_does_not():
    assert crossing.first_below({5: 3.0, 9: 2.0}, 4.0) == 5
    assert crossing.first_below({0: 8.0, 20: 7.0}, 6.9) is None
    assert crossing.first_below({}, 1.0) is None


def test_the_first_of_several_meetings_counts():
    assert crossing.first_below({0: 4.0, 10: 2.0, 20: 4.0, 30: 0.0}, 3.0) == pytest.approx(5)


def test_heights_between_the_points_and_nothing_outside():
    assert crossing.at({0: 8.0, 20: 7.0, 50: 6.0}, 35) == pytest.approx(6.5)
    assert math.isnan(crossing.at({0: 8.0, 20: 7.0}, 21))
