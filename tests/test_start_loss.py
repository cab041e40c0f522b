"""The predicted first loss of Model 1 against models that were built and measured."""

import math

import pytest
import torch

from core import initializers, models, start_loss


@pytest.mark.parametrize(
    ("std", "bias", "nonlinearity"),
    [(0.02, False, "gelu"), (1.0, False, "gelu"), (1.0, True, "relu"), (2.0, False, "none")],
)
def test_the_first_loss_is_predicted(std, bias, nonlinearity):
    vocabulary, width, seen = 2000, 64, []
    for seed in range(5):
        model = models.Model1(vocabulary, width, bias=bias, nonlinearity=nonlinearity)
        initializers.torch_default(model, torch.Generator().manual_seed(seed), std=std)
        with torch.no_grad():
            log_p = torch.log_softmax(model(torch.arange(vocabulary)[:, None])[:, 0], -1)
        seen.append(-log_p.mean().item())  # every target equally often
    predicted = start_loss.start_loss(vocabulary, std, width, bias, nonlinearity)
    assert sum(seen) / len(seen) == pytest.approx(predicted, abs=0.03)


def test_nothing_to_say_is_ln_v():
    assert start_loss.start_loss(2000, 0.0, 64) == math.log(2000)


def test_gelu_is_torchs():
    for x in (-3.0, -0.5, 0.0, 1.2, 4.0):
        assert start_loss.gelu(x) == pytest.approx(torch.nn.functional.gelu(torch.tensor(x)).item(), abs=1e-6)
