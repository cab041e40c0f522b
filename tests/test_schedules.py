"""Schedules are pure functions of (step, steps): their figures, their ends and their shapes."""

import math
from itertools import pairwise

import pytest

from core import schedules

STEPS = 100


def curve(name, share=0.0, steps=STEPS):
    return [schedules.factor(name, step, steps, share) for step in range(steps)]


def test_constant_is_one():
    assert curve("constant") == [1.0] * STEPS


def test_linear_falls_in_equal_steps_to_zero():
    found = curve("linear")
    assert found[0] == 1.0 and found[50] == 0.5 and found[-1] == pytest.approx(0.01)
    assert all(a - b == pytest.approx(0.01) for a, b in pairwise(found))
    assert schedules.linear(STEPS, STEPS) == 0.0


def test_cosine_falls_to_its_floor_with_its_middle_half_way():
    found = curve("cosine")
    assert found[0] == 1.0 and found[50] == pytest.approx(0.55)
    assert schedules.cosine(STEPS, STEPS) == pytest.approx(0.1)
    assert schedules.cosine(25, STEPS) == pytest.approx(0.1 + 0.9 * (1 + math.sqrt(0.5)) / 2)
    assert schedules.cosine(STEPS, STEPS, floor=0.0) == pytest.approx(0.0)
    assert found == sorted(found, reverse=True)


def test_wsd_is_flat_and_then_straight():
    found = curve("wsd")
    assert found[:80] == [1.0] * 80
    assert found[80] == 1.0 and found[90] == pytest.approx(0.5) and found[99] == pytest.approx(0.05)
    assert schedules.wsd(50, STEPS, decay=1.0) == pytest.approx(0.5)
    assert schedules.wsd(STEPS, STEPS) == 0.0


def test_warmup_climbs_in_equal_steps_and_then_stays():
    found = curve("constant", share=0.1)
    assert found[:10] == pytest.approx([0.1 * (i + 1) for i in range(10)])
    assert found[10:] == [1.0] * 90


def test_a_warmup_shorter_than_a_step_is_none():
    assert curve("constant", share=0.001) == [1.0] * STEPS
    assert schedules.warmup(0, 10, 0.0) == 1.0


@pytest.mark.parametrize("name", schedules.SCHEDULES)
def test_a_schedule_times_a_warmup_is_their_product(name):
    for step in (0, 5, 19, 20, 70, 99):
        product = schedules.SCHEDULES[name](step, STEPS) * min(1.0, (step + 1) / 20)
        assert schedules.factor(name, step, STEPS, 0.2) == pytest.approx(product)


@pytest.mark.parametrize("name", schedules.SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_no_factor_leaves_zero_to_one_and_the_first_step_always_trains(name, steps, share):
    found = curve(name, share, steps)
    assert all(0.0 <= value <= 1.0 for value in found)
    assert found[0] > 0.0


@pytest.mark.parametrize("name", schedules.SCHEDULES)
def test_no_steps_and_steps_after_the_end_are_survived(name):
    assert 0.0 <= schedules.factor(name, 0, 0) <= 1.0
    assert 0.0 <= schedules.factor(name, 5 * STEPS, STEPS) <= 1.0
