"""An honest stopwatch: things that are to be compared take turns, so that whatever else the machine does hits all alike."""

import random
import statistics
import time
from collections.abc import Callable, Iterator


def wait(device: str) -> None:
    """Until a GPU ("cuda", "mps") has caught up with what Python asked of it; nothing on a CPU."""
    if device in ("cuda", "mps"):
        import torch

        getattr(torch, device).synchronize()


def clock(device: str = "cpu") -> float:
    """Seconds, after a GPU has caught up with what Python asked of it."""
    wait(device)
    return time.perf_counter()


def interleaved(cases: dict[str, Callable], passes: int, *, device="cpu", seed=0, warm=True) -> Iterator[dict]:
    """After every pass {name: [seconds of every pass so far]}. A pass calls each case once, in an order drawn anew; with
    `warm` one call of each comes before the first pass and is not counted."""
    for call in cases.values() if warm else ():
        call()
    draw, taken = random.Random(seed), {name: [] for name in cases}
    for _ in range(passes):
        for name in draw.sample(list(cases), len(cases)):
            began = clock(device)
            cases[name]()
            taken[name].append(clock(device) - began)
        yield taken


def quartiles(numbers: list[float]) -> tuple[float, float, float]:
    """(lower quartile, median, upper quartile); of one number three times itself."""
    if len(numbers) < 2:
        return (numbers[0],) * 3
    low, middle, high = statistics.quantiles(numbers, n=4, method="inclusive")
    return low, middle, high


NOISY = 0.15  # spread of the baseline, as a share of its median, above which no winner is named


def noise(numbers: list[float]) -> float:
    """Interquartile range over median."""
    low, middle, high = quartiles(numbers)
    return (high - low) / middle if middle else 0.0


def peak_flops(kind, device: str = "cpu", size: int = 768, tries: int = 4) -> float:
    """Operations per second of the best of some products of two matrices of `size` in this dtype: what nothing here can
    exceed."""
    import torch

    from core import products

    a, b = (torch.ones(size, size, dtype=kind, device=device) for _ in range(2))
    best = float("inf")
    with products.fast(device):
        for _ in range(tries):
            began = clock(device)
            a @ b
            best = min(best, clock(device) - began)
    return 2 * size**3 / best
