"""Dot products and softmax profiles, against numpy, torch and counting by hand."""

import math

import numpy as np
import pytest
import torch

from core import dots, rng, spread
from core.experiment import make
from core.experiments import dot_growth, dot_products, exponent_map, softmax_spread
from core.result import Result


def ran(module, **values):
    return Result(tuple(module.run(make(module.Config, **values), {})))


@pytest.mark.parametrize(("mean", "std", "d"), [(0, 1, 50), (0, 2, 50), (1, 1, 64), (0.5, 0.3, 200)])
def test_the_law_is_what_simulated_vectors_do(mean, std, d):
    q = np.random.default_rng(1).normal(mean, std, (40_000, d))
    k = np.random.default_rng(2).normal(mean, std, (40_000, d))
    assert dots.expected_std(d, mean, std) == pytest.approx((q * k).sum(1).std(), rel=0.02)


@pytest.mark.parametrize(("mean", "correlation"), [(0, 0.5), (0.7, -0.3)])
def test_alike_vectors_have_the_expected_mean_score(mean, correlation):
    q, k = dots.pair(20_000, 64, rng.numpy_stream(0, "data"), mean=mean, std=1.5, correlation=correlation)
    found = (q * k).sum(1).mean()
    assert found == pytest.approx(dots.expected_diagonal(64, mean, 1.5, correlation), rel=0.02)
    assert np.corrcoef(q.ravel(), k.ravel())[0, 1] == pytest.approx(correlation, abs=0.01)


def test_products_in_slices_are_the_matrix_product():
    q, k = dots.pair(64, 1000, rng.numpy_stream(0, "data"))
    assert np.allclose(dots.products(q, k), q @ k.T, rtol=0, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_rounding_is_what_torch_does(dtype):
    values = np.concatenate(
        [np.random.default_rng(0).normal(0, 1000, 5000), [1e5, -7e4, 1e-6, 3.5e38, 0.0, 65504, 65520]]
    )
    theirs = torch.tensor(values, dtype=torch.float32).to(getattr(torch, dtype)).double().numpy()
    assert np.array_equal(dots.rounded(values, dtype), theirs)


def test_the_slope_and_its_error_are_those_of_least_squares():
    x = np.array([2.0, 5, 11, 30, 80])
    y = 3 * x**0.5 * np.array([1.1, 0.95, 1.02, 0.9, 1.05])
    design = np.stack([np.ones(5), np.log(x)], 1)
    beta, rest, *_ = np.linalg.lstsq(design, np.log(y), rcond=None)
    error = math.sqrt(rest[0] / 3 * np.linalg.inv(design.T @ design)[1, 1])
    assert dots.log_slope(x, y) == pytest.approx((beta[1], error))


def test_scores_grow_with_the_root_of_d_and_an_elementwise_product_does_not():
    assert ran(dot_growth).final("slope") == pytest.approx(0.5, abs=0.02)
    assert ran(dot_growth, product="elementwise").final("slope") == pytest.approx(0.0, abs=0.02)
    assert 200 in ran(dot_growth).metrics["raw"]


def test_fifty_dimensions_give_about_seven():
    found = ran(dot_products, redraws=100)
    assert found.final("std") == pytest.approx(math.sqrt(50), rel=0.03)
    assert found.final("scaled") == pytest.approx(1.0, rel=0.03)


def test_float16_overflows_and_dividing_before_the_product_saves_it():
    hot = {"dtype": "float16", "std": 15, "d": 4096, "correlation": 0.9}
    after, before = ran(dot_products, **hot), ran(dot_products, **hot, divide="before")
    assert after.final("overflow") > 0 and after.final("scaled_overflow") > 0 and after.final("overflow_row") == 1
    assert before.final("overflow") > 0 and before.final("scaled_overflow") == 0
    assert ran(dot_products, **(hot | {"dtype": "bfloat16"})).final("overflow") == 0
    assert any(ran(dot_products, **hot).tables["cells"][0]["overflow"])


def test_the_smallest_settings_do_not_break():
    assert ran(dot_products, n=2, d=1, redraws=1).finished.reason == "done"
    assert ran(softmax_spread, n=2, d=1, redraws=1).finished.reason == "done"


def test_the_jacobian_norm_is_that_of_torchs_derivative():
    z = torch.randn(7, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2
    jacobian = torch.autograd.functional.jacobian(lambda t: t.softmax(0), z)
    p = spread.softmax(z.numpy()[None])
    assert spread.jacobian_norm(p)[0] == pytest.approx(jacobian.norm().item(), rel=1e-9)
    assert spread.jacobian_norm(np.array([0.5, 0.5, 0, 0])) == pytest.approx(0.5)


def test_entropy_and_effective_keys_of_known_rows():
    even, sure = np.full((1, 8), 1 / 8), np.eye(8)[:1]
    assert spread.entropy(even)[0] == pytest.approx(math.log(8)) and spread.entropy(sure)[0] == 0
    assert spread.effective(even)[0] == pytest.approx(8) and spread.effective(sure)[0] == 1


def test_without_the_division_one_key_takes_all_and_rows_die():
    raw, divided = ran(softmax_spread, exponent=0.0), ran(softmax_spread)
    assert raw.final("top") > 3 * divided.final("top")
    assert raw.final("dead") > 0.05 and divided.final("dead") == 0
    assert raw.final("jacobian_mean") > divided.final("jacobian_mean")  # it splits, it does not vanish
    assert ran(softmax_spread, exponent=0.0, d=256).final("jacobian_median") < 0.1


def test_a_scale_of_zero_is_uniform_attention():
    found = ran(softmax_spread, attention_scale=0.0)
    assert found.final("entropy") == pytest.approx(1.0) and found.final("effective") == pytest.approx(64)


def test_dividing_scores_is_sampling_at_a_temperature():
    assert ran(softmax_spread, exponent=0.0).final("temperature_gap") < 1e-12
    assert softmax_spread.temperature_gap(np.array([[0.0, 3.0]]), 2.0) < 1e-12


def test_the_courses_form_is_one_softmax_over_all_scores():
    found = ran(softmax_spread, n=50, form="course", redraws=1)
    assert found.final("cells90") > 50  # more than one row holds
    assert sum(found.tables["row"][0]["p"]) < 1  # only the first 200 of 2,500 are kept


def test_only_the_root_keeps_attention_equally_open_at_all_lengths():
    assert ran(exponent_map).final("flattest") == 0.5


@pytest.mark.parametrize("module", [dot_products, softmax_spread, dot_growth, exponent_map])
def test_inline_experiments_need_no_torch(module):
    import subprocess
    import sys

    code = f"import sys; from {module.__name__} import *; list(run(Config(), {{}})); assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
