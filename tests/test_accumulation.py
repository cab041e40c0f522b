"""Accumulated gradients against the big batch, and against torch's own backward()."""

import numpy as np
import pytest

from core.experiments import accumulation
from core.result import Result


def result(**settings) -> Result:
    return Result(tuple(accumulation.run(accumulation.Config(**settings), {})))


@pytest.mark.parametrize("parts", [2, 8, 16])
def test_divided_small_batches_are_the_big_batch_to_rounding(parts):
    found = result(parts=parts)
    assert found.final("gap_divided") < 1e-14
    assert found.final("loss_divided") == pytest.approx(found.final("loss_batch"), rel=1e-12)
    assert found.final("gap_forgot") == pytest.approx(parts - 1)


def test_unequal_means_must_be_weighed_by_their_rows():
    found = result()
    assert found.final("gap_unequal") > 0.1 > 1e-14 > found.final("gap_weighted")


def test_accumulating_is_what_backward_without_zero_grad_does():
    import torch

    config = accumulation.Config()
    x, y = accumulation.data(config)
    w = torch.nn.Parameter(torch.tensor([0.3, -0.2], dtype=torch.float64))
    chunks = accumulation.cut(x, y, [16] * 4)
    for a, b in chunks:
        (((torch.tensor(a) @ w - torch.tensor(b)) ** 2).mean() / 4).backward()
    assert accumulation.accumulate(w.detach().numpy(), chunks) == pytest.approx(w.grad.numpy(), abs=1e-14)


def test_keeping_the_gradient_between_steps_is_another_algorithm():
    found = result()
    assert found.final("gap_kept") > 0.5
    assert found.final("loss_kept") > 2 * found.final("loss_batch")


def test_the_batch_finds_the_least_squares_fit():
    found = result(updates=100)
    assert found.final("loss_batch") == pytest.approx(found.facts["best"], rel=1e-3)
    x, y = accumulation.data(accumulation.Config())
    assert np.linalg.norm(accumulation.gradient(np.linalg.lstsq(x, y, rcond=None)[0], x, y)) < 1e-12
