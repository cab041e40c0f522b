import math
import random

from core.claims import above, below, between, depends, fails, interval, near


def test_one_exact_number_needs_no_statistics():
    assert above(0)([1.0]).state == "holds" and below(0)([1.0]).state == "fails"
    assert near(94, 0.5)([94.0]).state == "holds" and near(95, 0.5)([94.0]).state == "fails"


def test_an_effect_inside_its_spread_is_unclear():
    assert above(0)([0.1, -0.1, 0.05]).state == "unclear"
    assert between(-1, 1)([0.0, 0.1, -0.1]).state == "holds"


def test_a_verdict_is_about_the_statement():
    assert fails(above(0))([1.0, 1.1, 0.9]).state == "fails"
    assert fails(above(0))([-1.0, -1.1, -0.9]).state == "holds"
    assert fails(above(0))([1.0, -1.0, 0.5]).state == "unclear"
    verdict = depends(above(0), "only sometimes")([1.0])
    assert verdict.state == "depends" and verdict.condition == "only sometimes"


def test_a_number_that_is_not_one_decides_nothing():
    assert above(0)([float("nan")]).state == "unclear" and above(0)([]).state == "unclear"


def test_a_true_null_is_called_an_effect_in_at_most_five_percent_of_trials():
    luck = random.Random(0)
    trials = [[luck.gauss(0, 1) for _ in range(3)] for _ in range(4000)]
    called = sum(above(0)(t).state != "unclear" for t in trials)
    assert called / len(trials) < 0.06


def test_a_true_effect_of_four_spreads_is_mostly_found_and_never_reversed():
    luck = random.Random(1)
    states = [above(0)([luck.gauss(4, 1) for _ in range(5)]).state for _ in range(1000)]
    assert states.count("holds") > 950 and states.count("fails") == 0


def test_the_interval_of_three_equal_numbers_is_a_point():
    assert interval([2.0, 2.0, 2.0]) == (2.0, 2.0)


def test_an_infinite_measurement_of_one_seed_decides_nothing_and_of_all_seeds_what_it_says():
    """ "Never" is measured as infinity: it has no mean and no spread with finite ones beside it."""
    mixed = below(0.5)([0.2, 0.2, math.inf])
    assert mixed.state == "unclear" and mixed.numbers == (0.2, 0.2, math.inf)
    assert above(5)([math.inf] * 3).state == "holds" and below(5)([math.inf] * 3).state == "fails"
    assert above(5)([math.inf]).state == "holds" and above(0)([math.inf, -math.inf]).state == "unclear"
