"""Splits and leaks, against counting window by window."""

import numpy as np
import pytest
import torch

from core import leakage, splits
from core.problem import Problem

CASES = [(8, 2), (8, 3), (5, 1), (4, 4), (3, 7), (16, 6)]


def predictions(starts, context):
    return {s + i for s in np.asarray(starts).tolist() for i in range(context)}


@pytest.mark.parametrize("way", ["contiguous", "random", "blocks"])
@pytest.mark.parametrize(("context", "stride"), CASES)
def test_no_window_is_on_both_sides_and_all_fit(way, context, stride):
    train, test = splits.cut(way, 1000, context, stride, 0.2, gap=0, block=50, seed=3)
    assert not set(train.tolist()) & set(test.tolist())
    every = np.concatenate([train, test])
    assert every.min() >= 0 and every.max() + context <= 999 and (every % stride == 0).all()
    if way != "blocks":
        assert len(every) == len(splits.all_starts(1000, context, stride))


@pytest.mark.parametrize("way", ["contiguous", "random", "blocks"])
@pytest.mark.parametrize(("context", "stride"), CASES)
def test_leaked_is_the_share_of_test_predictions_made_in_training(way, context, stride):
    train, test = splits.cut(way, 1000, context, stride, 0.2, gap=0, block=50, seed=1)
    known = predictions(train, context)
    made = [s + i in known for s in test.tolist() for i in range(context)]
    assert leakage.leaked(train, test, 1000, context) == pytest.approx(np.mean(made))


@pytest.mark.parametrize(("context", "stride"), [(8, 2), (8, 3), (5, 1)])
def test_windows_next_to_a_cut_overlap_unless_a_gap_parts_them(context, stride):
    leaks = []
    for gap in (0, context):
        train, test = splits.contiguous(1000, context, stride, 0.2, gap)
        leaks.append(len(predictions(train, context) & predictions(test, context)))
    assert leaks == [context - stride, 0]


def test_blocks_never_leak_and_drop_only_windows_with_tokens_on_both_sides():
    train, test = splits.in_blocks(1000, 8, 1, 0.2, 100, 0)
    tested = {s // 100 for s in test.tolist()}
    assert len(tested) == 2
    mixed = [s for s in range(992) if len({(s // 100 in tested), ((s + 8) // 100 in tested)}) == 2]
    assert sorted({*range(992)} - {*train.tolist(), *test.tolist()}) == mixed
    assert not predictions(train, 8) & predictions(test, 8)


@pytest.mark.parametrize(
    ("context", "stride", "share"), [(8, 2, 0.1), (8, 4, 0.1), (8, 3, 0.3), (4, 3, 0.5), (6, 6, 0.2)]
)
def test_the_closed_form_is_what_many_random_splits_come_to(context, stride, share):
    found = [leakage.leaked(*splits.at_random(4000, context, stride, share, seed), 4000, context) for seed in range(40)]
    assert np.mean(found) == pytest.approx(leakage.expected(context, stride, share), abs=0.01)
    if context % stride == 0:
        assert leakage.expected(context, stride, share) == pytest.approx(1 - share ** (context / stride - 1))


def test_passages_are_found_wherever_they_stand():
    draw = np.random.default_rng(0)
    tokens = draw.integers(0, 500, size=400)
    train, test = splits.contiguous(400, 8, 1, 0.25, 8)
    assert leakage.repeated(tokens, train, test, 8, 8) == 0
    tokens[350:370] = tokens[20:40]  # twenty tokens said before: 13 runs of 8 fit into them
    places = len(range(test[0], 400 - 7))
    assert leakage.repeated(tokens, train, test, 8, 8) == pytest.approx(13 / places)
    assert np.isnan(leakage.repeated(tokens[:5], train, test, 8, 8))


def test_the_book_keeps_its_test_part_whatever_is_kept_for_training():
    tokens = np.arange(1000)
    for keep in (100, 500, 900, 5000):
        kept, share = splits.book(tokens, keep, 0.1)
        assert len(kept) == min(keep + 100, 1000) and kept[-1] == 999
        assert share * len(kept) == pytest.approx(100)


def test_an_empty_side_is_refused_with_the_counts():
    with pytest.raises(Problem) as refused:
        splits.cut("contiguous", 100, 8, 50, 0.1, gap=8, block=10, seed=0)
    assert refused.value.code == "split_empty" and refused.value.facts == {"train": 2, "test": 0, "windows": 2}
    with pytest.raises(Problem) as refused:
        splits.cut("blocks", 1000, 64, 2, 0.1, gap=0, block=32, seed=0)
    assert refused.value.code == "split_empty" and refused.value.facts["test"] == 0
    with pytest.raises(Problem) as refused:
        splits.cut("random", 8, 8, 2, 0.1, gap=0, block=32, seed=0)
    assert refused.value.code == "too_few_tokens"


def test_one_pass_shows_every_window_once_and_the_next_in_another_order():
    tokens, starts = np.arange(100), np.arange(0, 80, 4)  # 20 windows
    first = [splits.batch(tokens, starts, 0, step, 6, 8) for step in range(4)]
    seen = torch.cat([x[:, 0] for x, _ in first]).tolist()
    assert sorted(seen) == starts.tolist() and [len(x) for x, _ in first] == [6, 6, 6, 2]
    assert all(torch.equal(y, x + 1) for x, y in first)
    second = torch.cat([splits.batch(tokens, starts, 0, step, 6, 8)[0][:, 0] for step in range(4, 8)]).tolist()
    assert sorted(second) == starts.tolist() and second != seen
