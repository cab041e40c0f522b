"""How many operations a training step takes: PyTorch's counter against two formulas (course lesson 20)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started
from core.experiment import Experiment, knob


@dataclass(frozen=True)
class Config:
    experiment: ClassVar[str] = "flop_count"
    vocabulary: int = knob(50_257, low=16, high=200_000)
    width: int = knob(768, low=8, high=8192)
    blocks: int = knob(12, low=1, high=96)
    heads: int = knob(12, low=1, high=96)
    context: int = knob(1024, low=2, high=8192)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0, operations for each token: counted (torch's FlopCounterMode, forward and backward of one window),
    formula (step_costs.flops_per_token), blocks, head, attention (its parts), course (N·L²·d of a
    sequence, N blocks, L = T); ratio (counted / formula).

    The tensors are on the "meta" device: shapes without numbers, so that any size is counted at once. And attention is
    its textbook form: the counter knows nothing of the fused CPU kernel, and would report less."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from core import losses, step_costs
    from core.models import Model5

    yield Started(0)
    with torch.device("meta"):
        model = Model5(
            config.vocabulary,
            config.width,
            config.context,
            blocks=config.blocks,
            heads=config.heads,
            backend="math",
        )
        ids = torch.zeros(1, config.context, dtype=torch.long)
    with FlopCounterMode(display=False) as counter:
        losses.cross_entropy(model(ids), ids).backward()
    counted = counter.get_total_flops() / config.context
    shape = step_costs.Shape(config.width, config.blocks, config.vocabulary, config.context)
    parts = step_costs.flops_per_token(shape)
    formula = sum(parts.values())
    course = config.blocks * config.context**2 * config.width / config.context
    for name, value in {"counted": counted, "formula": formula, **parts, "course": course}.items():
        yield Metric(0, name, float(value))
    yield Metric(0, "ratio", counted / formula)
    yield Finished(0, "done")


EXPERIMENT = Experiment("flop_count", 1, Config, run, lane="express")
