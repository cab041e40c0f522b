"""Losses of ten logits against PyTorch's autograd, and the torch losses of core/losses.py beside them."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core import class_losses, losses

Z, Y = np.random.default_rng(0).normal(size=10) * 2, 4
TORCH = {
    "ce": lambda z, y: F.cross_entropy(z, y),
    "nll": lambda z, y: F.nll_loss(F.log_softmax(z, -1), y),
    "twice": lambda z, y: F.cross_entropy(F.log_softmax(z, -1), y),
    "raw": lambda z, y: F.nll_loss(z, y),
    "smoothing": lambda z, y: F.cross_entropy(z, y, label_smoothing=0.3),
    "focal": lambda z, y: -((1 - F.softmax(z, -1)[0, y]) ** 1.5 * F.log_softmax(z, -1)[0, y]).sum(),
    "squares": lambda z, y: ((F.softmax(z, -1) - F.one_hot(y, 10)) ** 2).sum(),
}


@pytest.mark.parametrize("name", class_losses.NAMES)
def test_value_and_slope_are_those_of_autograd(name):
    z = torch.tensor(Z[None], requires_grad=True)
    wanted = TORCH[name](z, torch.tensor([Y]))
    wanted.backward()
    value, slope = class_losses.build(name, smoothing=0.3, gamma=1.5)(Z, Y)
    assert value == pytest.approx(wanted.item(), rel=1e-9)
    np.testing.assert_allclose(slope, z.grad[0].numpy(), rtol=1e-7, atol=1e-12)


def test_the_torch_losses_are_the_same_functions():
    logits, y = torch.randn(3, 5, 10, dtype=torch.float64), torch.randint(10, (3, 5))
    pairs = [
        (losses.label_smoothing(logits, y, 0.3), "smoothing"),
        (losses.focal(logits, y, 1.5), "focal"),
        (losses.squared_probabilities(logits, y), "squares"),
    ]
    for value, name in pairs:
        loss = class_losses.build(name, smoothing=0.3, gamma=1.5)
        rows = zip(logits.flatten(0, 1).numpy(), y.flatten().tolist(), strict=True)
        assert value.item() == pytest.approx(np.mean([loss(z, t)[0] for z, t in rows]), rel=1e-5), name


def test_focal_with_gamma_zero_is_cross_entropy():
    logits, y = torch.randn(4, 10), torch.randint(10, (4,))
    assert losses.focal(logits, y, 0.0).item() == pytest.approx(losses.cross_entropy(logits, y).item(), rel=1e-6)


def test_the_extra_terms_of_a_uniform_model_are_the_mean_length_and_minus_ln_v():
    logits, lengths = torch.zeros(2, 3, 10), torch.arange(10.0)
    assert losses.expected_length(logits, lengths).item() == pytest.approx(4.5)
    assert losses.negative_entropy(logits).item() == pytest.approx(-np.log(10))


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_focal_has_a_slope_where_a_probability_has_been_rounded_to_one(gamma):
    logits = torch.tensor([[200.0, 0.0, 0.0], [0.0, 1.0, 2.0]], requires_grad=True)
    losses.focal(logits, torch.tensor([0, 1]), gamma).backward()
    assert torch.isfinite(logits.grad).all() and logits.grad[1].abs().sum() > 0
