"""A signal through many layers: number formats and layers against torch, and the theory by hand."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core import signal, spreads
from core.experiments import flight as experiment
from core.result import Result

PLAIN = {
    "scheme": "normal",
    "std": 1.0,
    "gain": 1.0,
    "depth": 50,
    "width": 256,
    "activation": "linear",
}


def result(**values):
    return Result(tuple(experiment.run(experiment.Config(**values), {})))


@pytest.mark.parametrize(("dtype", "torchs"), [("bfloat16", torch.bfloat16), ("float16", torch.float16)])
def test_rounding_is_torchs_bit_for_bit(dtype, torchs):
    draw = np.random.default_rng(0)
    x = (draw.standard_normal(20_000) * 10.0 ** draw.uniform(-44, 37.5, 20_000)).astype(np.float32)
    x = np.concatenate([x, np.array([0, -0.0, np.inf, -np.inf, np.nan, 65504, 65520, 3.4e38], dtype=np.float32)])
    with np.errstate(all="ignore"):
        ours = signal.rounded(x, dtype)
    np.testing.assert_array_equal(ours, torch.from_numpy(x).to(torchs).float().numpy())


@pytest.mark.parametrize(
    ("dtype", "torchs"), [("float32", torch.float32), ("bfloat16", torch.bfloat16), ("float16", torch.float16)]
)
def test_the_limits_of_a_format_are_torchs(dtype, torchs):
    info, ours = torch.finfo(torchs), signal.FORMATS[dtype]
    assert (ours.largest, ours.normal) == (info.max, info.tiny)
    assert torch.tensor(ours.smallest).to(torchs).item() > 0 and torch.tensor(ours.smallest / 4).to(torchs).item() == 0


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_torchs_own_arithmetic_overflows_at_the_same_layer(dtype):
    """The same weights, multiplied in torch in that format: linear, std 1, width 256."""
    kind = getattr(torch, dtype)
    ours = signal.flight(**PLAIN, dtype=dtype)
    x = torch.from_numpy(ours.activations[0]).to(kind)
    first = None
    for layer in range(1, 51):
        x = x @ torch.from_numpy(signal.unit_weights("normal", 0, layer, 256)).to(kind).T
        if not torch.isfinite(x).all():
            first = layer
            break
    assert ours.overflow == first == {"float32": 32, "bfloat16": 32, "float16": 4}[dtype]


@pytest.mark.parametrize("layernorm", [False, True])
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("activation", ["linear", "tanh", "relu", "gelu"])
def test_forward_and_gradient_agree_with_autograd(activation, residual, layernorm):
    settings = PLAIN | {"std": 0.08, "depth": 4, "width": 64, "activation": activation}
    ours = signal.flight(**settings, residual=residual, layernorm=layernorm)
    phi = {"linear": lambda z: z, "tanh": torch.tanh, "relu": F.relu, "gelu": lambda z: F.gelu(z, approximate="tanh")}
    x = torch.from_numpy(ours.activations[0]).double().requires_grad_()
    places = [x]
    for layer in range(1, 5):
        w = torch.from_numpy(signal.unit_weights("normal", 0, layer, 64)).double() * 0.08
        h = F.layer_norm(places[-1], (64,), eps=signal.EPS) if layernorm else places[-1]
        y = phi[activation](h @ w.T)
        places.append(places[-1] + y if residual else y)
    g = torch.from_numpy(
        signal.rng.numpy_stream(0, "noise").standard_normal((signal.INPUTS, 64), dtype=np.float32)
    ).double()
    grads = torch.autograd.grad(places[-1], places, g)
    np.testing.assert_allclose(ours.forward, [p.std(correction=0).item() for p in places], rtol=1e-4)
    np.testing.assert_allclose(ours.backward, [p.std(correction=0).item() for p in grads], rtol=1e-4)


@pytest.mark.parametrize("activation", list(signal.ACTIVATIONS))
@pytest.mark.parametrize("spread", [0.01, 0.7, 3.0])
def test_moments_agree_with_a_million_draws(activation, spread):
    z = np.random.default_rng(0).standard_normal(1_000_000) * spread
    y = signal.ACTIVATIONS[activation](z)[0]
    mean, square = signal.moments(activation, spread)
    assert mean == pytest.approx(y.mean(), abs=0.01 * spread)
    assert square == pytest.approx((y * y).mean(), rel=0.02)


@pytest.mark.parametrize("std", [0.0625, 1.0, 3.0])
@pytest.mark.parametrize("activation", ["linear", "relu", "gelu"])
def test_theory_names_the_layer_of_the_overflow(activation, std):
    law = signal.theory(std, 50, 256, activation)
    found = [signal.flight(**PLAIN | {"std": std, "activation": activation}, seed=s).overflow for s in range(3)]
    expected = signal.expected_overflow(law, "float32")
    assert all(layer == expected or abs(layer - expected) <= (activation != "linear") for layer in found if expected)
    assert expected or found == [None] * 3


def test_the_linear_law_is_a_power():
    law = signal.theory(0.02, 50, 256, "linear")
    assert law.std[50] == pytest.approx((0.02 * 16) ** 50, rel=1e-9)
    assert signal.theory(0.5, 10, 64, "linear", residual=True).std[10] == pytest.approx((1 + 16) ** 5, rel=1e-9)


def test_layernorm_rescues_the_forward_pass_even_at_std_3():
    for residual in (False, True):
        found = signal.flight(**PLAIN | {"std": 3.0, "activation": "gelu"}, residual=residual, layernorm=True)
        assert found.overflow is None and found.forward[50] < 1000


def test_lsuv_makes_any_start_flat():
    for std in (0.001, 1.0):
        found = signal.flight(**PLAIN | {"std": std, "activation": "relu"}, lsuv=True)
        assert found.overflow is None and found.forward[1:].min() > 0.4 and found.forward.max() < 1.5


def test_tanh_cannot_overflow_and_zeros_vanish_at_once():
    assert signal.flight(**PLAIN | {"std": 3.0, "activation": "tanh"}).overflow is None
    assert signal.flight(**PLAIN | {"scheme": "zeros"}).vanished == 1


def test_constant_weights_make_all_units_equal():
    x = signal.flight(**PLAIN | {"scheme": "constant", "std": 0.01, "depth": 3}).activations[-1]
    np.testing.assert_allclose(x, np.broadcast_to(x[:, :1], x.shape), rtol=1e-5)


def test_the_norm_overflows_long_before_the_numbers():
    """Squares of 1.8e19 are infinite in float32: the meter fails at half the way."""
    found = signal.flight(**PLAIN)
    assert found.norm_overflow == 15 and found.overflow == 32


def test_the_experiment_tells_what_the_flight_found():
    run = result(std=1.0)
    assert run.final("overflow") == run.final("expected_overflow") == 32
    stack = run.tables["stack"][0]
    assert stack["forward"][31] > 1e36 and stack["forward"][32] is None and stack["backward"] == [None] * 51
    shape = run.tables["shape"][0]
    assert sum(s for layer, s in zip(shape["layer"], shape["share"], strict=True) if layer == 5) == pytest.approx(
        1, abs=1e-3
    )


def test_pytorchs_default_vanishes_in_float16():
    run = result(scheme="pytorch", dtype="float16")
    step = run.final("vanished")
    # below half of the smallest number everything is rounded to zero: sqrt(1/3) per layer, some four stds of tail
    assert math.log(2**-25 / 4) / math.log(3**-0.5) - 6 < step < math.log(2**-25 / 4) / math.log(3**-0.5) + 8


def test_every_scheme_of_the_knob_has_a_formula():
    assert set(experiment.SCHEMES) <= set(spreads.SHAPES)
