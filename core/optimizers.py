"""Optimizers, one step each, written out; and torch's own, built by name for training."""

from collections.abc import Iterable


def sgd_step(w, grad, state: dict, *, lr: float, momentum: float = 0.0):
    """Gradient descent; with momentum m the steps are summed: v <- m v + grad, w <- w - lr v. Returns (w, state)."""
    v = grad if not state else momentum * state["v"] + grad
    return w - lr * v, {"v": v}


def adam_step(w, grad, state: dict, *, lr: float, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam (Kingma & Ba 2015, algorithm 1): the mean of the gradients over the root of the mean of their squares."""
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0 * w) + (1 - beta1) * grad
    v = beta2 * state.get("v", 0 * w) + (1 - beta2) * grad * grad
    root = (v / (1 - beta2**t)) ** 0.5
    return w - lr * (m / (1 - beta1**t)) / (root + eps), {"t": t, "m": m, "v": v}


def adamw_step(w, grad, state: dict, *, lr: float, weight_decay: float = 0.01, beta1=0.9, beta2=0.999, eps=1e-8):
    """AdamW (Loshchilov & Hutter 2019): first shrink the weight by lr * decay, then Adam. The decay never meets v."""
    return adam_step(w * (1 - lr * weight_decay), grad, state, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


def build(name: str, parameters: Iterable, *, lr: float, weight_decay: float = 0.0, momentum: float = 0.0):
    """torch's optimizer of that name ("adamw", "adam", "sgd"), fused: one kernel for all tensors.

    `parameters`: tensors, or groups [{"params": [...], "lr": ...}]. Adam's weight_decay is the L2 penalty, AdamW's the
    decoupled one (course lesson 3).
    """
    import torch

    if name == "sgd":
        return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay, momentum=momentum, fused=True)
    kind = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam}[name]
    return kind(parameters, lr=lr, weight_decay=weight_decay, fused=True)


PREFIX = "optimizer/"
NOT_WEIGHTS = (PREFIX, "clock/")  # what a training run's snapshot holds besides the model


def weights(snapshot: dict) -> dict:
    """The model's tensors of a training run's snapshot, ready for load_state_dict."""
    return {name: tensor for name, tensor in snapshot.items() if not name.startswith(NOT_WEIGHTS)}


def state(optimizer) -> dict:
    """The optimizer's tensors as {"optimizer/<parameter>/<name>": tensor}, ready for safetensors."""
    import torch

    out = {}
    for index, values in optimizer.state_dict()["state"].items():
        for name, value in values.items():
            if value is not None:
                out[f"{PREFIX}{index}/{name}"] = value if torch.is_tensor(value) else torch.tensor(float(value))
    return out


def restore(optimizer, tensors: dict) -> None:
    """Put back what `state` took out; the groups' settings stay those of the new optimizer."""
    saved: dict[int, dict] = {}
    for key, tensor in tensors.items():
        if key.startswith(PREFIX):
            index, name = key.removeprefix(PREFIX).split("/")
            saved.setdefault(int(index), {})[name] = tensor.clone()
    optimizer.load_state_dict({"state": saved, "param_groups": optimizer.state_dict()["param_groups"]})
