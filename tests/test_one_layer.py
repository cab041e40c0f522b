"""One layer's weights: the histogram is a density, and the variance law holds."""

import pytest

from core.experiments import one_layer
from core.result import Result


def result(**values):
    return Result(tuple(one_layer.run(one_layer.Config(**values), {})))


@pytest.mark.parametrize("scheme", [s for s in one_layer.SCHEMES if s not in ("zeros", "constant")])
def test_variances_multiply(scheme):
    run = result(layer_scheme=scheme, n_in=300, n_out=100)
    assert run.final("law") == pytest.approx(1, abs=0.03)
    assert run.final("measured") == pytest.approx(run.final("formula"), rel=0.02)


def test_the_histogram_is_a_density():
    table = result(layer_scheme="pytorch").tables["histogram"][0]
    step = table["weight"][1] - table["weight"][0]
    assert sum(table["density"]) * step == pytest.approx(1)
    assert max(d for w, d in zip(table["weight"], table["density"], strict=True) if abs(w) > 1.05 / 16) == 0


def test_the_notebooks_layer_has_the_notebooks_numbers():
    """nn.Linear(50, 50): std 0.0819 (bound 0.141) against kaiming_uniform_'s 0.2002 (bound 0.346)."""
    default, he = (
        result(layer_scheme="pytorch", n_in=50, n_out=50),
        result(layer_scheme="he_uniform", n_in=50, n_out=50),
    )
    assert default.final("bound") == pytest.approx(0.1414, abs=1e-4) and he.final("bound") == pytest.approx(
        0.3464, abs=1e-4
    )
    assert default.final("measured") == pytest.approx(0.0819, abs=0.003)
    assert he.final("measured") == pytest.approx(0.2002, abs=0.006)


def test_forward_and_backward_want_different_spreads():
    run = result(layer_scheme="xavier_normal", n_in=400, n_out=100)
    assert run.final("forward") == pytest.approx((2 * 400 / 500) ** 0.5, rel=0.03)
    assert run.final("backward") == pytest.approx((2 * 100 / 500) ** 0.5, rel=0.03)


def test_zeros_let_nothing_through():
    run = result(layer_scheme="zeros")
    assert run.final("forward") == 0 and "law" not in run.metrics
