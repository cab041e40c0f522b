"""Is the output layer the embedding itself? What that sentence can mean in torch, and what a move leaves of it."""

import copy

import torch
from torch import nn

from core.problem import Problem

MOMENTS = ("built", "moved", "copied", "loaded")


def storages(model: nn.Module) -> int:
    """How many different pieces of memory the parameters of `model` occupy."""
    return len({p.untyped_storage().data_ptr() for p in model.parameters()})


def moved(model: nn.Module) -> nn.Module:
    """`model` after a move that changes every tensor and no value: to another number format and back, the code path of a
    move to a GPU. One Parameter under two names stays one; two Parameters over one memory become two memories.
    It begins on the CPU, since not every device has float64."""
    return model.cpu().to(torch.float64).to(torch.float32)


def head_first(model: nn.Module) -> nn.Module:
    """`model` with its head registered before everything else: then `apply` visits it first."""
    for name in [n for n in model._modules if n != "lm_head"]:
        model._modules[name] = model._modules.pop(name)
    return model


def shared(model: nn.Module) -> bool:
    """Do the head and the embedding occupy one memory?"""
    return model.lm_head.weight.untyped_storage().data_ptr() == model.wte.weight.untyped_storage().data_ptr()


def gap(model: nn.Module) -> float:
    """‖head − embedding‖ / ‖embedding‖: 0 while they are one matrix, 1.41 for two strangers of equal size."""
    head, embedding = (w.detach().cpu().double() for w in (model.lm_head.weight, model.wte.weight))
    return ((head - embedding).norm() / embedding.norm().clamp_min(1e-30)).item()


def load(model: nn.Module, state: dict) -> None:
    """Load `state` into a tied `model`. Raises Problem("matrices_differ", gap) where it holds two different matrices for
    the one there is: torch alone would keep the last and say nothing."""
    head, embedding = (state[f"{name}.weight"].cpu().double() for name in ("lm_head", "wte"))
    if shared(model) and not torch.equal(head, embedding):
        distance = ((head - embedding).norm() / embedding.norm().clamp_min(1e-30)).item()
        raise Problem("matrices_differ", gap=float(f"{distance:.3g}"))
    model.load_state_dict(state)


def audit(model: nn.Module, fresh: nn.Module) -> dict[str, float]:
    """What five questions find: same (one Parameter?), counted (numbers an optimizer sees), matrices in memory (1 or 2)
    as built, after a move, after a deep copy, and in `fresh`, a model of the same kind that loads its state."""
    fresh.load_state_dict(model.state_dict())
    models = {"built": model, "moved": moved(copy.deepcopy(model)), "copied": copy.deepcopy(model), "loaded": fresh}
    facts = {"same": float(model.lm_head.weight is model.wte.weight)}
    facts["counted"] = float(sum(p.numel() for p in model.parameters()))
    return facts | {moment: float(1 if shared(one) else 2) for moment, one in models.items()}
