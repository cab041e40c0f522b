"""Losses of one error e = prediction - target, each with its value and its slope: the slope is what moves a weight."""

from collections.abc import Callable

import numpy as np

from core import expressions


def l1(e):
    """|e|: steps of one size. At e = 0 the slope jumps from -1 to 1; there it counts as 0, as in PyTorch."""
    return np.abs(e), np.sign(e)


def l2(e):
    """e squared: steps that shrink with the error."""
    return e**2, 2 * e


def half_l2(e):
    """Half of e squared: the same minimum with half the step."""
    return e**2 / 2, e


def huber(e, delta: float):
    """Huber (1964): half of e squared up to delta, a straight line beyond it."""
    near = np.abs(e) <= delta
    return np.where(near, e**2 / 2, delta * (np.abs(e) - delta / 2)), np.clip(e, -delta, delta)


def log_cosh(e):
    """ln cosh e: like half of e squared near 0, like |e| far away, without a seam."""
    return np.logaddexp(e, -e) - np.log(2).astype(np.asarray(e).dtype), np.tanh(e)


def pinball(e, q: float):
    """Koenker and Bassett (1978): too low costs q, too high costs 1 - q; lowest at the quantile q."""
    slope = np.where(e < 0, -q, np.where(e > 0, 1 - q, 0.0)).astype(np.asarray(e).dtype)
    return slope * e, slope


def epsilon(e, zone: float):
    """|e| beyond a dead zone, nothing inside it (the hinge of support vector regression, Vapnik 1995)."""
    outside = np.abs(e) > zone
    return np.where(outside, np.abs(e) - zone, 0.0), np.where(outside, np.sign(e), 0.0)


NAMES = ("l1", "l2", "half_l2", "huber", "log_cosh", "pinball", "epsilon", "custom")


def build(name: str, *, delta: float = 1.0, q: float = 0.5, zone: float = 0.05, expression: str = "e**2") -> Callable:
    """errors (any shape) -> (values, slopes), in the errors' precision. "custom": what `expression` says.

    Raises the Problems of expressions.parse.
    """
    if name == "custom":
        typed = expressions.parse(expression)
        return lambda e: tuple(part.astype(np.asarray(e).dtype) for part in typed(e))
    return {
        "l1": l1,
        "l2": l2,
        "half_l2": half_l2,
        "huber": lambda e: huber(e, delta),
        "log_cosh": log_cosh,
        "pinball": lambda e: pinball(e, q),
        "epsilon": lambda e: epsilon(e, zone),
    }[name]


def lowest(loss: Callable, values, points: int = 4001) -> float:
    """Where the mean loss over `values` (n,) is lowest, found by looking: the middle of the lowest stretch of a grid
    that reaches beyond the values. nan where the loss is finite nowhere."""
    values = np.asarray(values, dtype=float)
    low, high = values.min(), values.max()
    reach = max(1.0, 0.25 * (high - low))
    for _ in range(2):  # look twice, the second time closely
        grid = np.linspace(low - reach, high + reach, points)
        mean = loss(grid[:, None] - values[None, :])[0].mean(1)
        if not np.isfinite(mean).any():
            return float("nan")
        flat = grid[mean <= np.nanmin(mean) + 1e-9 * max(1.0, abs(np.nanmin(mean)))]
        low, high, reach = flat[0], flat[-1], 2 * (grid[1] - grid[0])
    return float((low + high) / 2)


def warnings(loss: Callable, start: float, target: float) -> list[tuple[str, dict]]:
    """What to know about a typed loss before training with it: (code, facts), at most two.

    Looks at errors from -10 to 10 and far outside: loss_not_finite (no direction where the weight starts), loss_flat,
    loss_value_not_finite (there the slope alone is a number), loss_no_minimum, loss_off_target, loss_stuck (slope 0 where
    the weight starts, yet not at the lowest point).
    """
    e = np.linspace(-10, 10, 4001)
    value, slope = loss(e)
    there, push = (float(part) for part in loss(np.array(start - target)))
    begin = {"e": _shown(start - target, "g")}
    if not np.isfinite(push):
        return [("loss_not_finite", begin)]
    if not push and not np.any(slope[np.isfinite(slope)]):  # first: of 1/0 the value is none either
        return [("loss_flat", {})]
    if not np.isfinite(there):
        return [("loss_value_not_finite" if push else "loss_not_finite", begin)]
    if np.isnan(value).all():  # it starts farther out, and only there it is a number
        return []
    least, place = np.nanmin(value), float(e[np.nanargmin(value)])
    far = loss(np.array([-1e4, -1e3, 1e3, 1e4]))[0]
    found = []
    if least in (value[0], value[-1]) and min(far[0], far[-1]) <= min(far[1], far[2]) < least:
        return [("loss_no_minimum", {})]
    if abs(place) > 0.02 and value[2000] > least + 1e-6 * max(1.0, abs(least)):
        found.append(("loss_off_target", {"e": _shown(place, ".3g")}))
    if push == 0 and there > least + 1e-9:
        found.append(("loss_stuck", begin))
    return found


def _shown(e: float, digits: str) -> str:
    """An error as it stands in a sentence, with the minus of the page."""
    return f"{e:{digits}}".replace("-", "−")
