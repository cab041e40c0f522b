"""One operation at a time, timed in turn with its rivals on this machine: attention, products, memory layout, optimizer
loops, token ids, batch sizes (course lesson 20)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from core.events import Event, Finished, Metric, Note, Sample, Snapshot, Started, Table
from core.experiment import Experiment, knob

WHAT = ("attention", "batch", "vocabulary", "product", "layout", "update", "index")
HEADS = (2047, 2048, 2049, 50_256, 50_257, 50_304)  # columns of the output layer: GPT-2's, and the multiple of 64 above
LENGTHS = (16, 64, 256, 1024)
SQUARES = (256, 512, 1024)
SIDE = 2048  # of the matrix whose layout is changed


@dataclass(frozen=True)
class Config:
    """what: which comparison. width, context and batch shape the operation where they mean something. steps: passes, each
    times everything once. reach: how far the batch sizes go below and above `batch`."""

    experiment: ClassVar[str] = "micro_bench"
    what: str = knob("attention", choices=WHAT)
    steps: int = knob(11, low=3, high=200)
    width: int = knob(64, low=8, high=1024)
    blocks: int = knob(2, low=1, high=12)
    context: int = knob(64, low=2, high=1024)
    batch: int = knob(64, low=1, high=256)
    reach: int = knob(6, low=1, high=32)
    dropout: float = knob(0.1, low=0.0, high=0.9)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


@dataclass(frozen=True)
class Case:
    """series and x: where it stands in the picture. work: what a call gets through (tokens, operations), 0 for a time."""

    series: str
    x: float
    call: Callable[[], object]
    work: float = 0.0


def attention(config: Config, torch, draw) -> Iterator[Case]:
    """Forward and backward of causal attention, batch·T at most 2,048 tokens: how each kernel grows with T."""
    from contextlib import nullcontext

    from torch.nn import functional as F

    from core import products
    from core.blocks import BACKENDS, manual_attention, sdpa_kernel

    heads = max(1, config.width // 32)
    for length in LENGTHS:
        batch = max(1, min(16, 2048 // length))
        shape = (batch, heads, length, config.width // heads)
        q, k, v = (torch.randn(shape, generator=draw).to(config.device).requires_grad_() for _ in range(3))

        def call(kind, drop, q=q, k=k, v=v):
            if kind == "manual":
                y = manual_attention(q, k, v, scale=q.shape[-1] ** -0.5, drop=drop)
            else:
                with sdpa_kernel(BACKENDS[kind]) if kind in BACKENDS else nullcontext():
                    y = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=drop)
            torch.autograd.grad(y.sum(), (q, k, v))

        def by_mkl(call=call):  # the kernel's own small products: see blocks.slow_kernel
            with products.told("highest"):
                call("flash", 0.0)

        for kind in ("manual", "math"):
            yield Case(kind, length, lambda call=call, kind=kind: call(kind, 0.0), batch * length)
        if config.device != "mps":  # torch has one kernel there, whichever is asked for
            yield Case("flash", length, by_mkl, batch * length)
        if config.dropout:  # asked of torch's own choice: not every kernel can do it
            yield Case("auto, dropout", length, lambda call=call: call("auto", config.dropout), batch * length)


def batch(config: Config, torch, draw) -> Iterator[Case]:
    """Whole training steps at every batch size around the chosen one; work: tokens."""
    from core import training_options
    from core.stepper import Stepper

    low = max(1, config.batch - config.reach)
    for size in range(low, min(256, config.batch + config.reach) + 1):
        options = training_options.of(config, batch=size, dropout=0.0)
        stepper = Stepper(options, training_options.build_model(options, 2000, config.seed), 10_000, config.device)
        ids = torch.randint(2000, (size, config.context + 1), generator=draw)
        x, y = stepper.place(ids[:, :-1].contiguous(), ids[:, 1:].contiguous())
        yield Case("step", size, lambda s=stepper, x=x, y=y: s.step(x, y, 1).item(), size * config.context)


def vocabulary(config: Config, torch, draw) -> Iterator[Case]:
    """The output layer alone: (256, width·4) times (width·4, V), in float32 and bfloat16; work: operations."""
    wide, rows = 4 * config.width, 256
    for name, kind in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        a = torch.randn(rows, wide, generator=draw).to(config.device, kind)
        for size in HEADS:
            w = torch.randn(size, wide, generator=draw).to(config.device, kind)
            yield Case(name, size, lambda a=a, w=w: torch.nn.functional.linear(a, w), 2.0 * rows * wide * size)


def product(config: Config, torch, draw) -> Iterator[Case]:
    """Square matrix products by dtype, float32 by both of torch's libraries (core/products.py); work: operations."""
    from core import products

    def as_torch_comes(a, b):
        with products.told("highest"):
            return a @ b

    ways = (("float32", torch.float32, torch.matmul), ("bfloat16", torch.bfloat16, torch.matmul))
    for name, kind, way in (*ways, ("float32, as torch comes", torch.float32, as_torch_comes)):
        for size in SQUARES:
            a, b = (torch.randn(size, size, generator=draw).to(config.device, kind) for _ in range(2))
            yield Case(name, size, lambda a=a, b=b, way=way: way(a, b), 2.0 * size**3)


def layout(config: Config, torch, draw) -> Iterator[Case]:
    """The same numbers in rows and in columns: added, copied, multiplied."""
    a, b = (torch.randn(SIDE, SIDE, generator=draw).to(config.device) for _ in range(2))
    out, small, turned = torch.empty_like(a), a[:768, :768].contiguous(), b[:768, :768].contiguous()
    yield Case("rows + rows", 0, lambda: torch.add(a, b, out=out))
    yield Case("rows + columns", 1, lambda: torch.add(a, b.t(), out=out))
    yield Case("columns to rows, once", 2, lambda: b.t().contiguous())
    yield Case("product, rows", 3, lambda: small @ turned)
    yield Case("product, columns", 4, lambda: small @ turned.t())


def update(config: Config, torch, draw) -> Iterator[Case]:
    """AdamW's step alone, on the parameters of a model of this shape: torch's three ways to run it."""
    from core import training_options

    for x, name in enumerate(("loop", "foreach", "fused")):
        options = training_options.of(config, update=name, dropout=0.0)
        model = training_options.build_model(options, 2000, config.seed).to(config.device)
        for p in model.parameters():
            p.grad = torch.randn(p.shape, generator=draw).to(config.device)
        yield Case(name, x, training_options.build_optimizers(options, model)[0].step)


def index(config: Config, torch, draw) -> Iterator[Case]:
    """Looking up the same embeddings with ids of two types."""
    table = torch.randn(50_257, config.width, generator=draw).to(config.device)
    ids = torch.randint(50_257, (config.batch, config.context), generator=draw).to(config.device)
    for x, kind in enumerate((torch.int64, torch.int32)):
        given = ids.to(kind)
        name = str(kind).removeprefix("torch.")
        yield Case(name, x, lambda given=given: torch.nn.functional.embedding(given, table), ids.numel())


COMPARISONS = {f.__name__: f for f in (attention, batch, vocabulary, product, layout, update, index)}


def refusals(torch) -> dict[str, str]:
    """{type: what torch says} when token ids come as this type: an embedding takes int64 and int32, and nothing else."""
    table, found = torch.zeros(4, 2), {}
    for name in ("float32", "int16", "uint16", "int32"):
        try:
            torch.nn.functional.embedding(torch.tensor([1]).to(getattr(torch, name)), table)
            found[name] = ""
        except (RuntimeError, TypeError) as error:
            found[name] = f"{type(error).__name__}: {error}".splitlines()[0]
    return found


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Table "cases" after every pass: series, x, low, ms, high (quartiles), rate (work per second at the median, 0 where
    there is none). Metric "<series>/<x>" in ms at the end, and pass by pass the number of passes. Samples and metrics
    refused_<type> (1 where torch refuses token ids of that type) for "index"."""
    import time

    import torch

    from core import products, rng, timing

    def as_in_training(case):
        with products.fast(config.device):
            case.call()

    opened = time.perf_counter()
    yield Started(config.steps)
    draw = rng.stream(config.seed, "data")
    cases = list(COMPARISONS[config.what](config, torch, draw))
    if config.what == "index":
        for name, said in refusals(torch).items():
            yield Metric(0, f"refused_{name}", float(bool(said)))
            yield Sample(0, name, f"embedding(ids.to(torch.{name}))", said or "–")
    if config.device != "cuda" and config.what == "attention":
        yield Note(0, "needs_gpu", {"options": "efficient, cudnn"})
    calls = {str(i): partial(as_in_training, case) for i, case in enumerate(cases)}
    yield Snapshot(0)
    for number, taken in enumerate(timing.interleaved(calls, config.steps, device=config.device, seed=config.seed), 1):
        yield Table(number, "cases", columns(cases, taken))
        yield Metric(number, "passes", float(number), time.perf_counter() - opened)
        yield Snapshot(number)
    for i, case in enumerate(cases):
        yield Metric(config.steps, f"{case.series}/{case.x:g}", 1000 * timing.quartiles(taken[str(i)])[1])
        yield Metric(config.steps, f"spread/{case.series}/{case.x:g}", timing.noise(taken[str(i)]))
    yield Finished(config.steps, "done")


def columns(cases: list[Case], taken: dict) -> dict[str, list]:
    from core import timing

    out: dict[str, list] = {name: [] for name in ("series", "x", "low", "ms", "high", "rate")}
    for i, case in enumerate(cases):
        low, middle, high = timing.quartiles(taken[str(i)])
        row = (case.series, case.x, 1000 * low, 1000 * middle, 1000 * high, case.work / middle)
        for column, value in zip(out.values(), row, strict=True):
            column.append(value)
    return out


EXPERIMENT = Experiment("micro_bench", 2, Config, run, lane="alone", machine=True)
