"""One optimizer step taken apart: what the gradient does, what the decay does, and every number between (lesson 3)."""


def parts(
    w: float,
    grad: float,
    state: dict,
    *,
    optimizer: str,
    lr: float,
    weight_decay: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    correction: bool = True,
    decay_first: bool = True,
) -> tuple[dict[str, float], dict]:
    """A step of "adamw", "adam" (L2) or "sgd" (L2) on one weight: (numbers, new state).

    numbers: grad (as the optimizer receives it, L2 included), m, v, m_hat, v_hat, by_gradient and by_decay, which sum
    to the move of the weight, and w, the weight afterwards. In Adam + L2 the running mean is linear in its gradients,
    so the part that came from the decay is kept apart (state "d") and divided by the same root: that division is the
    whole difference between the two. `correction` off: the formulas without m/(1 - beta^t), v/(1 - beta^t).
    """
    penalty = 0.0 if optimizer == "adamw" else weight_decay * w
    received = grad + penalty
    if optimizer == "sgd":
        numbers = {"grad": received, "by_gradient": -lr * grad, "by_decay": -lr * penalty}
        return numbers | {"w": w + numbers["by_gradient"] + numbers["by_decay"]}, state
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * grad  # the gradient's own mean
    d = beta1 * state.get("d", 0.0) + (1 - beta1) * penalty  # the penalty's
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * received * received
    short1, short2 = (1 - beta1**t, 1 - beta2**t) if correction else (1.0, 1.0)
    root = (v / short2) ** 0.5 + eps
    by_gradient, by_decay = -lr * m / short1 / root, -lr * d / short1 / root
    if optimizer == "adamw":
        by_decay = -lr * weight_decay * (w if decay_first else w + by_gradient)
    numbers = {
        "grad": received,
        "m": m + d,
        "v": v,
        "m_hat": (m + d) / short1,
        "v_hat": v / short2,
        "by_gradient": by_gradient,
        "by_decay": by_decay,
        "w": w + by_gradient + by_decay,
    }
    return numbers, {"t": t, "m": m, "d": d, "v": v}
