"""Six ways to call dropout in PyTorch, in train, in eval and in train again: which of them obey? (course lesson 14)"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Sample, Started, Table
from core.experiment import Experiment, knob

STAGES = ("train", "eval", "again")
CELLS = 48  # numbers of each output that are kept for the picture
KEYS = 16  # that an attention row looks at
CODE = {  # name of a call: as it is written, in short; "attention" is F.scaled_dot_product_attention
    "module": "nn.Dropout(p)(x)",
    "bare": "F.dropout(x)",
    "p": "F.dropout(x, p)",
    "training": "F.dropout(x, p, self.training)",
    "attention": "attention(…, dropout_p=p)",
    "attention_training": "attention(…, p if self.training else 0)",
}


@dataclass(frozen=True)
class Config:
    """p: probability of dropping. n: numbers that go in (for attention n weights, KEYS in a row). forget: after eval(),
    train() is not called again."""

    experiment: ClassVar[str] = "dropout_calls"
    p: float = knob(0.2, low=0.0, high=1.0)
    n: int = knob(1000, low=16, high=100_000)
    forget: bool = knob(False)
    seed: int = knob(0, low=0, high=10_000)


def attend(x, dropout_p: float):
    """Attention whose output is its own weights: queries x (n/KEYS, KEYS), keys and values the identity. A weight is
    never 0 by itself, so every 0 was dropped."""
    import torch
    from torch.nn import functional as F

    one = torch.eye(KEYS)[None]  # (1, KEYS, KEYS)
    return F.scaled_dot_product_attention(x.view(1, -1, KEYS), one, one, dropout_p=dropout_p).flatten()


def calls(model, p: float) -> dict:
    """{name: function of x (n,)}: the calls of CODE as they stand in the forward of `model`, which has a `drop`."""
    from torch.nn import functional as F

    return {
        "module": lambda x: model.drop(x),
        "bare": lambda x: F.dropout(x),
        "p": lambda x: F.dropout(x, p),
        "training": lambda x: F.dropout(x, p, training=model.training),
        "attention": lambda x: attend(x, p),
        "attention_training": lambda x: attend(x, p if model.training else 0.0),
    }


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Tables at step 0: obedience (call, stage, zeros: share of the output that is 0; difference: largest difference of
    two passes of the same input), outputs (call, stage, place, value: the first CELLS numbers).
    Metrics: <call>_<stage>, the share of zeros, and <call>_<stage>_difference.
    Sample "p = 1.1": PyTorch's answer to a p that is no probability."""
    import torch
    from torch import nn

    from core import rng

    yield Started(0)
    size = config.n - config.n % KEYS
    x = torch.randn(size, generator=rng.stream(config.seed, "noise"))
    model = nn.Module()
    model.drop = nn.Dropout(config.p)
    table = {"call": [], "stage": [], "zeros": [], "difference": []}
    outputs = {"call": [], "stage": [], "place": [], "value": []}
    torch.manual_seed(rng.key(config.seed, "dropout"))
    for stage in STAGES:
        if stage == "eval":
            model.eval()
        elif stage == "train" or not config.forget:
            model.train()
        for name, call in calls(model, config.p).items():
            first, second = call(x), call(x)
            zeros, gap = (first == 0).double().mean().item(), (first - second).abs().max().item()
            for column, value in zip(table.values(), (name, stage, zeros, gap), strict=True):
                column.append(value)
            outputs["call"] += [name] * CELLS
            outputs["stage"] += [stage] * CELLS
            outputs["place"] += list(range(1, CELLS + 1))
            outputs["value"] += [round(v, 4) for v in first[:CELLS].tolist()]
            yield Metric(0, f"{name}_{stage}", zeros)
            yield Metric(0, f"{name}_{stage}_difference", gap)
    yield Table(0, "obedience", table)
    yield Table(0, "outputs", outputs)
    yield Sample(0, "p = 1.1", "nn.Dropout(1.1)", refusal(1.1))
    yield Finished(0, "done")


def refusal(p: float) -> str:
    """What PyTorch says to this p; "–" where it takes it."""
    from torch import nn

    try:
        nn.Dropout(p)
    except ValueError as error:
        return f"ValueError: {error}"
    return "–"


EXPERIMENT = Experiment("dropout_calls", 1, Config, run, lane="express")
