import numpy as np
import pytest
import torch

from core import batches
from core.problem import Problem

TOKENS = np.arange(1000, dtype=np.uint16)


@pytest.mark.parametrize("offset", [1, 2, 8])
def test_targets_are_the_tokens_offset_places_on(offset):
    x, y = batches.batch(TOKENS, seed=3, step=7, size=5, context=12, offset=offset)
    assert x.shape == y.shape == (5, 12) and x.dtype == y.dtype == torch.int64
    assert (y - x == offset).all() and (x.diff() == 1).all()


def test_a_batch_depends_on_seed_and_step_alone():
    one, again = (batches.batch(TOKENS, 0, 5, 8, 16)[0] for _ in range(2))
    assert (one == again).all()
    assert (one != batches.batch(TOKENS, 0, 6, 8, 16)[0]).any()
    assert (one != batches.batch(TOKENS, 1, 5, 8, 16)[0]).any()


def test_random_windows_reach_both_ends():
    x, y = batches.batch(np.arange(20), 0, 0, 2000, 4)
    assert x.min() == 0 and y.max() == 19


def test_a_pass_shows_every_window_once_and_the_next_in_another_order():
    count = batches.batches_per_epoch(TOKENS, 64, 8, 2)
    starts = np.arange(0, len(TOKENS) - 8, 2)
    assert count == -(-len(starts) // 64)
    first = torch.cat([batches.epoch_batch(TOKENS, 0, step, 64, 8, 2)[0][:, 0] for step in range(count)])
    second = torch.cat([batches.epoch_batch(TOKENS, 0, count + step, 64, 8, 2)[0][:, 0] for step in range(count)])
    assert first.tolist() != second.tolist()
    assert sorted(first.tolist()) == sorted(second.tolist()) == starts.tolist()


def test_the_course_has_354_batches():
    # Lesson 5: 45,295 tokens, windows of 8, stride 2, batches of 64.
    tokens = np.zeros(45_295, dtype=np.uint16)
    assert batches.batches_per_epoch(tokens, 1, 8, 2) == 22_644
    assert batches.batches_per_epoch(tokens, 64, 8, 2) == 354


def test_test_windows_are_fixed_spread_and_do_not_overlap():
    x, y = batches.test_windows(TOKENS, 32, 12)
    rows = batches.test_rows(TOKENS, 32, 12)
    assert x.shape == (12, 32) and (y - x == 1).all() and (x.numpy() == rows[:, :-1]).all()
    assert rows[0, 0] == 0 and rows[-1, -1] == 999 and (np.diff(rows[:, 0]) >= 33).all()


def test_fewer_test_windows_where_the_text_has_no_room():
    assert batches.test_rows(np.arange(100), 32, 12).shape == (3, 33)
    assert batches.test_windows(np.arange(34), 32, 12, offset=2)[1].tolist() == [list(range(2, 34))]


@pytest.mark.parametrize("function", [batches.test_rows, lambda t, c, n: batches.batch(t, 0, 0, n, c)])
def test_a_text_too_short_for_one_window_is_a_problem(function):
    with pytest.raises(Problem) as caught:
        function(np.arange(16), 16, 4)
    assert (caught.value.code, caught.value.facts) == ("too_few_tokens", {"tokens": 16, "needed": 17})


def test_runs_with_targets_further_on_read_the_same_windows():
    """Lesson 5 trains for the next token and for the one after on the same batches: only y may differ."""
    count = batches.batches_per_epoch(TOKENS, 64, 8, 2)
    for step in (0, 1, count - 1, count, 2 * count - 1):
        x, _ = batches.epoch_batch(TOKENS, 0, step, 64, 8, 2)
        for offset in (2, 8):
            far_x, far_y = batches.epoch_batch(TOKENS, 0, step, 64, 8, 2, offset)
            moved = (far_x != x).any(1)
            assert moved.sum() <= offset / 2 and (far_y - far_x == offset).all()
            assert (far_x[moved][:, 0] == len(TOKENS) - 8 - offset).all(), "no token stands so far after those windows"


def test_graded_places_are_the_last_ones_evenly_spaced_or_drawn_anew():
    places = lambda count, how, step=0: batches.graded_places(16, count, how, 0, step).tolist()  # noqa: E731
    assert places(1, "last") == [15] == places(1, "every") and places(4, "last") == [12, 13, 14, 15]
    assert places(4, "every") == [3, 7, 11, 15] and places(16, "random") == list(range(16))
    drawn = [places(4, "random", step) for step in range(400)]
    assert all(row == sorted(set(row)) and len(row) == 4 for row in drawn)
    counts = [sum(place in row for row in drawn) for place in range(16)]
    assert min(counts) > 60 and max(counts) < 140  # 100 each, 8.7 standard deviation
