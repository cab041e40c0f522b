"""What training did to rows of a matrix: how far each moved, whether they moved together, and what pushed them. Float64,
wherever the rows are: on the CPU, since not every device has it."""

import torch
from torch.nn import functional as F


def pair_cosine(rows) -> float:
    """Mean cosine over all pairs of different rows (n, d): (|sum of unit rows|^2 - n) / (n(n-1)). nan for one row."""
    if len(rows) < 2:
        return float("nan")
    units = F.normalize(rows.cpu().double(), dim=1)
    n = len(rows)
    return ((units.sum(0).square().sum() - units.square().sum()) / (n * (n - 1))).item()


def row_geometry(before, now, mean_hidden) -> dict[str, float]:
    """Rows `before` training and `now`, (n, d) each; mean_hidden (d,), the mean of what the head reads.

    moved: mean length of the displacement. cosine: mean cosine of the displacements within the group. rows: that of the
    rows themselves. norm: mean length of a row. along: mean cosine of the displacements with -mean_hidden.
    """
    moved = (now - before).cpu().double()
    away = F.cosine_similarity(moved, -mean_hidden.cpu().double()[None], dim=1)
    return {
        "moved": moved.norm(dim=1).mean().item(),
        "cosine": pair_cosine(moved),
        "rows": pair_cosine(now),
        "norm": now.cpu().double().norm(dim=1).mean().item(),
        "along": away.mean().item(),
    }


def push_and_pull(hidden, p, targets, vocabulary: int):
    """The gradient of the mean cross-entropy for every output row, taken apart: push - pull, each (V, d).

    hidden (N, d), p (N, V) the predicted probabilities, targets (N,). For logits h·w_v the gradient of row v is
    mean over t of (p_v(t) - [target is v]) h(t): the first part moves w_v away from h wherever v was thought possible,
    the second pulls it towards h where v was the answer. A token that is never the answer has no second part.
    """
    push = p.T @ hidden / len(hidden)
    pull = torch.zeros(vocabulary, hidden.shape[1], dtype=hidden.dtype, device=hidden.device)
    pull.index_add_(0, targets, hidden / len(hidden))
    return push, pull


def leaning(rows, mean_hidden):
    """Two coordinates of every row (n, d): its component along the unit vector of mean_hidden (times its length this is
    the token's mean logit), and along the direction in which the rest of the rows spreads most. Float64 (n, 2), nan where
    a row is no longer finite."""
    unit = F.normalize(mean_hidden.cpu().double(), dim=0)
    along = rows.cpu().double() @ unit
    rest = rows.cpu().double() - along[:, None] * unit
    rest = rest - rest.mean(0)
    if not rest.isfinite().all():  # a run that diverges: nowhere to draw them, and it says so itself
        return torch.full((len(rows), 2), float("nan"), dtype=torch.float64)
    *_, directions = torch.linalg.svd(rest, full_matrices=False)
    second = rest @ directions[0]
    sign = 1 if second[second.abs().argmax()] >= 0 else -1
    return torch.stack([along, sign * second], dim=1)
