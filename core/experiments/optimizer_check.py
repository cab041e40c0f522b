"""The optimizers written out here, held against torch's own: how far apart, and where AdamW decays (lesson 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started
from core.experiment import Experiment, knob


@dataclass(frozen=True)
class Config:
    """`gradients` random gradients of very different size for 50 float64 weights."""

    experiment: ClassVar[str] = "optimizer_check"
    lr: float = knob(0.02, low=0.0, high=1.0)
    weight_decay: float = knob(0.5, low=0.0, high=10.0)
    gradients: int = knob(50, low=1, high=1000)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0, largest absolute difference of a weight after so many steps: adamw, adam (L2) and sgd (L2)
    written out against torch.optim; after, AdamW with the decay moved behind the step against torch.optim.AdamW.
    And what one AdamW step (lr 0.1, decay 0.5) leaves of a weight of 1 whose gradient is zero_gradient (a tensor of
    zeros) or no_gradient (None)."""
    import torch

    from core import optimizers, rng

    yield Started(0)
    lr, wd = config.lr, config.weight_decay

    def draw(step, purpose="noise"):
        return torch.randn(50, generator=rng.stream(config.seed, purpose, step), dtype=torch.float64)

    gradients = [draw(t) * 10.0 ** (t % 4 - 2) for t in range(config.gradients)]

    def by_torch(kind, **more):
        w = torch.nn.Parameter(draw(0, "init"))
        optimizer = kind([w], lr=lr, weight_decay=wd, **more)
        for g in gradients:
            w.grad = g.clone()
            optimizer.step()
        return w.detach()

    def by_hand(step):
        w, state = draw(0, "init"), {}
        for g in gradients:
            w, state = step(w, g, state)
        return w

    def behind(w, g, state):
        w, state = optimizers.adam_step(w, g, state, lr=lr)
        return w * (1 - lr * wd), state

    adamw = by_torch(torch.optim.AdamW)
    pairs = {
        "adamw": (adamw, by_hand(lambda w, g, s: optimizers.adamw_step(w, g, s, lr=lr, weight_decay=wd))),
        "adam": (by_torch(torch.optim.Adam), by_hand(lambda w, g, s: optimizers.adam_step(w, g + wd * w, s, lr=lr))),
        "sgd": (by_torch(torch.optim.SGD), by_hand(lambda w, g, s: optimizers.sgd_step(w, g + wd * w, s, lr=lr))),
        "after": (adamw, by_hand(behind)),
    }
    for name, (theirs, ours) in pairs.items():
        yield Metric(0, name, (theirs - ours).abs().max().item())
    for name, grad in (("zero_gradient", torch.zeros(1)), ("no_gradient", None)):
        w = torch.nn.Parameter(torch.ones(1))
        w.grad = grad
        torch.optim.AdamW([w], lr=0.1, weight_decay=0.5).step()
        yield Metric(0, name, w.item())
    yield Finished(0, "done")


EXPERIMENT = Experiment("optimizer_check", 1, Config, run, lane="express")
