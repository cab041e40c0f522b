"""LayerNorm's gain γ and shift β: where they stand in a model, what they do to a signal, and why their size alone says
nothing (course lesson 11)."""

import torch


def norms(model) -> list[tuple[str, object, object]]:
    """(name, LayerNorm, the Linear that reads its output) of every block of a Model 4 or 5, "1.ln_1" and so on.

    The final ln_f is left out: with a tied head its reader is the embedding itself, which cannot be divided without
    changing the input too.
    """
    found = []
    for number, block in enumerate(model.h, 1):
        found.append((f"{number}.ln_1", block.ln_1, block.attn.c_attn))
        found.append((f"{number}.ln_2", block.ln_2, block.mlp.c_fc))
    return found


@torch.no_grad()
def rescale(model, factor: float, *, shift: bool = True, reader: bool = True) -> None:
    """γ times `factor` in every block; with `shift` β too; with `reader` the next weights divided by it. All three
    together leave the network as it was: W/c (c·γ·z + c·β) + b = W (γ·z + β) + b. The reader's bias stays."""
    for _, norm, linear in norms(model):
        norm.weight.mul_(factor)
        if shift:
            norm.bias.mul_(factor)
        if reader:
            linear.weight.div_(factor)


@torch.no_grad()
def set_gain(model, gain: float) -> None:
    """Every γ_i becomes exactly `gain`, nothing else changes: β_i and column i of the next weights make up for it."""
    for _, norm, linear in norms(model):
        factor = gain / norm.weight  # (C,)
        norm.bias.mul_(factor)
        linear.weight.div_(factor)  # (out, C) by columns
        norm.weight.fill_(gain)


@torch.no_grad()
def flow(model, x) -> list[dict]:
    """For every norm, ln_f included, while the model reads x (B, T): mean and std of γ and β, and the std of what comes
    in (before) and what goes out (after)."""
    named = [(name, norm) for name, norm, _ in norms(model)] + [("ln_f", model.ln_f)]
    seen = {}
    hooks = [
        norm.register_forward_hook(lambda _, args, out, name=name: seen.update({name: (args[0].std(), out.std())}))
        for name, norm in named
    ]
    try:
        model(x)
    finally:
        for hook in hooks:
            hook.remove()
    return [
        {
            "norm": name,
            "gain": norm.weight.mean().item(),
            "gain_std": norm.weight.std().item(),
            "shift": norm.bias.mean().item(),
            "shift_std": norm.bias.std().item(),
            "before": seen[name][0].item(),
            "after": seen[name][1].item(),
        }
        for name, norm in named
    ]
