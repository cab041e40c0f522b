"""Muon: every step of a hidden matrix is made orthogonal, so that no direction of it is much larger than another.

Keller Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks". Momentum as in SGD, then five steps
of Newton and Schulz's iteration in place of the singular value decomposition, which would give the same at ten times the
price. Embeddings, the head, norms and biases are no hidden matrices: AdamW keeps them.
"""

import torch

from core import device

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic that lifts every singular value into about [0.7, 1.2]


def orthogonalise(g, steps: int = 5, dtype=torch.float32):
    """The nearest matrix with equal singular values, nearly: for g = U S Vᵀ about U Vᵀ. g (..., m, n); so is the result.

    X ← a X + (b A + c A²) X with A = X Xᵀ keeps U and V and moves each singular value by the same polynomial.
    """
    a, b, c = COEFFICIENTS
    turned = g.shape[-2] > g.shape[-1]
    x = g.mT if turned else g
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)  # no singular value above 1, or the polynomial runs away
    x = x.to(dtype).reshape(-1, *x.shape[-2:])
    for _ in range(steps):
        gram = x @ x.mT  # (..., m, m), of the smaller side
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    x = x.view(*g.shape[:-2], *x.shape[-2:])
    return (x.mT if turned else x).to(g.dtype)


def precision(name: str):
    """What the iteration is computed in on this device: bfloat16, which is enough for it (Jordan et al. 2024), where that is
    faster."""
    return torch.bfloat16 if device.bfloat16_pays(name) else torch.float32


class Muon(torch.optim.Optimizer):
    """params: matrices (m, n). parts: a fused projection is that many matrices on top of each other, each made orthogonal
    by itself. lr: the size of a step in units of an orthogonal matrix; weight_decay is decoupled, as AdamW's.

    Matrices of one shape go through the iteration together, stacked. Raises ValueError for what is no matrix.
    """

    def __init__(
        self, params, *, lr: float = 0.02, momentum: float = 0.95, nesterov: bool = True, weight_decay: float = 0.0
    ):
        super().__init__(
            params, {"lr": lr, "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay, "parts": 1}
        )
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(f"Muon is for matrices, not for {tuple(p.shape)}: give this one to AdamW")

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            held = [p for p in group["params"] if p.grad is not None]
            for same in shapes(held):
                self._update(same, group)

    def _update(self, params: list, group: dict) -> None:
        """One step of matrices of the same shape."""
        moving = []
        for p in params:
            kept = self.state[p].setdefault("momentum_buffer", torch.zeros_like(p))
            kept.lerp_(p.grad, 1 - group["momentum"])
            moving.append(p.grad.lerp(kept, group["momentum"]) if group["nesterov"] else kept)
        m, n = params[0].shape
        rows = m // group["parts"]
        stacked = torch.stack(moving).view(len(params) * group["parts"], rows, n)
        steps = orthogonalise(stacked, dtype=precision(stacked.device.type)).view(len(params), m, n)
        size = group["lr"] * max(1.0, rows / n) ** 0.5  # Jordan's correction for tall matrices
        for p, step in zip(params, steps, strict=True):
            p.mul_(1 - group["lr"] * group["weight_decay"])
            p.add_(step.to(p.dtype), alpha=-size)


def shapes(params: list) -> list[list]:
    """The matrices, those of one shape together."""
    found: dict[tuple, list] = {}
    for p in params:
        found.setdefault((*p.shape, p.dtype), []).append(p)
    return list(found.values())


def split(model) -> tuple[list[dict], list]:
    """(Muon's groups, AdamW's parameters): the matrices inside the blocks, the fused q, k, v as three; and all the rest."""
    fused = [p for name, p in model.named_parameters() if name.endswith("c_attn.weight")]
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and ".h." in f".{name}"]
    mine = {id(p) for p in matrices}
    plain = [p for p in matrices if not any(p is one for one in fused)]
    groups = [{"params": plain}, {"params": fused, "parts": 3}]
    return [g for g in groups if g["params"]], [p for p in model.parameters() if id(p) not in mine]
