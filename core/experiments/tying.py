"""Three ways to tie the output layer to the embedding, and which of them survives `.to(device)` (course lesson 8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

WAYS = ("same", "course", "untied")


@dataclass(frozen=True)
class Config:
    """An embedding and a bias-free output layer of `vocabulary` x `width`; one AdamW step with a gradient of zero."""

    experiment: ClassVar[str] = "tying"
    vocabulary: int = knob(50, low=2, high=60_000)
    width: int = knob(8, low=1, high=1024)
    lr: float = knob(0.1, low=0.0, high=10.0)
    weight_decay: float = knob(0.5, low=0.0, high=10.0)


def pair(way: str, vocabulary: int, width: int):
    """An nn.ModuleDict {embedding, head}. same: one Parameter under two names. course: `nn.Parameter(embedding.weight)`,
    a second Parameter over the same memory. untied: two of everything."""
    from torch import nn

    embedding, head = nn.Embedding(vocabulary, width), nn.Linear(width, vocabulary, bias=False)
    if way == "same":
        head.weight = embedding.weight
    elif way == "course":
        head.weight = nn.Parameter(embedding.weight)
    return nn.ModuleDict({"embedding": embedding, "head": head})


def decayed(model, lr: float, weight_decay: float) -> float:
    """What one AdamW step without any gradient leaves of the embedding: 1 - lr·wd where it is updated once."""
    import torch

    before = model["embedding"].weight.detach().clone()
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay, foreach=False)
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    optimizer.step()
    return (model["embedding"].weight.detach().norm() / before.norm()).item()


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Table "ways": way, parameters (what an optimizer gets), storages before, after a move to another dtype (the same
    code path as a move to a GPU) and after copy.deepcopy, trained numbers after the move, decay (factor of one step).
    Metrics: the same, as "<way>_<column>"."""
    import copy

    import torch

    from core.tied import storages

    yield Started(0)
    columns = {name: [] for name in ("way", "parameters", "before", "moved", "copied", "numbers", "decay")}
    for way in WAYS:
        model = pair(way, config.vocabulary, config.width)
        moved = pair(way, config.vocabulary, config.width).to(torch.float64)
        row = {
            "way": way,
            "parameters": len(list(model.parameters())),
            "before": storages(model),
            "moved": storages(moved),
            "copied": storages(copy.deepcopy(model)),
            "numbers": storages(moved) * config.vocabulary * config.width,
            "decay": decayed(model, config.lr, config.weight_decay),
        }
        for name, value in row.items():
            columns[name].append(value)
            if name != "way":
                yield Metric(0, f"{way}_{name}", float(value))
    yield Table(0, "ways", columns)
    yield Finished(0, "done")


EXPERIMENT = Experiment("tying", 1, Config, run, lane="express")
