"""The course's model at its real size, 124 million parameters: what it is before training, and what one batch costs here."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started
from core.experiment import Experiment, knob


@dataclass(frozen=True)
class Config:
    """GPT-2 small with the course's context of 256; random tokens stand in for text, which changes no timing."""

    experiment: ClassVar[str] = "full_size"
    vocabulary: int = knob(50_257, low=100, high=60_000)
    width: int = knob(768, low=8, high=1024)
    blocks: int = knob(12, low=1, high=24)
    heads: int = knob(12, low=1, high=16)
    context: int = knob(256, low=8, high=1024)
    batch: int = knob(16, low=1, high=64)
    divide_logits: bool = knob(True)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0: parameters, window_seconds (median of three forward passes of one window), batch_seconds (that
    times the batch), start_loss, own_logit, p_repeat (initialised as the course does, weights tied)."""
    import torch
    from torch.nn import functional as F

    from core import initializers, rng
    from core.models import Model5, parameters

    yield Started(0)
    assert config.width % config.heads == 0, (config.width, config.heads)
    model = Model5(
        config.vocabulary,
        config.width,
        config.context,
        blocks=config.blocks,
        heads=config.heads,
        divide_logits=config.divide_logits,
    ).eval()
    initializers.torch_default(model, rng.stream(config.seed, "init"))
    ids = torch.randint(config.vocabulary, (3, config.context + 1), generator=rng.stream(config.seed, "eval"))
    taken, losses, own, repeat = [], [], [], []
    with torch.no_grad():
        for row in ids:
            x, y = row[None, :-1], row[1:]
            began = time.perf_counter()
            logits = model(x)[0]  # (T, V)
            taken.append(time.perf_counter() - began)
            losses.append(F.cross_entropy(logits, y).item())
            mine = logits.gather(1, x[0, :, None])[:, 0]  # (T,)
            own.append(mine.mean().item())
            repeat.append((mine - logits.logsumexp(-1)).exp().mean().item())
    seconds = sorted(taken)[1]
    numbers = {
        "parameters": float(parameters(model)[0]),
        "window_seconds": seconds,
        "batch_seconds": seconds * config.batch,
        "start_loss": sum(losses) / 3,
        "own_logit": sum(own) / 3,
        "p_repeat": sum(repeat) / 3,
    }
    for name, value in numbers.items():
        yield Metric(0, name, value)
    yield Finished(0, "done")


EXPERIMENT = Experiment("full_size", 1, Config, run, lane="alone", machine=True)
