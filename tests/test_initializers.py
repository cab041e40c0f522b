"""The schemes of lesson 12, written out, against torch.nn.init; and the formulas that page and torch share."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from core import initializers, rng, spreads
from core.models import Model5

SIZE = (48, 96)  # (n_out, n_in): unequal, so that a swapped fan shows


def generator():
    return torch.Generator().manual_seed(7)


@pytest.mark.parametrize("gain", [1.0, 0.5, 1.7])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (initializers.xavier_uniform, nn.init.xavier_uniform_),
        (initializers.xavier_normal, nn.init.xavier_normal_),
    ],
)
def test_xavier_is_torchs_number_for_number(ours, theirs, gain):
    a, b = torch.empty(SIZE), torch.empty(SIZE)
    assert torch.equal(ours(a, generator(), gain=gain), theirs(b, gain=gain, generator=generator()))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (initializers.kaiming_uniform, nn.init.kaiming_uniform_),
        (initializers.kaiming_normal, nn.init.kaiming_normal_),
    ],
)
def test_kaiming_is_torchs_with_relu(ours, theirs):
    a, b = torch.empty(SIZE), torch.empty(SIZE)
    ours(a, generator())
    torch.testing.assert_close(a, theirs(b, nonlinearity="relu", generator=generator()), rtol=2e-7, atol=0)


def test_the_linear_default_is_what_nn_linear_does():
    torch.manual_seed(3)
    layer = nn.Linear(96, 48)
    ours = initializers.linear_default(torch.empty(SIZE), torch.Generator().manual_seed(3))
    torch.testing.assert_close(ours, layer.weight.detach(), rtol=2e-7, atol=0)
    assert spreads.bound("pytorch", 96, 48) == pytest.approx(96**-0.5)
    # the famous six: He's variance over the default's
    assert (spreads.he(96, 48) / spreads.pytorch(96, 48)) ** 2 == pytest.approx(6)


@pytest.mark.parametrize("scheme", list(spreads.SHAPES))
def test_numbers_drawn_by_the_page_have_the_spread_of_the_formula(scheme):
    w = spreads.unit(spreads.SHAPES[scheme], np.random.default_rng(0), 300, 200).astype(float)
    assert np.sqrt((w * w).mean()) == pytest.approx(1.0, rel=0.01)
    rms = spreads.spread(scheme, 200, 300, std=0.3)
    if scheme in initializers.FILLS:
        torchs = torch.empty(300, 200)
        initializers.FILLS[scheme](torchs, generator(), 0.3, 1.0)
        assert torchs.square().mean().sqrt().item() == pytest.approx(rms, rel=0.01, abs=1e-9)


def test_a_truncated_normal_keeps_the_spread_that_torch_measures():
    w = nn.init.trunc_normal_(torch.empty(1000, 500), std=1.0, a=-spreads.CUT, b=spreads.CUT, generator=generator())
    assert w.std().item() == pytest.approx(spreads.KEPT, rel=0.005)


@pytest.mark.parametrize("size", [(40, 90), (90, 40), (50, 50)])
def test_orthogonal_rows_or_columns_stand_at_right_angles(size):
    n_out, n_in = size
    w = spreads.unit("orthogonal", np.random.default_rng(1), n_out, n_in).astype(float)
    w *= spreads.spread("orthogonal", n_in, n_out)
    gram = w @ w.T if n_out <= n_in else w.T @ w
    np.testing.assert_allclose(gram, np.eye(min(size)), atol=1e-5)
    theirs = nn.init.orthogonal_(torch.empty(size), generator=generator())
    assert (w * w).mean() == pytest.approx(theirs.square().mean().item(), rel=1e-4)


def model():
    return Model5(50, 16, 8, blocks=3, heads=2)


def test_every_matrix_is_filled_and_a_tied_head_is_the_embedding():
    net = model()
    initializers.fill(net, rng.stream(0, "init"), scheme="normal", std=0.5)
    assert net.lm_head.weight is net.wte.weight
    for name, p in net.named_parameters():
        if p.dim() == 2:
            assert p.std().item() == pytest.approx(0.5, rel=0.25), name
        else:
            assert set(p.unique().tolist()) <= {0.0, 1.0}, name


def test_embeddings_may_keep_gpt2s_spread_and_projections_may_be_smaller():
    net = model()
    initializers.fill(
        net, rng.stream(0, "init"), scheme="he_normal", embeddings="gpt2", bias_std=0.1, residual_scaling=True
    )
    assert net.wte.weight.std().item() == pytest.approx(0.02, rel=0.1)
    block = net.h[0]
    assert block.mlp.c_fc.weight.std().item() == pytest.approx(math.sqrt(2 / 16), rel=0.1)
    assert block.attn.c_proj.weight.std().item() == pytest.approx(math.sqrt(2 / 16) / math.sqrt(6), rel=0.2)
    assert block.mlp.c_fc.bias.std().item() == pytest.approx(0.1, rel=0.3)


def test_pytorchs_own_embedding_is_a_standard_normal():
    net = model()
    initializers.fill(net, rng.stream(0, "init"), scheme="pytorch")
    assert net.wte.weight.std().item() == pytest.approx(1.0, rel=0.1)


def test_the_older_schemes_are_untouched():
    assert set(initializers.SCHEMES) == {"course", "gpt2", "zeros"}
