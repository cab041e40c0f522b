"""What the last layer and its loss cost in time and bytes, by what forward returns, on this machine (course lesson 15)."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

ROUNDS = 5  # times each form runs, in turn with the others
FORMS = ("ce", "log_softmax_nll", "log_softmax_ce", "chunked")
CHUNKS = (8, 32, 128, 512, 2048)


@dataclass(frozen=True)
class Config:
    """tokens: of one batch, B · T. chunk: of them whose logits exist at a time, in the chunked form."""

    experiment: ClassVar[str] = "output_cost"
    tokens: int = knob(1024, low=1, high=65_536)
    vocabulary: int = knob(2048, low=2, high=60_000)
    width: int = knob(64, low=1, high=2048)
    chunk: int = knob(128, low=1, high=65_536)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0: <form>_seconds (median of forward and backward of head and loss), <form>_bytes (most that was
    alive at once beyond what stood before); ratio (log_softmax_ce over ce in time, median of the rounds), value_gap,
    hidden_gap, weight_gap (chunked against ce: the loss, and the two gradients relative to their largest entry).
    Tables: forms (form, seconds, low, high, bytes), chunks (chunk, seconds, bytes, gap)."""
    import torch

    from core import memory, rng, timing

    yield Started(0, {"logit_bytes": 4 * config.tokens * config.vocabulary})
    draw = rng.stream(config.seed, "data")
    hidden = torch.randn(config.tokens, config.width, generator=draw).requires_grad_()
    weight = (torch.randn(config.vocabulary, config.width, generator=draw) * config.width**-0.5).requires_grad_()
    targets = torch.randint(config.vocabulary, (config.tokens,), generator=draw)

    def step(form, chunk=config.chunk):
        value = loss(form, hidden, weight, targets, chunk)
        value.backward()
        found = value.item(), hidden.grad, weight.grad
        hidden.grad = weight.grad = None
        return found

    *_, taken = timing.interleaved({form: partial(step, form) for form in FORMS}, ROUNDS, seed=config.seed)
    columns = {"form": [], "seconds": [], "low": [], "high": [], "bytes": []}
    for form in FORMS:
        seconds = sorted(taken[form])
        middle, alive = statistics.median(seconds), memory.allocated(partial(step, form))
        row = (form, middle, seconds[1], seconds[-2], alive)
        for name, value in zip(columns, row, strict=True):
            columns[name].append(value)
        yield Metric(0, f"{form}_seconds", middle)
        yield Metric(0, f"{form}_bytes", float(alive))
    yield Table(0, "forms", columns)
    yield Metric(
        0, "ratio", statistics.median(a / b for a, b in zip(taken["log_softmax_ce"], taken["ce"], strict=True))
    )
    whole = step("ce")
    for name, gap in zip(("value_gap", "hidden_gap", "weight_gap"), gaps(whole, step("chunked")), strict=True):
        yield Metric(0, name, gap)
    columns = {"chunk": [], "seconds": [], "bytes": [], "gap": []}
    sizes = {c: partial(step, "chunked", c) for c in sorted({c for c in CHUNKS if c < config.tokens} | {config.tokens})}
    *_, taken = timing.interleaved(sizes, 3, seed=config.seed)
    for chunk, act in sizes.items():
        row = (chunk, statistics.median(taken[chunk]), memory.allocated(act), max(gaps(whole, act())))
        for name, value in zip(columns, row, strict=True):
            columns[name].append(value)
    yield Table(0, "chunks", columns)
    yield Finished(0, "done")


def loss(form: str, hidden, weight, targets, chunk: int):
    from core import chunked_loss, losses

    if form == "chunked":
        return chunked_loss.chunked_cross_entropy(hidden, weight, targets, chunk)
    return losses.WIRINGS[form](hidden @ weight.T, targets)


def gaps(one, other) -> tuple[float, float, float]:
    """Difference of two (loss, gradient, gradient): of the losses, and of the gradients relative to their largest entry."""
    value = abs(one[0] - other[0])
    return value, *(((a - b).abs().max() / a.abs().max()).item() for a, b in zip(one[1:], other[1:], strict=True))


EXPERIMENT = Experiment("output_cost", 1, Config, run, lane="alone", machine=True)
