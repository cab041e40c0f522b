"""Learning rate schedules: what to multiply the peak rate with at each step. Pure functions of (step, steps)."""

import math


def warmup(step: int, steps: int, share: float) -> float:
    """Linear up to 1 over the first `share` of the run, then 1; the first step, 0, already gets one part of it."""
    length = share * steps
    return min(1.0, (step + 1) / length) if length >= 1 else 1.0


def constant(step: int, steps: int) -> float:
    return 1.0


def linear(step: int, steps: int) -> float:
    """Down to 0 in a straight line."""
    return max(0.0, 1 - step / max(1, steps))


def cosine(step: int, steps: int, floor: float = 0.1) -> float:
    """Down to `floor` along half a cosine (Loshchilov & Hutter 2017)."""
    share = min(1.0, step / max(1, steps))
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * share))


def wsd(step: int, steps: int, decay: float = 0.2) -> float:
    """Warmup-stable-decay: 1 until the last `decay` of the run, then linearly to 0."""
    begin = (1 - decay) * steps
    return 1.0 if step < begin else max(0.0, (steps - step) / max(1.0, decay * steps))


SCHEDULES = {"constant": constant, "linear": linear, "cosine": cosine, "wsd": wsd}


def factor(name: str, step: int, steps: int, warmup_share: float = 0.0) -> float:
    """The named schedule times a warmup. step counts from 0."""
    return SCHEDULES[name](step, steps) * warmup(step, steps, warmup_share)
