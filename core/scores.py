"""What the attention of a model does with its scores: how large they are, how spread the attention is, who was right
about √d (course lesson 11)."""

import math

import torch


@torch.no_grad()
def heads(model, x) -> list[dict]:
    """One row for each head of a Model 3 to 5 that reads x (B, T): what its scores look like.

    block, head: counted from 1. raw: std of q·k before any scale, over all pairs a token may look at. expected:
    σ_q σ_k √d_head, what the raw std would be if q and k were independent with mean 0. std: of the scores softmax
    gets (raw, times the scale). largest: their largest absolute value. entropy: of the attention of a row, divided by
    ln of the tokens it may look at (1: looks everywhere equally), mean over rows with at least two. top: the largest
    weight of a row, mean over the same rows. All in float64 on the CPU, since not every device has it.
    """
    rows = []
    for number, (attention, seen) in enumerate(zip(*_inputs(model, x), strict=True), 1):
        q, k, _ = attention.project(seen)  # (B, H, T, d)
        T, d = q.shape[-2:]
        past = torch.ones(T, T, dtype=torch.bool).tril()
        raw = (q.float() @ k.float().transpose(-1, -2)).cpu().double()  # (B, H, T, T)
        scores = raw * attention.scale
        p = scores.masked_fill(~past, -math.inf).softmax(-1)
        uniform = torch.arange(1, T + 1, dtype=torch.float64).log()  # (T,) ln of how many it may look at
        entropy = torch.special.entr(p).sum(-1)[..., 1:] / uniform[1:]  # (B, H, T - 1)
        for h in range(q.shape[1]):
            allowed, given = raw[:, h][:, past], scores[:, h][:, past]
            rows.append(
                {
                    "block": number,
                    "head": h + 1,
                    "raw": allowed.std().item(),
                    "expected": (q[:, h].cpu().double().std() * k[:, h].cpu().double().std()).item() * math.sqrt(d),
                    "std": given.std().item(),
                    "largest": given.abs().max().item(),
                    "entropy": entropy[:, h].mean().item(),
                    "top": p[:, h, 1:].amax(-1).mean().item(),
                }
            )
    return rows


def _inputs(model, x) -> tuple[list, list]:
    """(attention modules, what each of them reads), in order, when the model reads x."""
    modules = [block.attn for block in model.h] if hasattr(model, "h") else [model.attn]
    seen = []
    hooks = [m.register_forward_pre_hook(lambda _, args: seen.append(args[0])) for m in modules]
    try:
        model(x)
    finally:
        for hook in hooks:
            hook.remove()
    return modules, seen
