"""Muon against its definition: the singular value decomposition it stands for, and torch's own implementation."""

import pytest
import torch

from core import muon
from core.models import Model5


def matrix(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(16, 16), (12, 48), (48, 12)])
def test_a_step_has_nearly_equal_singular_values_and_keeps_the_directions(shape):
    before = torch.logspace(0, -1.5, min(shape))  # badly conditioned on purpose
    u, _, v = torch.linalg.svd(matrix(*shape), full_matrices=False)
    g = u @ torch.diag(before) @ v
    out = muon.orthogonalise(g)
    after = torch.linalg.svdvals(out)
    assert before.max() / before.min() > 25
    assert after.max() < 1.3 and after.min() > 0.5
    turned = u.T @ out @ v.T  # diagonal where the singular vectors are the same
    assert (turned - torch.diag(turned.diagonal())).abs().max() < 1e-3
    assert (turned.diagonal() > 0).all()


def test_size_and_sign_of_the_gradient_do_not_matter_but_direction_does():
    g = matrix(8, 8)
    assert torch.allclose(muon.orthogonalise(g), muon.orthogonalise(1000 * g), atol=1e-5)
    assert torch.allclose(muon.orthogonalise(-g), -muon.orthogonalise(g), atol=1e-6)


def test_stacked_matrices_are_treated_one_by_one():
    g = matrix(3, 8, 4)
    assert torch.allclose(muon.orthogonalise(g)[1], muon.orthogonalise(g[1]), atol=1e-6)


@pytest.mark.parametrize("shape", [(24, 24), (8, 32), (32, 8)])
def test_five_steps_are_those_of_torch(shape):
    """torch.optim.Muon computes in bfloat16, so the two agree to its three digits."""
    a, b = (torch.nn.Parameter(matrix(*shape)) for _ in range(2))
    mine = muon.Muon([a], lr=0.02, weight_decay=0.1)
    theirs = torch.optim.Muon([b], lr=0.02, weight_decay=0.1, momentum=0.95, adjust_lr_fn="original")
    start = a.detach().clone()
    for step in range(5):
        a.grad, b.grad = (matrix(*shape, seed=step + 1) for _ in range(2))
        mine.step()
        theirs.step()
    moved = (a - start).norm()
    assert (a - b).norm() / moved < 0.03


def test_what_is_no_matrix_is_refused():
    with pytest.raises(ValueError, match="AdamW"):
        muon.Muon([torch.nn.Parameter(torch.zeros(4))])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_fused_projection_is_three_matrices(monkeypatch, dtype):
    monkeypatch.setattr(muon, "precision", lambda device: dtype)
    w = torch.nn.Parameter(torch.zeros(24, 8))
    w.grad = matrix(24, 8)
    muon.Muon([{"params": [w], "parts": 3}], lr=1.0, momentum=0.0).step()
    for i in range(3):
        want = -muon.orthogonalise(w.grad[8 * i : 8 * i + 8], dtype=dtype)
        assert torch.allclose(w.detach()[8 * i : 8 * i + 8], want, atol=1e-5)


def test_bfloat16_is_enough_for_the_iteration():
    for shape in ((24, 24), (8, 32), (32, 8)):
        exact, rough = (muon.orthogonalise(matrix(*shape), dtype=d) for d in (torch.float32, torch.bfloat16))
        assert rough.dtype == torch.float32
        assert 0 < (rough - exact).norm() < 0.03 * exact.norm()


def test_the_split_gives_every_parameter_to_one_optimizer():
    model = Model5(50, 16, 8, blocks=2, heads=2)
    groups, rest = muon.split(model)
    matrices = [p for g in groups for p in g["params"]]
    assert len(matrices) == 2 * 4 and all(p.ndim == 2 for p in matrices)
    assert {id(p) for p in matrices} & {id(p) for p in rest} == set()
    assert sum(p.numel() for p in matrices) + sum(p.numel() for p in rest) == sum(p.numel() for p in model.parameters())
    assert any(p is model.wte.weight for p in rest)
