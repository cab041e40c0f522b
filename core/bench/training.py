"""Tokens per second of the engine, beside the plain loop over the same model in the same minutes."""

import statistics
import time

from core.bench import row
from core.bench.loops import MEDIUM, SMALL, engine_loop, plain_loop

REPEATS = 5


def rows() -> list[dict]:
    """Tokens per second of the small model in float32 and of the medium one in bfloat16, each beside the plain loop; and
    how far their loss curves lie apart, against the spread over seeds."""
    import torch

    from core import device

    torch.set_num_threads(device.cores())
    name = "small: batch 12, context 64, 4 layers, width 128, V 65, float32"
    out = compare(name, SMALL, "float32", 20, "≥ 1.0, target 1.2")
    bar = "≥ 2" if device.has_bfloat16() else "≥ 2 where the CPU has bfloat16 matrix units (this one has none)"
    out += compare("medium: batch 16, context 128, 6 layers, width 384, V 2,048, bfloat16", MEDIUM, "bfloat16", 2, bar)
    return out + curves()


def compare(name: str, shape: dict, precision: str, steps: int, bar: str) -> list[dict]:
    """Both loops in turn, `REPEATS` times `steps` steps; medians of their rates and of the pairs' ratios."""
    ours, plain = engine_loop(shape, precision), plain_loop(shape)
    pairs = []
    for repeat in range(REPEATS + 1):
        pair = (rate(ours, shape, steps), rate(plain, shape, steps))
        if repeat:  # the first of each only warms up
            pairs.append(pair)
    fast, slow = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    return [
        row(name, round(fast), "tokens/s", ""),
        row("  the plain float32 loop, same model", round(slow), "tokens/s", ""),
        row("  ratio", round(ratio, 2), "×", bar),
    ]


def rate(loop, shape: dict, steps: int) -> float:
    began = time.perf_counter()
    for _ in range(steps):
        next(loop)
    return steps * shape["batch"] * shape["context"] / (time.perf_counter() - began)


def curves(steps: int = 30, seeds: tuple[int, ...] = (0, 1, 2)) -> list[dict]:
    """Mean training loss over the last ten of `steps` steps: bfloat16 minus float32 (same seed, same batches), beside the
    spread of float32 over seeds."""
    found = {}
    for precision in ("float32", "bfloat16"):
        for seed in seeds:
            loop = engine_loop(MEDIUM, precision, seed)
            found[precision, seed] = statistics.fmean([next(loop) for _ in range(steps)][-10:])
    gap = max(abs(found["bfloat16", s] - found["float32", s]) for s in seeds)
    spread = statistics.stdev(found["float32", s] for s in seeds)
    return [
        row("  loss, bfloat16 against float32, largest gap", round(gap, 4), "nats", f"≤ {spread:.4f} (seed spread)")
    ]
