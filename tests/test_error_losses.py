"""Losses of one error against PyTorch's own, and the statistic each one rests at."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core import error_losses, losses

E = np.array([-4.0, -1.0, -0.3, 0.2, 0.7, 5.0])
TORCH = {
    "l1": lambda e: F.l1_loss(e, torch.zeros_like(e), reduction="none"),
    "l2": lambda e: F.mse_loss(e, torch.zeros_like(e), reduction="none"),
    "half_l2": lambda e: F.mse_loss(e, torch.zeros_like(e), reduction="none") / 2,
    "huber": lambda e: F.huber_loss(e, torch.zeros_like(e), reduction="none", delta=0.5),
    "log_cosh": lambda e: torch.log(torch.cosh(e)),
    "pinball": lambda e: torch.maximum(-0.8 * e, 0.2 * e),
    "epsilon": lambda e: F.relu(e.abs() - 0.25),
    "custom": lambda e: e**4,
}


@pytest.mark.parametrize("name", error_losses.NAMES)
def test_value_and_slope_are_those_of_autograd(name):
    e = torch.tensor(E, requires_grad=True)
    wanted = TORCH[name](e)
    wanted.sum().backward()
    value, slope = error_losses.build(name, delta=0.5, q=0.8, zone=0.25, expression="e**4")(E)
    np.testing.assert_allclose(value, wanted.detach().numpy(), rtol=1e-9)
    np.testing.assert_allclose(slope, e.grad.numpy(), rtol=1e-9)


@pytest.mark.parametrize("name", error_losses.NAMES)
def test_float32_stays_float32(name):
    value, slope = error_losses.build(name)(np.zeros(3, dtype=np.float32))
    assert value.dtype == slope.dtype == np.float32


VALUES = [2.0, 2.5, 3.0, 3.2, 20.0]


def test_l2_rests_at_the_mean_l1_at_the_median_pinball_at_the_quantile():
    assert error_losses.lowest(error_losses.build("l2"), VALUES) == pytest.approx(np.mean(VALUES), abs=1e-4)
    assert error_losses.lowest(error_losses.build("l1"), VALUES) == pytest.approx(np.median(VALUES), abs=1e-4)
    assert error_losses.lowest(error_losses.build("pinball", q=0.9), VALUES) == pytest.approx(20, abs=1e-3)
    assert error_losses.lowest(error_losses.build("pinball", q=0.3), VALUES) == pytest.approx(2.5, abs=1e-3)


def test_of_an_even_number_of_values_l1_rests_in_the_middle_of_its_flat_floor():
    assert error_losses.lowest(error_losses.build("l1"), VALUES[:4]) == pytest.approx(2.75, abs=1e-3)


def test_huber_solves_its_own_equation():
    w = error_losses.lowest(error_losses.build("huber", delta=1.0), VALUES)
    assert np.clip(w - np.array(VALUES), -1, 1).sum() == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("3", "loss_flat"),
        ("e", "loss_no_minimum"),
        ("-e**2", "loss_no_minimum"),
        ("exp(e)", "loss_no_minimum"),
        ("(e - 1)**2", "loss_off_target"),
        ("log(e)", "loss_value_not_finite"),
        ("sqrt(e)", "loss_not_finite"),
        ("where(e < 0, sqrt(-1), e**2)", "loss_not_finite"),  # slope 0 there, so nothing moves
        ("1/0", "loss_flat"),
        ("minimum(abs(e), 0.5)", "loss_stuck"),
        ("abs(e)**1.5", None),
        ("log(1 + e*e)", None),
        ("maximum(abs(e) - 1.5, 0)", None),
    ],
)
def test_what_is_odd_about_a_loss_is_said_before_it_trains(text, code):
    found = error_losses.warnings(error_losses.build("custom", expression=text), 2.0, 3.0)
    assert [c for c, _ in found] == ([code] if code else [])


def test_errors_stand_in_sentences_with_the_minus_of_the_page():
    facts = [
        error_losses.warnings(error_losses.build("custom", expression=t), 2.0, 3.0) for t in ("log(e)", "(e + 1)**2")
    ]
    assert [found[0][1]["e"] for found in facts] == ["−1", "−1"]


@pytest.mark.parametrize("text", ["log(e - 15)", "sqrt(e - 15)"])
def test_a_loss_that_is_a_number_only_far_out_is_looked_at_without_falling_over(text):
    assert error_losses.warnings(error_losses.build("custom", expression=text), 10.0, -10.0) == []


def test_the_module_of_ones_own_is_pytorchs_l1():
    a, b = torch.randn(2, 7)
    assert losses.L1Loss()(a, b).item() == pytest.approx(F.l1_loss(a, b).item(), rel=1e-6)
