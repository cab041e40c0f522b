"""Dropout on plain numbers against closed forms, counts by hand, and PyTorch's own."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from core import dropout
from core.experiments import dropout_mask, dropout_moments, dropout_softmax
from core.result import Result


def seen(module, **values):
    return Result(tuple(module.run(replace(module.Config(), **values), {})))


def test_survivors_are_pytorchs():
    x = torch.randn(1000, dtype=torch.float64)
    for p in (0.1, 0.5, 0.95):
        theirs = torch.nn.functional.dropout(x, p)
        ours = dropout.inverted_dropout(x.numpy(), (theirs != 0).numpy(), p)
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12)


def test_at_p_1_nothing_is_left_and_nothing_is_divided_by_zero():
    kept = dropout.keep_mask(1.0, 50, np.random.default_rng(0))
    assert not kept.any()
    assert (dropout.inverted_dropout(np.ones(50), kept, 1.0) == 0).all()
    assert dropout.moments(1.0, 1.0, 1.0) == (0.0, 0.0)


def test_a_larger_p_drops_the_same_numbers_and_more():
    masks = [dropout.keep_mask(p, 500, np.random.default_rng(3)) for p in (0.2, 0.5, 0.8)]
    assert (masks[1] <= masks[0]).all() and (masks[2] <= masks[1]).all()


@pytest.mark.parametrize("rescale", [True, False])
def test_mean_and_spread_follow_the_closed_form(rescale):
    draws = np.random.default_rng(1)
    for mean, std, p in ((0.0, 1.0, 0.5), (1.0, 0.0, 0.2), (2.0, 0.5, 0.7)):
        x = mean + std * draws.standard_normal(400_000)
        y = dropout.inverted_dropout(x, dropout.keep_mask(p, len(x), draws), p, rescale)
        expected = dropout.moments(mean, std, p, rescale)
        assert y.mean() == pytest.approx(expected[0], abs=0.012)
        assert y.std() == pytest.approx(expected[1], rel=0.01)


def test_the_spread_grows_by_one_over_the_root_only_where_the_mean_is_zero():
    assert dropout.moments(0.0, 1.0, 0.2)[1] == pytest.approx(0.8**-0.5)
    assert dropout.moments(1.0, 1.0, 0.2)[1] == pytest.approx(math.sqrt(2 / 0.8 - 1))


def test_the_binomial_law_by_hand():
    np.testing.assert_allclose(dropout.binomial(3, 0.2), [0.512, 0.384, 0.096, 0.008])
    assert dropout.binomial(10_000, 0.3).sum() == pytest.approx(1, abs=1e-9)
    assert dropout.binomial(4, 0.0).tolist() == [1, 0, 0, 0, 0] and dropout.binomial(4, 1.0).tolist() == [0, 0, 0, 0, 1]


def test_one_draw_of_a_hundred_ones():
    result = seen(dropout_mask)
    cells = result.tables["cells"][0]
    assert result.final("survivor") == 1.25 and result.final("back") == 1.0
    assert set(cells["after"]) == {0.0, 1.25} and cells["kept"].count(False) == result.final("zeros")
    assert result.final("sum_after") == pytest.approx(1.25 * (100 - result.final("zeros")))


def test_the_dropped_share_is_p_with_the_spread_of_a_binomial():
    result = seen(dropout_mask)
    assert result.final("share") == pytest.approx(0.2, abs=0.003)
    assert result.final("share_sd") == pytest.approx(0.04, rel=0.05)
    counts = result.tables["counts"][0]
    assert sum(counts["masks"]) == 2000 and sum(counts["expected"]) == pytest.approx(2000, rel=1e-3)


@pytest.mark.parametrize(
    "values", [{"n": 1}, {"n": 10_000}, {"p": 0.0}, {"p": 1.0}, {"n": 1, "p": 1.0}, {"n": 10_000, "p": 0.5}]
)
def test_no_mask_is_lost_in_the_histogram(values):
    result = seen(dropout_mask, **values)
    counts = result.tables["counts"][0]
    assert sum(counts["masks"]) == result.final("counted")
    assert sum(counts["expected"]) == pytest.approx(result.final("counted"), rel=1e-3)
    assert len(counts["low"]) <= dropout_mask.BARS


def test_eval_drops_nothing_and_the_masks_do_not_depend_on_rescaling():
    off = seen(dropout_mask, mode="eval", std=1.0)
    assert off.final("zeros") == 0 and off.final("std_after") == off.final("std_before")
    scaled, plain = (seen(dropout_mask, rescale=r).tables["cells"][0]["kept"] for r in (True, False))
    assert scaled == plain


def test_every_p_of_the_moments_lies_at_its_law():
    law = seen(dropout_moments, mean=0.0, std=1.0, n=20_000, vectors=10).tables["law"][0]
    for p, std, measured in zip(law["p"], law["std"], law["std_measured"], strict=True):
        assert std == pytest.approx((1 - p) ** -0.5)
        assert measured == pytest.approx(std, rel=0.02)


def test_rescaling_sharpens_the_softmax_and_leaving_it_out_flattens_it():
    result = seen(dropout_softmax)
    table = result.tables["entropy"][0]
    half = table["p"].index(0.5)
    assert table["rescaled"][half] < result.final("none") - 0.3 < table["plain"][half]
    assert table["plain"][half] > result.final("none") + 0.15
    assert max(table["plain"]) < result.final("uniform") == pytest.approx(math.log(1000))
    assert result.final("none") == pytest.approx(math.log(1000) - 0.5, abs=0.05)  # logits of variance 1
