"""What grading one place saves: a step with all logits, with a slice of them, with the head on one place (lesson 18)."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob
from core.problem import Problem

ROUNDS = 11  # times every way runs, in turn with the others
WAYS = ("all", "slice", "head")


@dataclass(frozen=True)
class Config:
    """A step of Model 5 on random tokens, which cost what text costs. graded: places at the end that count."""

    experiment: ClassVar[str] = "head_cost"
    vocabulary: int = knob(2000, low=2, high=60_000)
    width: int = knob(64, low=4, high=1024)
    blocks: int = knob(2, low=1, high=24)
    heads: int = knob(4, low=1, high=16)
    context: int = knob(64, low=2, high=512)
    batch: int = knob(16, low=1, high=256)
    graded: int = knob(1, low=1, high=512)
    seed: int = knob(0, low=0, high=10_000)


def multiply_adds(config: Config) -> tuple[int, int]:
    """(body, head) multiply-adds of one token, forward: 12 d^2 a block for its matrices and 2 T d for the attention, and
    V d for the head."""
    body = config.blocks * (12 * config.width**2 + 2 * config.context * config.width)
    return body, config.vocabulary * config.width


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0: <way>_ms (median of a forward and backward pass: all places; the graded ones cut out of all
    logits, as the course does; the head on the graded places only), slice_ratio and head_ratio (median over rounds
    against "all" of the same round), spread (quartile range of "all" over its median), loss_gap (slice against head),
    head_share (of the forward multiply-adds). Table "ways": way, ms, low, high. Raises Problem("heads_do_not_divide")."""
    import torch

    from core import batches, initializers, losses, rng, timing
    from core.models import Model5

    if config.width % config.heads:
        near = config.heads * max(1, round(config.width / config.heads))
        raise Problem("heads_do_not_divide", heads=config.heads, width=config.width, near=near)
    body, head = multiply_adds(config)
    yield Started(0, {"body": body, "head": head})
    shape = {"blocks": config.blocks, "heads": config.heads}
    model = Model5(config.vocabulary, config.width, config.context, **shape)
    initializers.gpt2(model, rng.stream(config.seed, "init"))
    draw = rng.stream(config.seed, "data")
    x, y = (torch.randint(config.vocabulary, (config.batch, config.context), generator=draw) for _ in range(2))
    places = batches.graded_places(config.context, config.graded, "last", config.seed, 0)

    def value(way):
        if way == "all":
            return losses.cross_entropy(model(x), y)
        logits = model(x, places) if way == "head" else model(x)[:, places]
        return losses.cross_entropy(logits, y[:, places])

    def step(way):
        model.zero_grad(set_to_none=True)
        value(way).backward()

    *_, taken = timing.interleaved({way: partial(step, way) for way in WAYS}, ROUNDS, seed=config.seed)
    ms = {way: [1000 * seconds for seconds in column] for way, column in taken.items()}
    columns = {name: [] for name in ("way", "ms", "low", "high")}
    for way in WAYS:
        low, middle, high = timing.quartiles(ms[way])
        yield Metric(0, f"{way}_ms", middle)
        if way == "all":
            yield Metric(0, "spread", timing.noise(ms[way]))
        else:
            yield Metric(0, f"{way}_ratio", statistics.median(a / b for a, b in zip(ms[way], ms["all"], strict=True)))
        for name, number in zip(columns, (way, middle, low, high), strict=True):
            columns[name].append(number)
    yield Table(0, "ways", columns)
    with torch.no_grad():
        yield Metric(0, "loss_gap", abs(value("slice") - value("head")).item())
    yield Metric(0, "head_share", head / (body + head))
    yield Finished(0, "done")


EXPERIMENT = Experiment("head_cost", 1, Config, run, lane="alone", machine=True)
