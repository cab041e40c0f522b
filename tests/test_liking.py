import numpy as np
import pytest

from core.liking import target, token_mask
from core.problem import Problem

PIECES = ["fox", " box", "Xylo", "cat", "\ufffdx", "7", "a1"]


def test_a_letter_selects_the_tokens_that_contain_it_and_no_fragments():
    assert token_mask(PIECES, "x").tolist() == [True, True, False, False, False, False, False]
    assert token_mask(PIECES, "x", case_sensitive=False).tolist() == [True, True, True, False, False, False, False]


def test_lists_and_ranges():
    assert token_mask(PIECES, "cat,7").sum() == 2
    assert token_mask(PIECES, "0-9").tolist() == [False] * 5 + [True, True]
    assert token_mask(PIECES, "A-Z").sum() == 1


def test_nothing_or_everything_is_refused_with_the_letters_that_work():
    with pytest.raises(Problem) as none:
        token_mask(PIECES, "q")
    assert none.value.code == "no_token_has" and "f" in none.value.facts["works"]
    with pytest.raises(Problem) as every:
        token_mask(["ax", "bx"], "x")
    assert every.value.code == "every_token_has"


def test_targets_sum_to_one_and_follow_the_counts():
    mask = np.array([True, True, False])
    assert target(mask).tolist() == [0.5, 0.5, 0.0]
    assert target(mask, np.array([3, 1, 9])).tolist() == [0.75, 0.25, 0.0]
    assert target(mask, np.array([0, 0, 9])).tolist() == [0.5, 0.5, 0.0]  # never seen: no frequency to follow
