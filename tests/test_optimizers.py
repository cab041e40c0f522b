"""One step written out against torch.optim; the built ones against their unfused twins; state there and back."""

import pytest
import torch

from core import optimizers, rng

SHAPES = ((3, 4), (5,))


def weights():
    return [torch.randn(shape, generator=rng.stream(i, "init"), dtype=torch.float64) for i, shape in enumerate(SHAPES)]


def gradients(step):
    """Gradients whose size changes a thousandfold, so that every running mean matters."""
    return [
        torch.randn(shape, generator=rng.stream(i, "noise", step), dtype=torch.float64) * 10.0 ** (step % 4 - 2)
        for i, shape in enumerate(SHAPES)
    ]


def by_torch(optimizer, parameters, steps, first=0):
    for step in range(first, first + steps):
        for p, g in zip(parameters, gradients(step), strict=True):
            p.grad = g.to(p.dtype).clone()
        optimizer.step()


def by_hand(step_of, steps=50, **values):
    now, states = weights(), [{}, {}]
    for step in range(steps):
        for i, g in enumerate(gradients(step)):
            now[i], states[i] = step_of(now[i], g, states[i], **values)
    return now


@pytest.mark.parametrize(
    ("step_of", "values", "twin"),
    [
        (optimizers.sgd_step, {"lr": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1)),
        (optimizers.sgd_step, {"lr": 0.1, "momentum": 0.9}, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
        (optimizers.adam_step, {"lr": 0.02}, lambda p: torch.optim.Adam(p, lr=0.02)),
        (
            optimizers.adam_step,
            {"lr": 0.02, "beta1": 0.5, "beta2": 0.9, "eps": 1e-3},
            lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.5, 0.9), eps=1e-3),
        ),
        (optimizers.adamw_step, {"lr": 0.02}, lambda p: torch.optim.AdamW(p, lr=0.02)),
        (
            optimizers.adamw_step,
            {"lr": 0.02, "weight_decay": 3.0},
            lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=3.0),
        ),
    ],
)
def test_fifty_steps_written_out_are_torchs(step_of, values, twin):
    parameters = [torch.nn.Parameter(w) for w in weights()]
    by_torch(twin(parameters), parameters, 50)
    for mine, theirs in zip(by_hand(step_of, **values), parameters, strict=True):
        assert torch.allclose(mine, theirs.detach(), atol=1e-12, rtol=1e-12)


def test_a_step_leaves_its_arguments_alone():
    w, g = torch.ones(2), torch.ones(2)
    state = optimizers.adam_step(w, g, {}, lr=0.1)[1]
    kept = {name: torch.as_tensor(value).clone() for name, value in state.items()}
    optimizers.adam_step(w, g, state, lr=0.1)
    assert w.tolist() == g.tolist() == [1.0, 1.0]
    assert all(torch.equal(torch.as_tensor(state[name]), kept[name]) for name in kept)


def test_figures_of_the_first_steps():
    w, g = torch.tensor([1.0]), torch.tensor([0.5])
    w1, state = optimizers.sgd_step(w, g, {}, lr=0.1, momentum=0.9)
    assert w1.item() == pytest.approx(0.95)
    assert optimizers.sgd_step(w1, g, state, lr=0.1, momentum=0.9)[0].item() == pytest.approx(0.95 - 0.1 * 0.95)
    assert optimizers.adam_step(w, g, {}, lr=0.1)[0].item() == pytest.approx(0.9)  # the first step is lr * sign
    assert optimizers.adamw_step(w, g, {}, lr=0.1, weight_decay=0.5)[0].item() == pytest.approx(0.85)


UNFUSED = {
    "sgd": lambda p, **more: torch.optim.SGD(p, **more, fused=False, foreach=False),
    "adam": lambda p, **more: torch.optim.Adam(p, **more, fused=False, foreach=False),
    "adamw": lambda p, **more: torch.optim.AdamW(p, **more, fused=False, foreach=False),
}


@pytest.mark.parametrize("name", UNFUSED)
@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_the_fused_optimizer_agrees_with_the_plain_one(name, decay):
    fused, plain = ([torch.nn.Parameter(w.float()) for w in weights()] for _ in range(2))
    by_torch(optimizers.build(name, fused, lr=0.02, weight_decay=decay), fused, 50)
    by_torch(UNFUSED[name](plain, lr=0.02, weight_decay=decay), plain, 50)
    for a, b, w in zip(fused, plain, weights(), strict=True):
        assert torch.allclose(a, b, rtol=1e-4, atol=1e-5)
        assert (a.detach() - w).abs().max() > 0.05  # they moved at all


def test_adams_decay_is_a_penalty_and_adamws_is_not():
    moved = {}
    for name in ("adam", "adamw"):
        p = torch.nn.Parameter(torch.tensor([2.0]))
        optimizer = optimizers.build(name, [p], lr=0.1, weight_decay=0.5)
        p.grad = torch.zeros(1)
        optimizer.step()
        moved[name] = p.item()
    assert moved["adam"] == pytest.approx(1.9)  # the penalty is the whole gradient, and Adam makes it lr
    assert moved["adamw"] == pytest.approx(2.0 * (1 - 0.1 * 0.5))


def test_an_unknown_name_is_refused():
    with pytest.raises(KeyError):
        optimizers.build("lion", [torch.nn.Parameter(torch.zeros(1))], lr=0.1)


@pytest.mark.parametrize(("name", "momentum"), [("adamw", 0.0), ("adam", 0.0), ("sgd", 0.0), ("sgd", 0.9)])
def test_state_and_restore_go_on_bit_for_bit(name, momentum):
    whole, half = ([torch.nn.Parameter(w.float()) for w in weights()] for _ in range(2))
    options = {"lr": 0.02, "weight_decay": 0.1, "momentum": momentum}
    by_torch(optimizers.build(name, whole, **options), whole, 20)

    first = optimizers.build(name, half, **options)
    by_torch(first, half, 8)
    saved = {key: tensor.clone() for key, tensor in optimizers.state(first).items()}
    assert all(key.startswith(optimizers.PREFIX) and torch.is_tensor(t) for key, t in saved.items())
    second = optimizers.build(name, half, **options)
    optimizers.restore(
        second, saved | {"wte.weight": torch.zeros(1)}
    )  # the model's own tensors are none of its business
    by_torch(second, half, 12, first=8)
    for a, b in zip(whole, half, strict=True):
        assert torch.equal(a, b)


def test_restoring_does_not_tie_the_optimizer_to_the_saved_tensors():
    p = [torch.nn.Parameter(w.float()) for w in weights()]
    first = optimizers.build("adamw", p, lr=0.1)
    by_torch(first, p, 1)
    saved = optimizers.state(first)
    kept = {key: tensor.clone() for key, tensor in saved.items()}
    second = optimizers.build("adamw", p, lr=0.1)
    optimizers.restore(second, kept)
    by_torch(second, p, 1, first=1)
    assert all(torch.equal(saved[key], kept[key]) for key in kept)


def test_restoring_keeps_the_new_optimizers_rate():
    p = [torch.nn.Parameter(w.float()) for w in weights()]
    first = optimizers.build("adamw", p, lr=0.1)
    by_torch(first, p, 1)
    second = optimizers.build("adamw", p, lr=0.007)
    optimizers.restore(second, optimizers.state(first))
    assert second.param_groups[0]["lr"] == 0.007
