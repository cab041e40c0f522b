"""How fast the engine trains, against the loop anybody would write: interleaved, in the same process, on one core."""

import statistics
import time

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


SMALL = {"vocabulary": 65, "width": 128, "context": 64, "blocks": 4, "heads": 4, "batch": 12}
MEDIUM = {"vocabulary": 2048, "width": 384, "context": 128, "blocks": 6, "heads": 6, "batch": 16}


def row(what: str, figure, unit: str, bar: str) -> dict:
    return {"what": what, "figure": figure, "unit": unit, "bar": bar}


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


def build(shape: dict, seed: int = 0):
    """(model, (N,) random tokens with some structure: every token repeats the one eight places before, mostly)."""
    import torch

    from core import initializers, rng
    from core.models import Model5

    model = Model5(shape["vocabulary"], shape["width"], shape["context"], blocks=shape["blocks"], heads=shape["heads"])
    initializers.gpt2(model, rng.stream(seed, "init"))
    draw = rng.stream(seed, "noise")
    tokens = torch.randint(shape["vocabulary"], (100_000,), generator=draw)
    keep = torch.rand(100_000, generator=draw) < 0.7
    for i in range(8, 100_000, 8):
        tokens[i : i + 8] = torch.where(keep[i : i + 8], tokens[i - 8 : i], tokens[i : i + 8])
    return model, tokens.numpy()


def engine_loop(shape: dict, precision: str, seed: int = 0):
    """What the lessons run: core.train.train over core.batches, event by event; yields the training loss."""
    from core import batches, losses
    from core.train import train

    model, tokens = build(shape, seed)

    def loss(model, step):
        x, y = batches.batch(tokens, seed, step, shape["batch"], shape["context"])
        return losses.cross_entropy(model(x), y)

    for event in train(
        model, loss=loss, steps=10**9, seed=seed, lr=1e-3, weight_decay=0.1, clip=1.0, precision=precision
    ):
        if event.kind == "metric":
            yield event.value


def plain_loop(shape: dict, seed: int = 0):
    """The baseline, as a tidy script has it: random windows, cross_entropy, clip, AdamW, loss.item() every step."""
    import torch
    from torch.nn import functional as F

    model, tokens = build(shape, seed)
    tokens = torch.from_numpy(tokens)
    context, draw = shape["context"], torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)
    while True:
        starts = torch.randint(len(tokens) - context - 1, (shape["batch"],), generator=draw)
        x = torch.stack([tokens[i : i + context] for i in starts])
        y = torch.stack([tokens[i + 1 : i + context + 1] for i in starts])
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        yield loss.item()


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
