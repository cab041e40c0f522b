"""The loss that goes through the vocabulary in blocks: value, gradients and memory against torch's cross-entropy."""

import pytest
import torch
from torch.nn import functional as F

from core import memory
from core.blocked_loss import blocked_cross_entropy


def setting(count=50, width=8, vocabulary=30, spread=1.0):
    draw = torch.Generator().manual_seed(0)
    hidden = torch.randn(count, width, generator=draw).requires_grad_()
    weight = (spread * torch.randn(vocabulary, width, generator=draw)).requires_grad_()
    return hidden, weight, torch.randint(vocabulary, (count,), generator=draw)


def taken(value, hidden, weight, upstream=1.0):
    """(value, both gradients), which are then forgotten."""
    (upstream * value).backward()
    found = value.detach(), hidden.grad, weight.grad
    hidden.grad = weight.grad = None
    return found


@pytest.mark.parametrize("block", [1, 7, 15, 30, 1000])
@pytest.mark.parametrize("upstream", [1.0, -3.0])
def test_any_block_gives_torchs_value_and_gradients(block, upstream):
    h, w, y = setting()
    theirs = taken(F.cross_entropy(h @ w.T, y), h, w, upstream)
    mine = taken(blocked_cross_entropy(h, w, y, block=block), h, w, upstream)
    for a, b in zip(mine, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=2e-6)


def test_targets_that_are_nearly_certain_or_nearly_impossible_are_exact():
    h, w, y = setting(spread=12.0)
    log_p = torch.log_softmax((h @ w.T).detach(), -1).gather(1, y[:, None])
    assert log_p.max() > -1e-3 and log_p.min() < -50
    theirs, mine = taken(F.cross_entropy(h @ w.T, y), h, w), taken(blocked_cross_entropy(h, w, y, block=7), h, w)
    for a, b in zip(mine, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)


def test_a_bias_counts_and_learns():
    h, w, y = setting()
    bias = torch.linspace(-2, 2, len(w)).requires_grad_()
    found = []
    for value in (F.cross_entropy(h @ w.T + bias, y), blocked_cross_entropy(h, w, y, bias, block=7)):
        value.backward()
        found.append((value.detach(), bias.grad))
        bias.grad = None
    for theirs, mine in zip(*found, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=2e-6)


def test_products_in_bfloat16_keep_the_loss_to_a_thousandth_and_the_gradient_to_two_hundredths():
    h, w, y = setting(count=512, width=64, vocabulary=3000, spread=0.5)
    theirs = taken(F.cross_entropy(h @ w.T, y), h, w)
    mine = taken(blocked_cross_entropy(h, w, y, block=512, dtype=torch.bfloat16), h, w)
    assert mine[1].dtype == mine[2].dtype == torch.float32
    assert mine[0].item() == pytest.approx(theirs[0].item(), rel=1e-3)
    for a, b in zip(mine[1:], theirs[1:], strict=True):
        assert 0 < (a - b).norm() < 0.02 * b.norm()


def test_memory_does_not_grow_with_the_logits():
    h, w, y = setting(count=256, width=16, vocabulary=4096)
    whole = memory.allocated(lambda: taken(F.cross_entropy(h @ w.T, y), h, w))
    parts = memory.allocated(lambda: taken(blocked_cross_entropy(h, w, y, block=256), h, w))
    assert parts < whole / 4


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_everything_is_made_where_the_tensors_are(dtype):
    """What names no device would be made on "meta" here, and could not be added to what lies on the CPU."""
    h, w, y = setting()
    with torch.device("meta"):
        assert all(
            one.device.type == "cpu" for one in taken(blocked_cross_entropy(h, w, y, block=7, dtype=dtype), h, w)
        )
