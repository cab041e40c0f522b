"""Float32 products by the faster of torch's two libraries: as exact, the same gradients, and only where it was asked for."""

import json

import pytest
import torch

from core import products
from core.models import Model5

SHAPE = {"blocks": 2, "heads": 2}


@pytest.fixture(params=[True, False])
def pays(request, monkeypatch):
    monkeypatch.setattr(products, "onednn_pays", lambda: request.param)
    return request.param


def test_only_what_is_inside_asks_for_the_other_library(pays):
    with pytest.raises(ValueError), products.fast():
        assert products.by_onednn() == pays
        raise ValueError
    assert torch.get_float32_matmul_precision() == "highest"
    with products.fast("cuda"):
        assert not products.by_onednn(), "on a GPU the same word would mean products of fewer bits"


@pytest.mark.parametrize(
    ("medium", "expected"),
    [
        ((0.5, 1.0), True),
        ((0.9, 1.0), False),  # hardly faster
        ((0.2, 300.0), False),  # faster, but by computing in bfloat16
    ],
)
def test_a_library_that_is_no_faster_or_rounds_more_is_left_alone(medium, expected, monkeypatch):
    monkeypatch.setattr("core.device.settled", lambda question, measure: measure())
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    monkeypatch.setattr(products, "trial", lambda precision: medium if precision == "medium" else (1.0, 1.0))
    assert products.onednn_pays.__wrapped__() == expected
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert not products.onednn_pays.__wrapped__()


def test_a_trial_measures_a_float32_product():
    seconds, error = products.trial("highest")
    assert 0 < seconds < 1 and 0 < error < 1e-5 * products.SIDE**1.5


def test_losses_and_gradients_are_float32s_whatever_multiplies():
    def step(precision, backend="auto"):
        torch.manual_seed(0)
        model = Model5(50, 32, 16, **SHAPE, backend=backend)
        ids = torch.randint(50, (4, 17), generator=torch.Generator().manual_seed(1))
        with products.told(precision):
            loss = torch.nn.functional.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
            loss.backward()
        return loss.item(), torch.cat([p.grad.flatten() for p in model.parameters()])

    loss, gradient = step("highest")
    error = 1e-6 if products.onednn_pays() else 1e-2  # elsewhere "medium" may well mean bfloat16
    for backend in ("auto", "manual", "flash", "math"):
        other, found = step("medium", backend)
        assert other == pytest.approx(loss, rel=error)
        assert (found - gradient).norm() < 10 * error * gradient.norm(), backend


def test_a_function_left_with_torchs_library_keeps_its_gradient():
    def function(x, y):
        seen.append(torch.get_float32_matmul_precision())
        return (x @ y).tanh()

    seen, draw = [], torch.Generator().manual_seed(0)
    x, y = (torch.randn(3, 3, generator=draw).requires_grad_() for _ in range(2))
    wanted = torch.autograd.grad(function(x, y).sum(), (x, y))
    with products.told("medium"):
        found = torch.autograd.grad(products.by_mkl(function, x, y).sum(), (x, y))
        with torch.no_grad():
            assert torch.allclose(products.by_mkl(function, x, y), function(x, y))
    assert all(torch.equal(*pair) for pair in zip(found, wanted, strict=True))
    assert seen == ["highest", "highest", "highest", "medium"]


def test_a_training_step_multiplies_with_the_faster_library_and_leaves_the_process_as_it_was(pays):
    from core import losses
    from core.train import train

    seen, model = [], Model5(20, 16, 8, **SHAPE)

    def loss(model, step):
        seen.append(products.by_onednn())
        ids = torch.arange(18).view(2, 9)
        return losses.cross_entropy(model(ids[:, :-1]), ids[:, 1:])

    def evaluate(model, step):
        seen.append(products.by_onednn())
        yield from ()

    for _ in train(model, loss=loss, steps=2, seed=0, evaluate=evaluate):
        assert not products.by_onednn(), "whoever works between two events finds torch as it comes"
    assert seen == [pays] * 4  # two updates, and evaluations before and after them


def test_a_machine_answers_once(tmp_path, monkeypatch):
    """Two processes, or a run and its resumption, must not come to different results."""
    from core import device

    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))
    assert device.settled("a", lambda: True) and not device.settled("b", lambda: False)
    assert device.settled("a", lambda: False) and not device.settled("b", lambda: True)

    def overtaken():
        (tmp_path / "home" / "settled.json").write_text(json.dumps({device.machine(): {"c": False}}))
        return True

    assert not device.settled("c", overtaken), "another process was sooner"
    (tmp_path / "home" / "settled.json").write_text("[")
    assert device.settled("a", lambda: True), "a damaged file costs a measurement"
    monkeypatch.setattr(device, "machine", lambda: "another machine")
    assert not device.settled("a", lambda: False)
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home" / "settled.json" / "no folder"))
    assert device.settled("d", lambda: True) and not device.settled("d", lambda: False)


@pytest.mark.parametrize(
    ("processor", "bfloat16", "on"), [("aarch64", False, False), ("aarch64", True, True), ("x86_64", False, True)]
)
def test_onednn_is_off_from_the_start_where_torch_would_switch_it_off_halfway(processor, bfloat16, on, monkeypatch):
    monkeypatch.setattr(products.platform, "machine", lambda: processor)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: bfloat16)
    try:
        products.without_onednn()
        assert torch.backends.mkldnn.enabled == on
    finally:
        torch.backends.mkldnn.set_flags(_enabled=True)
