"""KL to a target, taken apart on random numbers: which forms are equal, which are traps, what an untrained model pays."""

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started
from core.experiment import Experiment, knob


@dataclass(frozen=True)
class Config:
    """`vocabulary` tokens of which `set_size` are liked. width 0: no model, only the loss forms."""

    experiment: ClassVar[str] = "kl_forms"
    vocabulary: int = knob(2000, low=10, high=60_000)
    set_size: int = knob(18, low=1, high=60_000)
    width: int = knob(0, low=0, high=768)
    blocks: int = knob(2, low=1, high=12)
    heads: int = knob(4, low=1, high=12)
    rows: int = knob(4, low=1, high=64)
    context: int = knob(256, low=8, high=256)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0: gradient_gap (KL against soft-label cross-entropy), entropy_gap (their losses differ by H(Q)),
    entropy, swapped and probabilities (the two ways to call PyTorch's kl_div wrongly), reduction_ratio (batchmean over
    mean), uniform (KL of a model that knows nothing, ln(V/K)); with a width also start_kl and p_repeat of an untrained
    Model 5 in the course's initialisation, on random tokens at the last position (course lesson 10)."""
    import torch
    from torch.nn import functional as F

    from core import rng
    from core.losses import kl_to_target

    yield Started(0)
    V, K = config.vocabulary, min(config.set_size, config.vocabulary)
    draw = rng.stream(config.seed, "noise")
    liked = torch.randperm(V, generator=draw)[:K]
    q = torch.zeros(V)
    q[liked] = 1 / K
    logits = torch.randn(config.rows, V, generator=draw)

    def gradient(loss):
        z = logits.clone().requires_grad_()
        value = loss(z)
        value.backward()
        return z.grad, value.item()

    rows_q = q.expand(config.rows, V)
    by_kl, kl = gradient(lambda z: kl_to_target(F.log_softmax(z, -1), rows_q))
    by_ce, ce = gradient(lambda z: F.cross_entropy(z, rows_q))
    log_p, p = F.log_softmax(logits, -1), F.softmax(logits, -1)
    swapped = F.kl_div(rows_q, p.log(), reduction="batchmean")  # the two arguments exchanged: the logarithms give nan
    as_probabilities = F.kl_div(p, rows_q, reduction="batchmean")
    with warnings.catch_warnings(action="ignore"):  # PyTorch warns of "mean": that trap is what is measured here
        ratio = F.kl_div(log_p, rows_q, reduction="batchmean") / F.kl_div(log_p, rows_q, reduction="mean")
    numbers = {
        "gradient_gap": (by_kl - by_ce).abs().max().item(),
        "entropy_gap": ce - kl,
        "entropy": math.log(K),
        "swapped": swapped.item(),
        "probabilities": as_probabilities.item(),
        "reduction_ratio": ratio.item(),
        "uniform": math.log(V / K),
    }
    if config.width:
        numbers |= _untrained(config, liked, q)
    for name, value in numbers.items():
        yield Metric(0, name, value)
    yield Finished(0, "done")


def _untrained(config: Config, liked, q) -> dict[str, float]:
    """An untrained Model 5 in the course's initialisation reads random tokens: KL to Q and P(own token), last position."""
    import torch
    from torch.nn import functional as F

    from core import initializers, rng
    from core.losses import kl_to_target
    from core.models import Model5

    shape = {"blocks": config.blocks, "heads": config.heads, "divide_logits": True}  # as the course's forward does
    model = Model5(config.vocabulary, config.width, config.context, **shape).eval()
    initializers.torch_default(model, rng.stream(config.seed, "init"))
    x = torch.randint(config.vocabulary, (config.rows, config.context), generator=rng.stream(config.seed, "eval"))
    with torch.no_grad():
        log_p = F.log_softmax(model(x)[:, -1].float(), -1)
    own = log_p.exp().gather(1, x[:, -1:]).mean().item()
    return {"start_kl": kl_to_target(log_p, q.expand_as(log_p)).item(), "p_repeat": own}


EXPERIMENT = Experiment("kl_forms", 1, Config, run, lane="express")
