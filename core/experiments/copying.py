"""Copy an embedding in four ways: who owns the memory? Freeze one in three ways: what moves? (Course lesson 7.)"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import transplant
from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

WAYS = ("copy_", "alias", "assign", "late")
FREEZES = ("off", "none", "zero")


@dataclass(frozen=True)
class Config:
    """A donor and a model, each an embedding and a head of `vocabulary` x `width`; AdamW steps on random targets."""

    experiment: ClassVar[str] = "copying"
    vocabulary: int = knob(20, low=2, high=60_000)
    width: int = knob(8, low=1, high=1024)
    lr: float = knob(0.1, low=0.0, high=10.0)
    weight_decay: float = knob(0.5, low=0.0, high=10.0)
    updates: int = knob(1, low=0, high=100)
    seed: int = knob(0, low=0, high=10_000)


def hand_over(way: str, model, donor, build_optimizer):
    """Give `model` the donor's embedding and return the optimizer.

    copy_: the numbers, into the model's own memory. alias: `model.wte.weight.data = donor.wte.weight.data`, the donor's
    memory. assign: `model.wte.weight = donor.wte.weight`, the donor's Parameter itself. late: a new Parameter, but
    after the optimizer was built, which goes on holding the old one.
    """
    import torch
    from torch import nn

    if way == "copy_":
        transplant.copy_rows(model.wte.weight, donor.wte.weight.detach())
    elif way == "alias":
        model.wte.weight.data = donor.wte.weight.data
    elif way == "assign":
        model.wte.weight = donor.wte.weight
    optimizer = build_optimizer(model)
    if way == "late":
        with torch.no_grad():
            model.wte.weight = nn.Parameter(donor.wte.weight.clone())
    return optimizer


def update(model, optimizer, ids, targets) -> None:
    """One step of training on tokens `ids` (n,) with next tokens `targets` (n,)."""
    from torch.nn import functional as F

    optimizer.zero_grad(set_to_none=True)
    F.cross_entropy(model(ids), targets).backward()
    optimizer.step()


def held_by(optimizer, parameter) -> bool:
    """Whether this optimizer will move this Parameter: they are compared by identity, never by value."""
    return any(p is parameter for group in optimizer.param_groups for p in group["params"])


def frozen_row(way: str, config: Config) -> tuple[float, float]:
    """(largest change, factor of the length) of an embedding after the steps, when it is frozen by: off,
    requires_grad=False; none, a gradient of None; zero, a gradient of zeros."""
    import torch

    from core import optimizers, rng
    from core.models import Model1

    model = Model1(config.vocabulary, config.width)
    transplant.copy_rows(
        model.wte.weight, torch.randn(model.wte.weight.shape, generator=rng.stream(config.seed, "init"))
    )
    before = model.wte.weight.detach().clone()
    model.wte.weight.requires_grad_(way != "off")
    optimizer = optimizers.build("adamw", model.parameters(), lr=config.lr, weight_decay=config.weight_decay)
    ids = torch.arange(config.vocabulary)
    for _ in range(config.updates):
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(model(ids), ids.roll(1)).backward()
        if way == "none":
            model.wte.weight.grad = None
        elif way == "zero":
            model.wte.weight.grad.zero_()
        optimizer.step()
    now = model.wte.weight.detach()
    return (now - before).abs().max().item(), (now.norm() / before.norm()).item()


def through_a_frozen_layer() -> float:
    """Largest gradient that reaches an embedding whose only way to the loss is a frozen layer."""
    import torch

    from core import rng
    from core.models import Model1

    model = Model1(5, 4)
    generator = rng.stream(0, "init")
    for p in model.parameters():
        transplant.copy_rows(p, torch.randn(p.shape, generator=generator))
    model.lm_head.weight.requires_grad_(False)
    torch.nn.functional.cross_entropy(model(torch.arange(5)), torch.arange(5)).backward()
    assert model.lm_head.weight.grad is None
    return model.wte.weight.grad.abs().max().item()


def lookup_gap(config: Config) -> float:
    """Largest difference between the embeddings of one token after two different tokens."""
    import torch

    from core import initializers, rng
    from core.models import Model1

    model = Model1(config.vocabulary, config.width)
    initializers.torch_default(model, rng.stream(config.seed, "init"))
    first, second = model.wte(torch.tensor([[0, 1], [1, 1]]))[:, 1]
    return (first - second).abs().max().item()


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Table "ways": way, shared (same address as the donor), difference (model minus donor before training, the
    course's test), donor_change and model_change (largest, after the steps), held (does the optimizer hold the model's
    Parameter). Table "freezes": way, change, factor. Metrics: the same as "<way>_<column>", and "passes", the largest
    gradient that goes through a frozen layer to the one before it, and "lookup_gap"."""
    import torch

    from core import initializers, optimizers, rng
    from core.models import Model1

    def fresh(purpose):
        model = Model1(config.vocabulary, config.width)
        initializers.torch_default(model, rng.stream(config.seed, purpose))
        return model

    yield Started(config.updates, {"numbers": config.vocabulary * config.width})
    columns = {n: [] for n in ("way", "shared", "difference", "donor_change", "model_change", "held")}
    ids = torch.arange(config.vocabulary)
    for way in WAYS:
        model, donor = fresh("init"), fresh("noise")
        optimizer = hand_over(
            way,
            model,
            donor,
            lambda m: optimizers.build("adamw", m.parameters(), lr=config.lr, weight_decay=config.weight_decay),
        )
        given = donor.wte.weight.detach().clone()
        row = {
            "shared": model.wte.weight.data_ptr() == donor.wte.weight.data_ptr(),
            "difference": (model.wte.weight - donor.wte.weight).abs().max().item(),
            "held": held_by(optimizer, model.wte.weight),
        }
        for _ in range(config.updates):
            update(model, optimizer, ids, ids.roll(1))
        row["donor_change"] = (donor.wte.weight.detach() - given).abs().max().item()
        row["model_change"] = (model.wte.weight.detach() - given).abs().max().item()
        columns["way"].append(way)
        for name, value in row.items():
            columns[name].append(value)
            yield Metric(config.updates, f"{way}_{name}", float(value))
    yield Table(config.updates, "ways", columns)
    columns = {n: [] for n in ("way", "change", "factor")}
    for way in FREEZES:
        row = dict(zip(("change", "factor"), frozen_row(way, config), strict=True))
        columns["way"].append(way)
        for name, value in row.items():
            columns[name].append(value)
            yield Metric(config.updates, f"{way}_{name}", value)
    yield Table(config.updates, "freezes", columns)
    yield Metric(config.updates, "passes", through_a_frozen_layer())
    yield Metric(config.updates, "lookup_gap", lookup_gap(config))
    yield Finished(config.updates, "done")


EXPERIMENT = Experiment("copying", 1, Config, run, lane="express")
