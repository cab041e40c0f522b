"""Losses against their definitions."""

import math

import pytest
import torch

from core import losses, rng

N, V = 6, 9


def logits(seed=0, *shape):
    return torch.randn(*(shape or (N, V)), generator=rng.stream(seed, "noise"))


def targets(*shape):
    return torch.randint(V, shape or (N,), generator=rng.stream(0, "eval"))


def test_both_forms_are_the_mean_of_minus_the_log_probability():
    z, y = logits(0, 2, 3, V), targets(2, 3)
    terms = []
    for b in range(2):
        for t in range(3):
            row = [math.exp(v) for v in z[b, t].tolist()]
            terms.append(-math.log(row[y[b, t]] / sum(row)))
    by_hand = sum(terms) / 6
    assert losses.nll_of_log_softmax(z, y).item() == pytest.approx(by_hand, abs=1e-5)
    assert losses.cross_entropy(z, y).item() == pytest.approx(by_hand, abs=1e-5)


def test_equal_logits_cost_the_log_of_the_vocabulary():
    assert losses.cross_entropy(torch.zeros(N, V), targets()).item() == pytest.approx(math.log(V), abs=1e-6)


def test_the_gradient_is_the_prediction_minus_the_truth():
    for loss in (losses.cross_entropy, losses.nll_of_log_softmax):
        z = logits().requires_grad_()
        loss(z, targets()).backward()
        truth = torch.nn.functional.one_hot(targets(), V)
        assert torch.allclose(z.grad, (z.detach().softmax(-1) - truth) / N, atol=1e-6)


def test_half_precision_logits_are_summed_in_float32():
    z = logits(0, 2, 3, V).bfloat16()
    value = losses.cross_entropy(z, targets(2, 3))
    assert value.dtype == torch.float32
    assert value.item() == pytest.approx(losses.cross_entropy(z.float(), targets(2, 3)).item(), abs=1e-7)


def kl_of(q, p):
    return sum(a * (math.log(a) - math.log(b)) for a, b in zip(q, p, strict=True) if a > 0)


def kl_by_hand(log_p, q):
    """The definition, one line: mean over rows of sum Q (ln Q - ln P)."""
    return (q * (q.clamp_min(1e-30).log() - log_p)).sum(-1).mean()


def test_kl_is_its_definition_in_every_reduction():
    log_p, q = logits(1).log_softmax(-1), logits(2).softmax(-1)
    rows = [kl_of(a, [math.exp(v) for v in b]) for a, b in zip(q.tolist(), log_p.tolist(), strict=True)]
    assert losses.kl_to_target(log_p, q).item() == pytest.approx(sum(rows) / N, abs=1e-5)
    assert losses.kl_to_target(log_p, q, reduction="sum").item() == pytest.approx(sum(rows), abs=1e-5)
    assert losses.kl_to_target(log_p, q, reduction="mean").item() == pytest.approx(sum(rows) / N / V, abs=1e-6)
    assert kl_by_hand(log_p, q).item() == pytest.approx(sum(rows) / N, abs=1e-5)


def test_kl_knows_its_easy_values():
    q = torch.zeros(2, V)
    q[:, :3] = 1 / 3
    assert losses.kl_to_target(q.clamp_min(1e-30).log(), q).item() == pytest.approx(0.0, abs=1e-6)
    uniform = torch.full((2, V), -math.log(V))
    assert losses.kl_to_target(uniform, q).item() == pytest.approx(math.log(V / 3), abs=1e-6)
    assert kl_by_hand(uniform, q).item() == pytest.approx(math.log(V / 3), abs=1e-6)


def test_a_probability_that_underflows_costs_a_finite_amount():
    log_p = torch.tensor([[-500.0, 0.0]])
    assert losses.kl_to_target(log_p, torch.tensor([[0.5, 0.5]])).item() == pytest.approx(250 - math.log(2), abs=1e-3)


def test_kl_and_soft_labels_have_the_same_gradient_and_differ_by_the_entropy():
    q = logits(2).softmax(-1)
    a, b = logits(1).requires_grad_(), logits(1).requires_grad_()
    kl = losses.kl_to_target(a.log_softmax(-1), q)
    soft = torch.nn.functional.cross_entropy(b, q)
    kl.backward()
    soft.backward()
    assert torch.allclose(a.grad, b.grad, atol=1e-7)
    entropy = -(q * q.log()).sum(-1).mean()
    assert (soft - kl).item() == pytest.approx(entropy.item(), abs=1e-6)


def test_arguments_in_the_wrong_order_or_form_are_refused():
    log_p, q = logits(1).log_softmax(-1), logits(2).softmax(-1)
    with pytest.raises(AssertionError, match="sum to 1"):
        losses.kl_to_target(q, log_p)
    with pytest.raises(AssertionError, match="log-probabilities"):
        losses.kl_to_target(log_p.exp(), q)
    with pytest.raises(AssertionError, match="sum to 1"):
        losses.kl_to_target(log_p, q * 0.9)


def test_the_wirings_agree_where_they_must_and_differ_where_they_should():
    logits = torch.randn(64, 11, generator=torch.Generator().manual_seed(0)) * 3
    targets = torch.arange(64) % 11
    by = {name: wired(logits, targets).item() for name, wired in losses.WIRINGS.items()}
    truth = -logits.softmax(-1)[torch.arange(64), targets].log().mean().item()
    assert by["ce"] == pytest.approx(truth, abs=1e-5)
    assert by["log_softmax_nll"] == pytest.approx(truth, abs=1e-5) == by["log_softmax_ce"]
    assert by["raw_nll"] == pytest.approx(-logits[torch.arange(64), targets].mean().item(), abs=1e-5)
    p = logits.softmax(-1)  # softmax twice: the second one reads probabilities as if they were logits
    twice = (p.exp().sum(-1).log() - p[torch.arange(64), targets]).mean().item()
    assert by["softmax_ce"] == pytest.approx(twice, abs=1e-5)
    assert by["smoothing"] == pytest.approx(0.9 * truth - 0.1 * logits.log_softmax(-1).mean().item(), abs=1e-4)
