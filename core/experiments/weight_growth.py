"""Train Model 5 from the course's weight inits and watch the weights spread, on text and on noise (course lesson 13)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from core import corpora, shapes
from core.events import Event, Metric, Note, Sample, Started, Table
from core.experiment import Experiment, grid, knob
from core.problem import Problem

EVAL_TOKENS = 4096
LENGTH = 40  # tokens it writes
EVERY = 10  # steps between two looks at the weights


@dataclass(frozen=True)
class Config:
    """linear_std, embedding_init, embedding_std, position_std: `initializers.by_visit`. tying: as Model5; `moved`: the
    model changes its device once before training (number format and back), which separates the course's two Parameters.
    order: who is registered first, embedding or head. divide_logits: by sqrt(width). attention_scale: times
    1/sqrt(d_head). data: "text", "shuffled" (tokens drawn one by one from the text, fresh at every step: frequencies and
    nothing else) or "uniform" (every token alike, fresh at every step: nothing to learn)."""

    experiment: ClassVar[str] = "weight_growth"
    data: str = knob("text", choices=("text", "shuffled", "uniform"))
    linear_std: float = knob(0.02, low=1e-6, high=10.0)
    embedding_init: str = knob("xavier_normal", choices=("xavier_normal", "normal", "pytorch"))
    embedding_std: float = knob(0.02, low=1e-6, high=10.0)
    position_std: float = knob(0.0, low=0.0, high=10.0)
    tying: str = knob("same", choices=("same", "course", "untied"))
    moved: bool = knob(False)
    order: str = knob("embedding", choices=("embedding", "head"))
    divide_logits: bool = knob(False)
    attention_scale: float = knob(1.0, low=0.0, high=64.0)
    lr: float = knob(1e-3, low=0.0, high=10.0)
    weight_decay: float = knob(0.01, low=0.0, high=100.0)
    corpus: str = knob("manual", choices=corpora.NAMES, pattern=corpora.OTHER, corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    blocks: int = knob(4, low=1, high=48)
    heads: int = knob(4, low=1, high=64)
    width: int = knob(64, low=4, high=1024)
    context: int = knob(64, low=2, high=1024)
    batch: int = knob(16, low=1, high=512)
    steps: int = knob(200, low=0, high=100_000)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def heads(config: Config) -> int:
    """How many heads there are: the one asked for may not divide the width."""
    return shapes.heads(config.width, config.heads)


def blank(config: Config, vocabulary: int):
    """Model 5 as it is built, before anybody fills its weights."""
    from core import tied
    from core.models import Model5

    model = Model5(
        vocabulary,
        config.width,
        config.context,
        blocks=config.blocks,
        heads=heads(config),
        tying=config.tying,
        divide_logits=config.divide_logits,
        attention_scale=config.attention_scale,
    )
    return tied.head_first(model) if config.order == "head" else model


def build(config: Config):
    """(Model 5, tokenizer), freshly initialised by `apply`. Raises the Problems of tokenizers.load."""
    from core import initializers, rng, tied, tokenizers

    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    model = blank(config, tokenizer.n_vocab)
    initializers.by_visit(
        model,
        rng.stream(config.seed, "init"),
        std=config.linear_std,
        embeddings=config.embedding_init,
        embedding_std=config.embedding_std,
        position_std=config.position_std,
    )
    return (tied.moved(model) if config.moved else model), tokenizer


def windows(config: Config, tokens, vocabulary: int, purpose: str, step: int, count: int):
    """(x, y), int64 (count, T): a batch of this run's kind of data. Noise is fresh at every step: a fixed pool would be
    read again and learned by heart."""
    import torch

    from core import batches, rng

    if config.data == "text":
        return batches.batch(tokens, rng.key(config.seed, purpose), step, count, config.context)
    draws = rng.numpy_stream(config.seed, purpose, step)
    shape = (count, config.context + 1)
    if config.data == "uniform":
        rows = draws.integers(0, vocabulary, size=shape)
    else:
        rows = tokens[draws.integers(0, len(tokens), size=shape)].astype("int64")
    rows = torch.from_numpy(rows)
    return rows[:, :-1].contiguous(), rows[:, 1:].contiguous()


def test_set(config: Config, tokens, vocabulary: int):
    """(x, y): fixed windows of the same kind: of the held-out text, of its tokens shuffled, or of uniform tokens."""
    from core import batches

    count = max(8, EVAL_TOKENS // config.context)
    if config.data == "text":
        return batches.test_windows(tokens, config.context, count)
    return windows(config, tokens, vocabulary, "eval", 0, count)


def spreads(model) -> Iterator[tuple[str, float]]:
    """What `apply` left: std of tokens, head and positions, the std of the Linears of the blocks, the largest bias."""
    import torch

    linears = [m for block in model.h for m in block.modules() if isinstance(m, torch.nn.Linear)]
    yield "wte", model.wte.weight.std().item()
    yield "head", model.lm_head.weight.std().item()
    yield "wpe", model.wpe.weight.std().item()
    yield "linear", torch.cat([m.weight.flatten() for m in linears]).std().item()
    yield "bias", max(m.bias.abs().max().item() for m in linears)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step; every EVERY steps growth (mean over blocks of QKV's std, minus the same at the
    start), kurtosis (mean over blocks), wte, head, wpe (stds), gap (between head and embedding, as a share); on the grid
    test_loss (fixed windows of this run's kind of data) and one_batch (the course's single random test batch); at the
    start linear, bias, entropy (attention's, over that of a uniform look), and tied.audit as "audit_<question>".
    Tables: spread (growth.table) every EVERY steps, histogram (growth.histograms) on the grid.
    Sample "text" at the start, at 100 and 200 steps and at the end. Notes: weights_not_finite, matrices_differ (the
    course's tie came apart, so that the model no longer fits into a tied one).
    Raises the Problems of corpora, tokenizers and batches (too_few_tokens)."""

    from core import batches, growth, losses, references, tied, writing
    from core import train as loop

    model, tokenizer = build(config)
    train, test = (corpora.tokens(config.corpus, config.tokenizer, part) for part in ("train", "test"))
    batches.batch(train, 0, 0, 1, config.context)
    held_x, held_y = (part.to(config.device) for part in test_set(config, test, tokenizer.n_vocab))
    opening = [int(i) for i in test[:6]]
    model = model.to(config.device)
    start, before = [], []

    if resume is None:
        lines = references.lines(config.corpus, tokenizer, config.context)
        yield Started(config.steps, {"vocabulary": tokenizer.n_vocab, "references": lines})
        if heads(config) != config.heads:
            yield Note(0, "heads_snapped", {"asked": config.heads, "used": heads(config), "width": config.width})
        found = tied.audit(model, blank(config, tokenizer.n_vocab).to(config.device))
        for name, value in found.items():
            yield Metric(0, f"audit_{name}", value)
        yield Metric(0, "linear", dict(spreads(model))["linear"])
        yield Metric(0, "bias", dict(spreads(model))["bias"])
    start.extend(w.std().item() for w in growth.fused(build(config)[0]))

    def loss(model, step):
        before[:] = [w.clone() for w in growth.fused(model)] if step % EVERY == 0 or step == config.steps else []
        x, y = windows(config, train, tokenizer.n_vocab, "batch", step, config.batch)
        return losses.cross_entropy(model(x.to(config.device)), y.to(config.device))

    def evaluate(model, step):
        table = growth.table(model, before)
        yield Table(step, "spread", table)
        now = sum(w.std().item() - s for w, s in zip(growth.fused(model), start, strict=True)) / len(start)
        yield Metric(step, "growth", now)
        yield Metric(step, "kurtosis", sum(table["kurtosis"]) / len(start))
        yield Metric(step, "gap", tied.gap(model))
        for name, value in spreads(model):
            if name in ("wte", "head", "wpe"):
                yield Metric(step, name, value)
        if found := growth.not_finite(model):
            yield Note(step, "weights_not_finite", {"tensor": found[0], "share": float(f"{100 * found[1]:.3g}")})
        if step not in points and step != config.steps:
            return
        if step == config.steps and config.tying == "course":
            try:
                tied.load(blank(replace(config, tying="same"), tokenizer.n_vocab), model.state_dict())
            except Problem as problem:
                yield Note(step, problem.code, problem.facts)
        yield Table(step, "histogram", growth.histograms(model, config.linear_std))
        yield Metric(step, "test_loss", loop.test_losses(model, held_x, held_y).cpu().double().mean().item())
        x, y = windows(config, test, tokenizer.n_vocab, "eval", step + 1, config.batch)
        one = loop.test_losses(model, x.to(config.device), y.to(config.device))
        yield Metric(step, "one_batch", one.cpu().double().mean().item())
        if step == 0:
            yield Metric(0, "entropy", growth.attention_entropy(model, held_x[:8]))
        if step in (0, 100, 200) or step == config.steps:
            prompt, text = writing.continued(
                model, opening, tokenizer, tokens=LENGTH, seed=config.seed, context=config.context
            )
            yield Sample(step, "text", prompt, text)

    points = set(grid(config.steps))
    yield from loop.train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        lr=config.lr,
        weight_decay=config.weight_decay,
        evaluate=evaluate,
        due=lambda step: step % EVERY == 0,
        resume=resume,
    )


EXPERIMENT = Experiment("weight_growth", 2, Config, run, extends=lambda config: True, build=build)
