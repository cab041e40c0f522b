"""Train one small GPT with every optimization option as a field, and clock it: loss against steps, and against seconds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora, training_options
from core.events import Event, Finished, Metric, Note, Sample, Snapshot, Started
from core.experiment import Experiment, grid, knob

WINDOWS = 64  # fixed test windows
EVERY = 10  # steps between tests in short runs: the clock stands still meanwhile
LENGTH = 80  # tokens it writes at the end
SPIKE = 10.0  # times the learning rate, at the step with the bad batch


@dataclass(frozen=True)
class Config:
    """The fields of training_options.Options, and the text. bad_batch: half way, one batch of random tokens, at ten times
    the learning rate."""

    experiment: ClassVar[str] = "recipe"
    corpus: str = knob("tales-en", choices=corpora.NAMES, pattern=corpora.OTHER, corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    width: int = knob(64, low=8, high=1024)
    blocks: int = knob(2, low=1, high=24)
    heads: int = knob(4, low=1, high=32)
    context: int = knob(64, low=2, high=1024)
    batch: int = knob(16, low=1, high=256)
    steps: int = knob(120, low=1, high=100_000)
    positions: str = knob("learned", choices=("learned", "rotary"))
    qk_norm: bool = knob(False)
    activation: str = knob("gelu", choices=("gelu", "squared_relu"))
    tying: str = knob("same", choices=("same", "untied"))
    padded: bool = knob(False)
    dropout: float = knob(0.0, low=0.0, high=0.9)
    attention: str = knob("auto", choices=training_options.BACKENDS)
    packed: bool = knob(False)
    checkpoint: bool = knob(False)
    precision: str = knob("float32", choices=training_options.PRECISIONS)
    index: str = knob("int64", choices=("int64", "int32"))
    pinned: bool = knob(False)
    accumulate: int = knob(1, low=1, high=256)
    divide: bool = knob(True)
    optimizer: str = knob("adamw", choices=("sgd", "adamw", "muon"))
    update: str = knob("fused", choices=training_options.UPDATES)
    lr: float = knob(1e-3, low=0.0, high=10.0)
    matrix_lr: float = knob(0.02, low=0.0, high=1.0)
    weight_decay: float = knob(0.01, low=0.0, high=10.0)
    schedule: str = knob("constant", choices=("constant", "linear", "cosine", "wsd"))
    warmup: float = knob(0.0, low=0.0, high=1.0)
    clip: float = knob(0.0, low=0.0, high=1000.0)
    compiled: bool = knob(False)
    threads: int = knob(1, low=1, high=256)
    bad_batch: bool = knob(False)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def prepare(config: Config):
    """(Stepper, train token ids, (test x, y), tokenizer) from the seed. Raises the Problems of corpora, tokenizers and
    batches, and "not_on_this_device" for a kernel that this device has not got."""
    from core import batches, tokenizers
    from core.problem import Problem
    from core.stepper import Stepper

    if config.attention in ("efficient", "cudnn") and config.device != "cuda":
        raise Problem("not_on_this_device", option=config.attention)
    options = training_options.of(config)
    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    train, test = (corpora.tokens(config.corpus, tokenizer, part) for part in ("train", "test"))
    model = training_options.build_model(options, tokenizer.n_vocab, config.seed)
    stepper = Stepper(options, model, config.steps, config.device)
    held = tuple(part.to(config.device) for part in batches.test_windows(test, config.context, WINDOWS))
    return stepper, train, held, tokenizer


def build(config: Config):
    """(model, tokenizer), freshly initialised."""
    from core import tokenizers

    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    return training_options.build_model(training_options.of(config), tokenizer.n_vocab, config.seed), tokenizer


def draw(config: Config, train, step: int, vocabulary: int):
    """The windows of this step; half way, if asked for, noise instead."""
    import torch

    from core import batches, rng

    x, y = batches.batch(train, config.seed, step, config.batch, config.context)
    if config.bad_batch and step == config.steps // 2:
        noise = rng.stream(config.seed, "noise", step)
        x, y = (torch.randint(vocabulary, x.shape, generator=noise) for _ in range(2))
    return x, y


def measure(stepper, config: Config, train, vocabulary: int) -> dict[str, float]:
    """Memory of this recipe, on a twin of the model that is thrown away: {peak_bytes, saved_bytes, optimizer_bytes}.
    Of a compiled model the eager twin is measured."""
    import copy
    from dataclasses import replace

    from core import memory
    from core.stepper import Stepper

    options = replace(stepper.options, compiled=False)
    twin = Stepper(options, copy.deepcopy(stepper.model), config.steps, config.device)
    x, y = twin.place(*draw(config, train, 1, vocabulary))
    twin.step(x, y, 1)  # the optimizer's state now exists
    return {
        "peak_bytes": float(memory.peak(twin, lambda: twin.step(x, y, 2))),
        "saved_bytes": float(twin.saved_bytes(x, y)),
        "optimizer_bytes": float(twin.optimizer_bytes()),
    }


def notes(config: Config) -> Iterator[Note]:
    """What was asked for and is done otherwise, each with its reason."""
    options = training_options.of(config)
    parts, heads = training_options.micro_batches(options), training_options.heads(options)
    if heads != config.heads:
        yield Note(0, "heads_snapped", {"asked": config.heads, "used": heads, "width": config.width})
    if parts != config.accumulate:
        yield Note(0, "parts_snapped", {"asked": config.accumulate, "used": parts, "batch": config.batch})
    if config.compiled and training_options.no_compiler():
        yield Note(0, "no_compiler", {"program": training_options.no_compiler()})
    if config.pinned and config.device != "cuda":
        yield Note(0, "pinned_needs_gpu", {})


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step, with seconds; test_loss every EVERY steps (at experiment.grid's in runs above 200);
    at step 0 peak_bytes, saved_bytes, optimizer_bytes; at the end tokens_per_second and step_ms (medians over the steps
    after the first three), mfu (share of the measured peak of a float32 or bfloat16 product), clipped (share of steps).
    Sample "story" at the end. Facts: parameters, vocabulary, flops_per_token, peak_flops, references."""
    import math
    import statistics

    import torch

    from core import references, rng, step_costs, timing
    from core import stepper as steps_
    from core import train as loop
    from core.models import parameters

    stepper, train, held, tokenizer = prepare(config)
    options, half = stepper.options, config.precision in ("bfloat16", "pure_bfloat16")
    shape = step_costs.Shape(config.width, config.blocks, tokenizer.n_vocab, config.context)
    flops = sum(step_costs.flops_per_token(shape).values())
    begin, tensors = resume or (0, {})
    if resume is None:
        peak = timing.peak_flops(torch.bfloat16 if half else torch.float32, config.device)
        yield Started(
            config.steps,
            {
                "parameters": parameters(stepper.model)[0],
                "vocabulary": tokenizer.n_vocab,
                "flops_per_token": flops,
                "peak_flops": peak,
                "references": references.lines(config.corpus, tokenizer, config.context),
            },
        )
        yield from notes(config)
        for name, value in measure(stepper, config, train, tokenizer.n_vocab).items():
            yield Metric(0, name, value)
    else:
        stepper.restore(tensors)
        peak = float(tensors["clock/peak"])
    clock, bad = float(tensors.get("clock/seconds", 0.0)), int(tensors.get("clock/bad", 0))
    taken = [float(t) for t in tensors.get("clock/taken", ())]  # seconds of every step so far
    due = set(range(0, config.steps + 1, EVERY)) if config.steps <= 200 else set(grid(config.steps))

    def test(step):
        stepper.model.eval()
        value = loop.test_losses(stepper.model, *held).mean().item()
        stepper.model.train()
        return Metric(step, "test_loss", value, clock)

    def state():
        extra = {"seconds": clock, "peak": peak, "bad": float(bad)}
        times = {"clock/taken": torch.tensor(taken, dtype=torch.float64)}  # (steps,)
        return stepper.state() | {f"clock/{name}": torch.tensor(value) for name, value in extra.items()} | times

    if begin == 0:
        yield test(0)
    yield Snapshot(begin, state)
    for step in range(begin + 1, config.steps + 1):
        torch.manual_seed(rng.key(config.seed, "dropout", step))
        with steps_.threads(config.threads):
            began = timing.clock(config.device)
            x, y = stepper.place(*draw(config, train, step, tokenizer.n_vocab))
            factor = SPIKE if config.bad_batch and step == config.steps // 2 else 1.0
            value = stepper.step(x, y, step, factor=factor).item()
            taken.append(timing.clock(config.device) - began)
        clock += taken[-1]
        yield Metric(step, "train_loss", value, clock)
        bad = 0 if math.isfinite(value) else bad + 1
        if bad == loop.PATIENCE:
            yield Finished(step, "diverged", {"value": str(value), "lr": config.lr})
            return
        if step in due or step == config.steps:
            yield test(step)
        if step == config.steps:
            seconds = statistics.median(taken[3:] or taken)
            rate = options.batch * options.context / seconds
            yield Metric(step, "step_ms", 1000 * seconds)
            yield Metric(step, "tokens_per_second", rate)
            yield Metric(step, "mfu", step_costs.mfu(flops, rate, peak))
            yield Metric(step, "first_seconds", taken[0])
            yield Metric(step, "clipped", stepper.clipped / step)
            yield write(config, stepper.model, train, tokenizer, step)
        yield Snapshot(step, state)
    yield Finished(config.steps, "done")


def write(config: Config, model, train, tokenizer, step: int) -> Sample:
    """What the finished model writes after the text's first token."""
    import torch

    from core import writing

    start = [int(train[0])]
    ids = torch.tensor([start], device=config.device)
    text = writing.generate(model, ids, tokens=LENGTH, seed=config.seed, context=config.context)[0].tolist()
    known = [i for i in text if i < tokenizer.n_vocab]  # a padded vocabulary has rows that are no token
    opening = tokenizer.decode(start)
    return Sample(step, "story", opening, tokenizer.decode(known)[len(opening) :])


def extends(config: Config) -> bool:
    return config.schedule == "constant" and not config.warmup and not config.bad_batch


EXPERIMENT = Experiment("recipe", 3, Config, run, lane="alone", extends=extends, build=build)
