"""How much of a mini-batch gradient is signal: mean direction against scatter, from independent batches (lesson 18)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """draws: how many gradients were read. signal: |E g|^2, unbiased. noise: E |g - E g|^2. cosine: mean over all pairs
    of two gradients. snr: signal over noise; below 0 where the draws are too few to tell the signal from none."""

    draws: int
    signal: float
    noise: float
    cosine: float

    @property
    def snr(self) -> float:
        return self.signal / self.noise if self.noise else float("inf")


class Meter:
    """Reads gradients one by one and keeps sums only, so that any number of them fits into memory."""

    def __init__(self):
        self.count, self.sum, self.directions, self.power = 0, 0.0, 0.0, 0.0

    def add(self, gradient) -> None:
        """gradient: tensor (P,), of a batch independent of all before."""
        gradient = gradient.cpu().double()
        power = gradient.square().sum().item()
        self.count += 1
        self.sum = self.sum + gradient
        self.directions = self.directions + gradient / max(power, 1e-300) ** 0.5
        self.power += power

    def read(self) -> Reading:
        """At least two gradients are needed. |sum g|^2 holds n(n - 1) products of independent gradients, each with mean
        |E g|^2, and n squares; what the squares exceed the products by is the scatter."""
        n = self.count
        assert n > 1, n
        pairs = n * (n - 1)
        signal = (self.sum.square().sum().item() - self.power) / pairs
        cosine = (self.directions.square().sum().item() - n) / pairs
        return Reading(n, signal, self.power / n - signal, cosine)


def gradient(model, loss):
    """The gradient of `loss` by every parameter of `model`, laid out in one row (P,)."""
    import torch

    weights = [p for p in model.parameters() if p.requires_grad]
    parts = torch.autograd.grad(loss, weights, allow_unused=True)
    return torch.cat(
        [w.new_zeros(w.numel()) if g is None else g.flatten() for w, g in zip(weights, parts, strict=True)]
    )
