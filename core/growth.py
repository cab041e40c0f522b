"""How a model's weights spread while it learns: std, tails, histograms and the size of one step, block by block."""

import math
import statistics

MATRICES = ("q", "k", "v", "proj", "fc", "mlp_proj")
BINS = 100  # between -5 and 5 times the std at the start: the course's 101 edges from -0.1 to 0.1 where that is 0.02
REACH = 5.0
COURSE_AXIS = 0.1


def parts(model) -> list[dict]:
    """One {matrix: weight} per block; queries, keys and values are rows of one fused matrix."""
    out = []
    for block in model.h:
        q, k, v = block.attn.c_attn.weight.detach().chunk(3)
        rest = (block.attn.c_proj.weight, block.mlp.c_fc.weight, block.mlp.c_proj.weight)
        out.append(dict(zip(MATRICES, (q, k, v, *(w.detach() for w in rest)), strict=True)))
    return out


def fused(model) -> list:
    """The QKV matrix of every block."""
    return [block.attn.c_attn.weight.detach() for block in model.h]


def kurtosis(weight) -> float:
    """Mean fourth power over the squared mean square: 3 for a normal distribution, more with longer tails."""
    w = weight.cpu().double()
    w = w - w.mean()
    return (w.pow(4).mean() / w.pow(2).mean().square().clamp_min(1e-300)).item()


def table(model, before: list | None = None) -> dict[str, list]:
    """{block, qkv, q, k, v, proj, fc, mlp_proj: std; kurtosis: mean of those of q, k and v, because of the
    three together it would rise where one alone widens; outside (share beyond the course's ±0.1): of QKV;
    update: log10(std of the last step / std of QKV)}. before: QKV of every block ahead of that step, None: no step yet."""
    rows = {name: [] for name in ("block", "qkv", *MATRICES, "kurtosis", "outside", "update")}
    for index, (named, qkv) in enumerate(zip(parts(model), fused(model), strict=True)):
        size = qkv.std().item()
        step = (qkv - before[index]).std().item() if before else 0.0
        known = {"block": index + 1, "qkv": size, "kurtosis": statistics.fmean(kurtosis(named[one]) for one in "qkv")}
        known["outside"] = (qkv.abs() > COURSE_AXIS).float().mean().item()
        known["update"] = math.log10(step / size) if step > 0 and size > 0 else None
        for name, value in (known | {name: w.std().item() for name, w in named.items()}).items():
            rows[name].append(value if name == "block" or value is None else rounded(value))
    return rows


def not_finite(model) -> tuple[str, float] | None:
    """(name, share of its numbers) of the first tensor that holds a NaN or an infinity."""
    for name, weight in model.named_parameters():
        share = 1 - weight.isfinite().cpu().double().mean().item()
        if share > 0:
            return name, share
    return None


def rounded(value: float) -> float:
    return float(f"{value:.5g}") if math.isfinite(value) else math.nan


def histograms(model, start: float) -> dict[str, list]:
    """{block, weight (middle of the bin), share (of the block's QKV weights in it)}; weights beyond ±5·start are left out
    and weights that are not finite too."""
    import torch

    edge = REACH * start
    middles = [edge * ((2 * i + 1) / BINS - 1) for i in range(BINS)]
    out = {"block": [], "weight": [], "share": []}
    for index, qkv in enumerate(fused(model), 1):
        counts = torch.histc(qkv[qkv.isfinite()].float().cpu(), BINS, -edge, edge)
        for middle, count in zip(middles, counts.tolist(), strict=True):
            if count:
                out["block"].append(index)
                out["weight"].append(round(middle / start, 3))
                out["share"].append(float(f"{count / qkv.numel():.3g}"))
    return out


def attention_entropy(model, x) -> float:
    """Mean over heads and places of a row's attention entropy over that of looking everywhere alike, 1: uniform.
    x (N, T) token ids."""
    from core import scores

    rows = scores.heads(model, x)
    return sum(row["entropy"] for row in rows) / len(rows)
