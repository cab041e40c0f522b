"""How weights start. Every draw comes from a generator that is handed in, so equal seeds mean equal networks."""

import math

import torch
from torch import nn


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


@torch.no_grad()
def zeros(model: nn.Module, generator=None) -> None:
    """Every weight 0: a network that cannot tell its neurons apart and never learns to."""
    for parameter in model.parameters():
        parameter.zero_()


SCHEMES = {"course": torch_default, "gpt2": gpt2, "zeros": zeros}
