"""Sum or mean: against the closed form of the gradient."""

import numpy as np
import pytest

from core import reductions


def test_the_mean_gradient_is_softmax_minus_one_hot_over_the_number_of_tokens():
    logits, targets = np.array([[1.0, 0.0, -1.0], [0.3, 0.2, 0.1]]), np.array([2, 0])
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    by_hand = (p - np.eye(3)[targets]) / 2
    assert reductions.gradient(logits, targets, "mean") == pytest.approx(by_hand, abs=1e-8)


def test_the_sum_is_as_many_times_longer_as_there_are_tokens():
    assert reductions.ratio(7) == pytest.approx(7, rel=1e-6)
