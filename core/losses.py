"""Losses, written so that they can be read. Nats throughout; means over tokens unless said otherwise."""

from torch import nn
from torch.nn import functional as F


def nll_of_log_softmax(logits, targets):
    """The course's form: log_softmax, then the negative log-probability of the target. logits (..., V), targets (...)."""
    log_p = F.log_softmax(logits, -1).flatten(0, -2)  # (N, V)
    return F.nll_loss(log_p, targets.flatten())


def cross_entropy(logits, targets):
    """The same number in one kernel, in float32 whatever the model computes in. logits (..., V), targets (...)."""
    return F.cross_entropy(logits.flatten(0, -2).float(), targets.flatten())


def kl_to_target(log_p, target, *, reduction: str = "batchmean"):
    """KL(Q || P) = sum Q (ln Q - ln P), from log-probabilities log_p (N, V) and a target Q (N, V), each row summing to 1.

    Terms with Q = 0 are 0. reduction: "batchmean" (per row), "mean" (also over V, PyTorch's trap), "sum". In log space,
    so a P that underflows stays finite. Raises AssertionError when Q's rows do not sum to 1 or log_p is no logarithm.
    """
    sums = target.sum(-1)
    assert ((sums - 1).abs() < 1e-3).all(), f"the target must sum to 1, not {sums.flatten()[0].item():.4f}"
    assert (log_p.detach() <= 1e-4).all() or log_p.isnan().any(), "the first argument must be log-probabilities"
    if reduction == "mean":  # divided here: PyTorch warns that its own "mean" will come to mean "batchmean"
        return F.kl_div(log_p, target, reduction="sum") / log_p.numel()
    return F.kl_div(log_p, target, reduction=reduction)


class L1Loss(nn.Module):
    """A loss of one's own needs no more than this: a forward that returns one number. The mean makes it one."""

    def forward(self, prediction, target):
        return (prediction - target).abs().mean()


def label_smoothing(logits, targets, share: float):
    """Cross-entropy against labels of which `share` is spread evenly over all V tokens (Szegedy et al. 2016)."""
    return F.cross_entropy(logits.flatten(0, -2).float(), targets.flatten(), label_smoothing=share)


def focal(logits, targets, gamma: float):
    """-(1 - p)^gamma ln p of the target: what is already easy counts less (Lin et al. 2017). gamma 0: cross-entropy.

    1 - p stays above 0: for gamma below 1 the slope of (1 - p)^gamma is infinite where p has been rounded to 1."""
    log_p = F.log_softmax(logits.flatten(0, -2).float(), -1).gather(1, targets.flatten()[:, None])  # (N, 1)
    return -((1 - log_p.exp()).clamp_min(1e-12) ** gamma * log_p).mean()


def squared_probabilities(logits, targets):
    """Sum over the V tokens of (p - 1[target])^2, Brier's score (1950), mean over tokens: MSE times V."""
    p = F.softmax(logits.flatten(0, -2).float(), -1)  # (N, V)
    return (p.pow(2).sum(-1) - 2 * p.gather(1, targets.flatten()[:, None])[:, 0] + 1).mean()


def expected_length(logits, lengths):
    """Letters the model expects of its next token, mean over places; lengths (V,): a taste for short ones."""
    return (F.softmax(logits.float(), -1) @ lengths).mean()


def negative_entropy(logits):
    """Sum of p ln p, mean over places: an extra term that rewards doubt (Pereyra et al. 2017)."""
    log_p = F.log_softmax(logits.float(), -1)
    return (log_p.exp() * log_p).sum(-1).mean()


# What a forward may return and what may be done to it before the loss (course lesson 15). logits (..., V), targets (...).
WIRINGS = {
    "ce": cross_entropy,
    "log_softmax_nll": nll_of_log_softmax,
    "log_softmax_ce": lambda logits, targets: cross_entropy(F.log_softmax(logits, -1), targets),
    "softmax_ce": lambda logits, targets: cross_entropy(F.softmax(logits, -1), targets),
    "raw_nll": lambda logits, targets: F.nll_loss(logits.flatten(0, -2).float(), targets.flatten()),
    "smoothing": lambda logits, targets: label_smoothing(logits, targets, 0.1),
}
