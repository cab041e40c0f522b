"""Gradient descent on a few numbers, in numpy: SGD, momentum and Adam as PyTorch computes them, for paths drawn live."""

from collections.abc import Callable

import numpy as np

OPTIMIZERS = ("sgd", "momentum", "adam")
DECAYS = ("none", "1/t", "linear")
HALVED_AT = 20  # the step at which the decay 1/t has halved the learning rate


def rates(lr, steps: int, decay: str) -> list:
    """The learning rate of each step. "1/t": lr · 20/(20+t); "linear": falls to 0 at the end."""
    if decay == "linear":
        return [lr * (1 - t / steps) for t in range(steps)]
    return [lr * HALVED_AT / (HALVED_AT + t) if decay == "1/t" else lr for t in range(steps)]


def descend(
    gradient: Callable, start: np.ndarray, lr, steps: int, *, optimizer: str = "sgd", decay: str = "none"
) -> np.ndarray:
    """The places visited, start first: (steps + 1, *start.shape), in the precision of `start`.

    gradient(w) -> dL/dw in the shape of w. lr: a number or an array like w (many problems at once). momentum: 0.9;
    Adam: betas 0.9 and 0.999, eps 1e-8 (Kingma and Ba 2015). What overflows goes on as inf or nan.
    """
    w = np.array(start)
    path = np.empty((steps + 1, *w.shape), dtype=w.dtype)
    path[0] = w
    first, second = np.zeros_like(w), np.zeros_like(w)
    with np.errstate(all="ignore"):
        for t, rate in enumerate(rates(lr, steps, decay), 1):
            g = gradient(w)
            if optimizer == "sgd":
                w = w - rate * g
            elif optimizer == "momentum":
                first = 0.9 * first + g
                w = w - rate * first
            else:
                first = 0.9 * first + 0.1 * g
                second = 0.999 * second + 0.001 * g * g
                w = w - rate * (first / (1 - 0.9**t)) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8)
            path[t] = w
    return path


def arrival(distance: np.ndarray, tolerance: float) -> np.ndarray:
    """The first step from which |distance| (steps + 1, ...) stays within the tolerance to the end; -1 where none does."""
    inside = np.abs(distance) <= tolerance  # nan and inf are outside
    stays = np.flip(np.logical_and.accumulate(np.flip(inside, 0), 0), 0)
    return np.where(stays[-1], stays.argmax(0), -1)
