"""Train a small GPT whose attention divides by √d, or does not, from weights of any size (course lesson 11)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Metric, Sample, Started, Table
from core.experiment import Experiment, knob
from core.problem import Problem

WINDOWS = 64  # fixed test windows
LOOKED_AT = 8  # of these, for the scores of every head
LENGTH = 40  # tokens it writes


@dataclass(frozen=True)
class Config:
    """attention_scale: times 1/sqrt(d_head); sqrt(d_head) is "no division", 0 makes every token average its past.

    init_std: of every matrix, embeddings and tied head included (the two projections into the residual stream smaller
    by sqrt(2·blocks), GPT-2's scheme); 1/sqrt(width) gives queries and keys of variance 1. qk_norm: LayerNorm on
    queries and keys. divide_logits: by sqrt(width), the same rule at the head.
    """

    experiment: ClassVar[str] = "attention_scale"
    corpus: str = knob("manual", choices=("tales-en", "tales-vi", "manual"), pattern="text-[0-9a-f]{12}", corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    attention_scale: float = knob(1.0, low=0.0, high=64.0)
    init_std: float = knob(0.02, low=0.0, high=1.0)
    qk_norm: bool = knob(False)
    divide_logits: bool = knob(False)
    lr: float = knob(1e-3, low=0.0, high=10.0)
    weight_decay: float = knob(0.01, low=0.0, high=100.0)
    blocks: int = knob(2, low=1, high=12)
    heads: int = knob(4, low=1, high=64)
    width: int = knob(64, low=4, high=768)
    context: int = knob(64, low=4, high=1024)
    batch: int = knob(12, low=1, high=256)
    steps: int = knob(200, low=0, high=20_000)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def build(config: Config):
    """(Model 5, tokenizer), freshly initialised. Raises Problem("heads_do_not_divide") and those of tokenizers.load."""
    from core import initializers, rng, tokenizers
    from core.models import Model5

    if config.width % config.heads:
        near = min((w for w in range(config.heads, 769, config.heads)), key=lambda w: abs(w - config.width))
        raise Problem("heads_do_not_divide", width=config.width, heads=config.heads, near=near)
    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    model = Model5(
        tokenizer.n_vocab,
        config.width,
        config.context,
        blocks=config.blocks,
        heads=config.heads,
        divide_logits=config.divide_logits,
        attention_scale=config.attention_scale,
        qk_norm=config.qk_norm,
    )
    initializers.gpt2(model, rng.stream(config.seed, "init"), std=config.init_std)
    return model, tokenizer


def examine(model, x, y, step: int) -> Iterator[Event]:
    """test_loss; means over the heads of score_std, entropy and top, the largest score; and every head's row."""
    from core import scores
    from core import train as loop

    yield Metric(step, "test_loss", loop.test_losses(model, x, y).mean().item())
    rows = scores.heads(model, x[:LOOKED_AT])
    for name, column in (("score_std", "std"), ("raw_std", "raw"), ("entropy", "entropy"), ("top", "top")):
        yield Metric(step, name, sum(row[column] for row in rows) / len(rows))
    yield Metric(step, "largest", max(row["largest"] for row in rows))
    yield Table(step, "heads", {name: [_round(row[name]) for row in rows] for name in rows[0]})


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def qk_gradient(model, width: int) -> float:
    """Norm of the last gradient of all query and key weights; nan before the first step."""
    parts = [block.attn.c_attn.weight.grad for block in model.h]
    if any(part is None for part in parts):
        return float("nan")
    return sum(part[: 2 * width].cpu().double().square().sum().item() for part in parts) ** 0.5


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step; on the grid test_loss, score_std, raw_std, entropy (share of a uniform look),
    top, largest (score), qk_gradient. Table "heads". Sample "story" before and after.
    Raises the Problems of build, corpora and batches (too_few_tokens)."""
    from core import batches, corpora, losses, references
    from core import train as loop

    model, tokenizer = build(config)
    model = model.to(config.device)
    train, test = (corpora.tokens(config.corpus, config.tokenizer, part) for part in ("train", "test"))
    batches.batch(train, 0, 0, 1, config.context)
    x, y = (part.to(config.device) for part in batches.test_windows(test, config.context, WINDOWS))
    lines = references.lines(config.corpus, tokenizer, config.context)
    if resume is None:
        facts = {
            "parameters": sum(p.numel() for p in model.parameters()),
            "vocabulary": tokenizer.n_vocab,
            "head_size": config.width // config.heads,
            "references": lines,
        }
        yield Started(config.steps, facts)

    def loss(model, step):
        x, y = batches.batch(train, config.seed, step, config.batch, config.context)
        return losses.cross_entropy(model(x.to(config.device)), y.to(config.device))

    def evaluate(model, step):
        if step:
            yield Metric(step, "qk_gradient", qk_gradient(model, config.width))
        yield from examine(model, x, y, step)
        if step in (0, 100) or step == config.steps:
            yield _story(config, model, x[:1, :8], tokenizer, step)

    yield from loop.train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        lr=config.lr,
        weight_decay=config.weight_decay,
        evaluate=evaluate,
        resume=resume,
    )


def _story(config: Config, model, start, tokenizer, step: int) -> Sample:
    from core import writing

    opening, text = writing.continued(
        model, start[0].tolist(), tokenizer, tokens=LENGTH, seed=config.seed, context=config.context
    )
    return Sample(step, "story", opening, text)


EXPERIMENT = Experiment("attention_scale", 1, Config, run, extends=lambda config: True, build=build)
