"""How weights start. Every draw comes from a generator that is handed in, so equal seeds mean equal networks."""

import math

import torch
from torch import nn

from core import spreads


@torch.no_grad()
def torch_default(model: nn.Module, generator, *, std: float = 1.0) -> None:
    """PyTorch's own scheme, drawn from `generator`: embeddings N(0, std), Linear U(±1/sqrt(fan_in)) with its bias alike.

    With std 1 this is the course's initialisation (lessons 5 and 8). A tied head takes the embedding's values.
    """
    for module in model.modules():
        if isinstance(module, nn.LayerNorm):
            module.reset_parameters()
        elif isinstance(module, nn.Linear):
            bound = 1 / math.sqrt(module.in_features)
            module.weight.uniform_(-bound, bound, generator=generator)
            if module.bias is not None:
                module.bias.uniform_(-bound, bound, generator=generator)
    for module in model.modules():  # after the Linears: a tied head must end with the embedding's values
        if isinstance(module, nn.Embedding):
            module.weight.normal_(0, std, generator=generator)


@torch.no_grad()
def gpt2(model: nn.Module, generator, *, std: float = 0.02, embedding_std: float | None = None) -> None:
    """GPT-2's scheme: everything N(0, std), biases 0, the projections into the residual stream N(0, std/sqrt(2 blocks)).

    embedding_std: another spread for the two embeddings (and a tied head).
    """
    blocks = len(getattr(model, "h", [])) or 1
    for name, module in model.named_modules():
        if isinstance(module, nn.LayerNorm):
            module.reset_parameters()
        elif isinstance(module, nn.Linear):
            spread = std / math.sqrt(2 * blocks) if name.endswith("c_proj") else std
            module.weight.normal_(0, spread, generator=generator)
            if module.bias is not None:
                module.bias.zero_()
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            module.weight.normal_(0, std if embedding_std is None else embedding_std, generator=generator)


def by_visit(
    model: nn.Module,
    generator,
    *,
    std: float = 0.02,
    embeddings: str = "xavier_normal",
    embedding_std: float = 0.02,
    position_std: float = 0.0,
) -> None:
    """Course lesson 13's way: `model.apply` shows every module to one function, which looks at its type.

    Linear N(0, std), bias 0; Embedding Xavier normal, "normal" N(0, embedding_std) or "pytorch" N(0, 1); `position_std`
    above 0: the positions N(0, position_std) instead. `apply` visits modules as they were registered. A matrix that two
    modules share is filled twice, and keeps what the last visitor left.
    """

    @torch.no_grad()
    def visit(module):
        if isinstance(module, nn.Linear):
            module.weight.normal_(0, std, generator=generator)
            if module.bias is not None:
                module.bias.zero_()
        elif isinstance(module, nn.Embedding):
            if module is getattr(model, "wpe", None) and position_std > 0:
                module.weight.normal_(0, position_std, generator=generator)
            elif embeddings == "xavier_normal":
                xavier_normal(module.weight, generator)
            else:
                module.weight.normal_(0, 1 if embeddings == "pytorch" else embedding_std, generator=generator)

    model.apply(visit)


@torch.no_grad()
def zeros(model: nn.Module, generator=None) -> None:
    """Every weight 0: a network that cannot tell its neurons apart and never learns to."""
    for parameter in model.parameters():
        parameter.zero_()


SCHEMES = {"course": torch_default, "gpt2": gpt2, "zeros": zeros}


# --- one matrix at a time: the schemes of lesson 12 -----------------------------------------------------------------
# weight (n_out, n_in), as nn.Linear keeps it. How wide each draws is said once, in core/spreads.py.


def xavier_uniform(weight, generator, *, gain: float = 1.0):
    """U(±gain·sqrt(6/(n_in + n_out))) (Glorot & Bengio 2010)."""
    n_out, n_in = weight.shape
    bound = spreads.ROOT3 * spreads.xavier(n_in, n_out, gain)
    return weight.uniform_(-bound, bound, generator=generator)


def xavier_normal(weight, generator, *, gain: float = 1.0):
    """N(0, gain²·2/(n_in + n_out))."""
    n_out, n_in = weight.shape
    return weight.normal_(0, spreads.xavier(n_in, n_out, gain), generator=generator)


def kaiming_uniform(weight, generator, *, gain: float = 1.0):
    """U(±gain·sqrt(6/n_in)), He's scheme for ReLU (He et al. 2015)."""
    n_out, n_in = weight.shape
    bound = spreads.ROOT3 * spreads.he(n_in, n_out, gain)
    return weight.uniform_(-bound, bound, generator=generator)


def kaiming_normal(weight, generator, *, gain: float = 1.0):
    """N(0, gain²·2/n_in)."""
    n_out, n_in = weight.shape
    return weight.normal_(0, spreads.he(n_in, n_out, gain), generator=generator)


def linear_default(weight, generator):
    """U(±1/sqrt(n_in)): what nn.Linear does when nobody asks."""
    bound = weight.shape[1] ** -0.5
    return weight.uniform_(-bound, bound, generator=generator)


FILLS = {
    "normal": lambda w, generator, std, gain: w.normal_(0, std, generator=generator),
    "uniform": lambda w, generator, std, gain: w.uniform_(
        -spreads.ROOT3 * std, spreads.ROOT3 * std, generator=generator
    ),
    "xavier_normal": lambda w, generator, std, gain: xavier_normal(w, generator, gain=gain),
    "xavier_uniform": lambda w, generator, std, gain: xavier_uniform(w, generator, gain=gain),
    "he_normal": lambda w, generator, std, gain: kaiming_normal(w, generator, gain=gain),
    "he_uniform": lambda w, generator, std, gain: kaiming_uniform(w, generator, gain=gain),
    "pytorch": lambda w, generator, std, gain: linear_default(w, generator),
    "constant": lambda w, generator, std, gain: w.fill_(std),
    "zeros": lambda w, generator, std, gain: w.zero_(),
}


@torch.no_grad()
def fill(
    model: nn.Module,
    generator,
    *,
    scheme: str,
    std: float = 0.02,
    gain: float = 1.0,
    embeddings: str = "same",
    bias_std: float = 0.0,
    residual_scaling: bool = False,
) -> None:
    """Every matrix of `model` by one of FILLS, LayerNorms at 1 and 0.

    embeddings: "same", the tables by that scheme too (PyTorch's own is N(0, 1) for them), or "gpt2", N(0, 0.02).
    residual_scaling: the projections into the residual stream smaller by sqrt(2 blocks), as GPT-2 does.
    """
    blocks = len(getattr(model, "h", [])) or 1
    tables = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    for name, module in model.named_modules():
        if isinstance(module, nn.LayerNorm):
            module.reset_parameters()
        elif isinstance(module, nn.Embedding):
            if embeddings == "gpt2":
                module.weight.normal_(0, 0.02, generator=generator)
            elif scheme == "pytorch":
                module.weight.normal_(0, 1, generator=generator)
            else:
                FILLS[scheme](module.weight, generator, std, gain)
        elif isinstance(module, nn.Linear):
            if id(module.weight) not in tables:  # a tied head is the embedding
                FILLS[scheme](module.weight, generator, std, gain)
                if residual_scaling and name.endswith("c_proj"):
                    module.weight.div_(math.sqrt(2 * blocks))
            if module.bias is not None:
                module.bias.normal_(0, bias_std, generator=generator) if bias_std else module.bias.zero_()
