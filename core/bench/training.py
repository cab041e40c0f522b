"""Tokens per second of the engine, each beside the loop anybody would write, in turn with it, and beside the ceiling: what
the best matrix product on this machine would allow."""

import statistics
import time
from collections.abc import Iterator
from functools import partial

from core.bench import loops, row

REPEATS = 5


def rows() -> Iterator[dict]:
    import torch

    from core import device, products, timing

    torch.set_num_threads(device.cores())
    peaks = {
        name: timing.peak_flops(getattr(torch, name), size=1024, tries=12) / 1e9 for name in ("float32", "bfloat16")
    }
    for name, peak in peaks.items():
        yield row(f"ceiling: best {name} product of two 1,024² matrices", round(peak), "GFLOP/s", "")
    mkl = 2e-9 * products.SIDE**3 / products.trial("highest")[0]
    yield row("  in float32 as torch comes (core/products.py)", round(mkl), "GFLOP/s", "")
    small, medium, one = loops.SMALL, loops.MEDIUM, loops.MODEL1
    yield from compare(
        "small GPT: batch 12, context 64, 4 layers, width 128, V 65, float32",
        loops.engine_loop(small, "float32"),
        loops.plain_loop(small),
        small,
        20,
        ("float32", peaks),
        "≥ 1.3",
    )
    half = "bfloat16" if peaks["bfloat16"] > peaks["float32"] else "float32"
    yield from compare(
        f"medium GPT: batch 16, context 128, 6 layers, width 384, V 2,048, {half}",
        loops.engine_loop(medium, half),
        loops.plain_loop(medium),
        medium,
        2,
        (half, peaks),
        "≥ 2.5",
    )
    yield from curves(half)
    ours, notebook = loops.model1_loop(one), loops.notebook_loop(one)
    name = "Model 1: batch 64, context 8, width 64, V 50,257, head in blocks"
    yield from compare(name, ours, notebook, one, 6, (half, peaks), "≥ 3", baseline="the notebook's float32 loop")
    yield memory_row(ours, notebook)


def compare(name, ours, plain, shape, steps, ceiling, bar, *, baseline="the plain float32 loop") -> Iterator[dict]:
    """Both loops in turn, `REPEATS` times `steps` steps; medians of their rates, of the pairs' ratios, and what share of the
    ceiling (precision of ours, {precision: GFLOP/s}) each reaches."""
    pairs = []
    for repeat in range(REPEATS + 1):
        pair = (rate(ours, shape, steps), rate(plain, shape, steps))
        if repeat:  # the first of each only warms up
            pairs.append(pair)
    fast, slow = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    precision, peaks = ceiling
    gflops = loops.flops_per_token(shape) / 1e9
    shares = f"{gflops * fast / peaks[precision]:.0%}, {gflops * slow / peaks['float32']:.0%}"
    yield row(name, round(fast), "tokens/s", "")
    yield row(f"  {baseline}, same model", round(slow), "tokens/s", "")
    yield row("  **ratio**", f"**{ratio:.2f}**", "×", bar)
    yield row(f"  share of the ceiling, ours ({precision}) and the baseline's (float32)", shares, "", "")


def rate(loop, shape: dict, steps: int) -> float:
    """Tokens per second over `steps` steps."""
    began = time.perf_counter()
    for _ in range(steps):
        next(loop)
    return steps * shape["batch"] * shape["context"] / (time.perf_counter() - began)


def memory_row(ours, plain) -> dict:
    """Most bytes alive at once in a step, beyond weights and optimizer, of two loops that have warmed up."""
    from core import memory

    mine, theirs = (memory.allocated(partial(next, loop)) for loop in (ours, plain))
    return row(
        f"  peak memory of a step ({theirs / 2**20:.0f} MiB in the notebook's)", round(mine / theirs, 2), "×", "≤ 0.5"
    )


def curves(precision: str, steps: int = 40, seeds: tuple[int, ...] = (0, 1, 2)) -> Iterator[dict]:
    """Mean training loss over the last ten of `steps` steps: `precision` minus float32 (same seed, same batches), beside the
    spread of float32 over seeds."""
    if precision == "float32":
        return
    found = {}
    for one in ("float32", precision):
        for seed in seeds:
            loop = loops.engine_loop(loops.MEDIUM, one, seed)
            found[one, seed] = statistics.fmean([next(loop) for _ in range(steps)][-10:])
    gap = max(abs(found[precision, s] - found["float32", s]) for s in seeds)
    spread = statistics.stdev(found["float32", s] for s in seeds)
    yield row(
        f"  loss, {precision} against float32, largest gap", round(gap, 4), "nats", f"≤ {spread:.4f} (seed spread)"
    )
