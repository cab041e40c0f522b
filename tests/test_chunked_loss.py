"""The loss that never forms all logits: value, gradients and memory against torch's cross-entropy."""

import pytest
import torch
from torch.nn import functional as F

from core import memory
from core.chunked_loss import chunked_cross_entropy
from core.experiments import output_cost


def both(chunk, dtype=torch.float64, count=50, width=8, vocabulary=30, upstream=1.0):
    draw = torch.Generator().manual_seed(0)
    hidden = torch.randn(count, width, generator=draw, dtype=dtype)
    weight = torch.randn(vocabulary, width, generator=draw, dtype=dtype)
    targets = torch.randint(vocabulary, (count,), generator=draw)
    out = []
    for loss in (
        lambda h, w: F.cross_entropy(h @ w.T, targets),
        lambda h, w: chunked_cross_entropy(h, w, targets, chunk),
    ):
        h, w = hidden.clone().requires_grad_(), weight.clone().requires_grad_()
        value = loss(h, w)
        (upstream * value).backward()
        out.append((value.detach(), h.grad, w.grad))
    return out


@pytest.mark.parametrize("chunk", [1, 7, 25, 50, 1000])
def test_any_chunk_gives_torchs_value_and_gradients(chunk):
    for mine, theirs in zip(*both(chunk), strict=True):
        torch.testing.assert_close(mine.float(), theirs.float(), rtol=1e-5, atol=1e-6)


def test_the_gradient_scales_with_what_comes_from_above():
    for mine, theirs in zip(*both(7, upstream=-3.0), strict=True):
        torch.testing.assert_close(mine.float(), theirs.float(), rtol=1e-5, atol=1e-6)


def test_bfloat16_states_get_gradients_of_their_own_format():
    theirs, mine = both(16, dtype=torch.bfloat16)
    assert mine[1].dtype == mine[2].dtype == torch.bfloat16
    torch.testing.assert_close(mine[1], theirs[1], rtol=0.1, atol=5e-3)


def test_a_chunk_of_an_eighth_needs_less_than_a_third_of_the_memory():
    draw = torch.Generator().manual_seed(0)
    hidden = torch.randn(256, 16, generator=draw).requires_grad_()
    weight = torch.randn(4096, 16, generator=draw).requires_grad_()
    targets = torch.randint(4096, (256,), generator=draw)

    def step(form):
        output_cost.loss(form, hidden, weight, targets, 32).backward()
        hidden.grad = weight.grad = None

    whole, parts = (memory.allocated(lambda f=f: step(f)) for f in ("ce", "chunked"))
    logits = 4 * 256 * 4096
    assert 2.5 * logits < whole < 4 * logits  # logits, their log-softmax, their gradient
    assert parts < whole / 3
