"""Train Model 5, a small GPT-2, on random windows of a text, and hold it against counting (course lesson 8)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora, shapes
from core.events import Event, Metric, Note, Sample, Started, Table
from core.experiment import Experiment, knob

EVAL_TOKENS = 6144  # twelve batches of 512: the standard error of the test loss is then a third of one batch's
STAGES = (0, 50, 100, 300, 500, 1000, 2000)  # when it writes
PIECES, LENGTH = 8, 80  # how many texts it writes then, and how many tokens each
PLACES = ("attention", "embedding", "mlp", "residual")  # where dropout can sit
STRETCH = 256  # tokens of a held-out block where test_part is "blocks"


@dataclass(frozen=True)
class Config:
    """Every knob of the run.

    init: "course" (embeddings N(0, 1), the rest as PyTorch has it) or "gpt2" (N(0, 0.02), the two projections that
    write into the residual stream smaller by sqrt(2·blocks)). init_std: spread of the two embeddings; 0 keeps the
    scheme's own. divide_logits: "scheme" (the course divides by sqrt(width), GPT-2 does not), "yes", "no".
    attention_scale: times 1/sqrt(d_head). dropout: probability of dropping, at the places named in `dropout_at`
    (attention, embedding, mlp, residual; joined by commas). warmup: share of the steps. clip: largest gradient norm,
    0 for none. test_part: which tenth is held out. offset 2 repeats the executed notebook's second shift.
    keep: training tokens there are, from the start of the text; 0 for all. drop_embedding, drop_attention,
    drop_residual, drop_mlp: p at that one place, -1 for `dropout` where `dropout_at` names it. graded: places of a window
    whose loss counts in training, 0 for all; graded_at: which ones (batches.graded_places). wiring: what is done to the
    logits before the loss (losses.WIRINGS); the test always measures the cross-entropy of the model's own logits.
    head_at: compute the logits of all places or only of the graded ones (same loss, less work). close: windows of the
    held-out text looked at closely, which may overlap (core/close_look.py); 0 for none.
    divisor: what the logits are divided by, 0 for what `divide_logits` says (sqrt(width) or 1). linear_std: spread of
    the Linear weights under init "gpt2", 0 for its own 0.02.
    """

    experiment: ClassVar[str] = "model5"
    corpus: str = knob("tales-en", choices=corpora.NAMES, pattern=corpora.OTHER, corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    lr: float = knob(1e-3, low=0.0, high=10.0)
    init: str = knob("course", choices=("course", "gpt2"))
    init_std: float = knob(0.0, low=0.0, high=10.0)
    divide_logits: str = knob("scheme", choices=("scheme", "yes", "no"))
    tying: str = knob("same", choices=("same", "course", "untied"))
    attention_scale: float = knob(1.0, low=0.0, high=10.0)
    dropout: float = knob(0.0, low=0.0, high=0.99)
    dropout_at: str = knob("attention,embedding,mlp,residual", pattern="[a-z,]*", choices=())
    blocks: int = knob(2, low=1, high=48)
    heads: int = knob(4, low=1, high=64)
    width: int = knob(64, low=4, high=2048)
    context: int = knob(32, low=2, high=1024)
    batch: int = knob(16, low=1, high=512)
    steps: int = knob(500, low=0, high=100_000)
    optimizer: str = knob("adamw", choices=("adamw", "adam", "sgd"))
    weight_decay: float = knob(0.01, low=0.0, high=100.0)
    schedule: str = knob("constant", choices=("constant", "linear", "cosine", "wsd"))
    warmup: float = knob(0.0, low=0.0, high=1.0)
    clip: float = knob(0.0, low=0.0, high=1000.0)
    sampler: str = knob("random", choices=("random", "epochs"))
    test_part: str = knob("end", choices=("end", "middle", "blocks"))
    offset: int = knob(1, low=1, high=2)
    seed: int = knob(0, low=0, high=10_000)
    precision: str = knob("float32", choices=("float32", "bfloat16"))
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))
    keep: int = knob(0, low=0, high=10**9, later=True)
    drop_embedding: float = knob(-1.0, low=-1.0, high=1.0, later=True)
    drop_attention: float = knob(-1.0, low=-1.0, high=1.0, later=True)
    drop_residual: float = knob(-1.0, low=-1.0, high=1.0, later=True)
    drop_mlp: float = knob(-1.0, low=-1.0, high=1.0, later=True)
    graded: int = knob(0, low=0, high=1024, later=True)
    graded_at: str = knob("last", choices=("last", "every", "random"), later=True)
    wiring: str = knob(
        "ce", choices=("ce", "log_softmax_nll", "log_softmax_ce", "softmax_ce", "raw_nll", "smoothing"), later=True
    )
    head_at: str = knob("all", choices=("all", "graded"), later=True)
    close: int = knob(0, low=0, high=5000, later=True)
    divisor: float = knob(0.0, low=0.0, high=1000.0, later=True)
    linear_std: float = knob(0.0, low=0.0, high=10.0, later=True)


def divides(config: Config) -> bool:
    """Are the logits divided by sqrt(width)?"""
    return config.divide_logits == "yes" or (config.divide_logits == "scheme" and config.init == "course")


def divisor(config: Config) -> float:
    """What the logits are divided by."""
    return config.divisor or (config.width**0.5 if divides(config) else 1.0)


def std(config: Config) -> float:
    """Spread of the embeddings at the start."""
    return config.init_std or {"course": 1.0, "gpt2": 0.02}[config.init]


def heads(config: Config) -> int:
    """How many heads there are: the one asked for may not divide the width."""
    return shapes.heads(config.width, config.heads)


def drops(config: Config) -> dict[str, float]:
    """Probability of dropping at each place where anything is dropped."""
    named = set(config.dropout_at.split(","))
    chosen = {}
    for place in PLACES:
        own = getattr(config, f"drop_{place}")
        p = own if own >= 0 else config.dropout if place in named else 0.0
        if p:
            chosen[place] = p
    return chosen


def parts(config: Config):
    """(train, test) token ids, the first `keep` of train. The held-out tenth is the end of the text, its middle, or
    blocks of 256 all along it. Where a part is cut out, its two neighbours meet: one pair of tokens in some hundreds
    that nobody wrote."""
    train, test = _whole_parts(config)
    return train[: config.keep or None], test


def _whole_parts(config: Config):
    import numpy as np

    train, test = (corpora.tokens(config.corpus, config.tokenizer, part) for part in ("train", "test"))
    if config.test_part == "end":
        return train, test
    whole = np.concatenate([train, test])
    held = np.zeros(len(whole), dtype=bool)
    if config.test_part == "middle":
        first = (len(whole) - len(test)) // 2
        held[first : first + len(test)] = True
    else:
        every = round(len(whole) / len(test))
        held = (np.arange(len(whole)) // STRETCH) % every == every // 2
    return whole[~held], whole[held]


def build(config: Config):
    """(Model 5, tokenizer), freshly initialised from the seed. Raises the Problems of tokenizers.load."""
    from core import initializers, rng, tokenizers
    from core.models import Model5

    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    model = Model5(
        tokenizer.n_vocab,
        config.width,
        config.context,
        blocks=config.blocks,
        heads=heads(config),
        tying=config.tying,
        divide_logits=divides(config),
        attention_scale=config.attention_scale,
        drops=drops(config),
    )
    spread = {"std": std(config)} if config.init == "course" else {"embedding_std": std(config)}
    if config.init == "gpt2" and config.linear_std:
        spread["std"] = config.linear_std
    if config.divisor:
        model.logit_scale = 1 / config.divisor
    initializers.SCHEMES[config.init](model, rng.stream(config.seed, "init"), **spread)
    return model, tokenizer


def reference_lines(config: Config, tokenizer, train, rows) -> dict[str, float]:
    """The lines of the chart: the floors of `references.lines`, the two counted tables on the same test windows and,
    for Tales, the perfect predictor on them (nats per token), unless a window is one that no story could fill."""
    from core import references

    lines = references.lines(config.corpus, tokenizer, config.context, config.offset)
    if config.offset == 1:
        lines |= references.count_tables(train, rows, tokenizer.n_vocab)
        if config.corpus.startswith("tales-"):
            best = float(references.oracle(config.corpus, tokenizer, rows).mean())
            if math.isfinite(best):  # a window over the join of two held-out blocks is what no story says
                lines["oracle"] = best
    return lines


def predicted_start(config: Config, vocabulary: int) -> float:
    """The first loss, from the size of the logits alone (core/echo.py), nats per token."""
    from core import echo

    tied, course = config.tying != "untied", config.init == "course"
    # of a head of its own: the course leaves it to PyTorch, U(+-1/sqrt(d))
    alone = (3 * config.width) ** -0.5 if course else config.linear_std or 0.02
    head = std(config) if tied else alone
    return echo.start_loss(vocabulary, config.width, head, divisor(config), config.blocks if course else 0, tied)


@dataclass(frozen=True)
class Desk:
    """What a run reads while it trains: the tokens, the fixed test windows (N, T) and their texts' counts."""

    train: object
    test: object
    rows: object
    x: object
    y: object
    tokenizer: object
    pairs: object


def lay_out(config: Config, tokenizer) -> Desk:
    """Raises Problem("too_few_tokens") where the text has no room for a window in one of its parts."""
    import torch

    from core import batches, counting

    train, test = parts(config)
    batches.batch(train, 0, 0, 1, config.context, config.offset)
    rows = batches.test_rows(test, config.context, max(8, EVAL_TOKENS // config.context), config.offset)
    held = torch.from_numpy(rows).to(config.device)  # (N, T + offset)
    x, y = held[:, : config.context].contiguous(), held[:, config.offset :].contiguous()
    return Desk(train, test, rows, x, y, tokenizer, counting.pairs(train, tokenizer.n_vocab))


def examine(model, desk: Desk, step: int) -> Iterator[Event]:
    """The test: test_loss, its standard error over windows, P(next token = this token), logit_std (spread of a place's
    logits over the vocabulary, mean over places), and where the loss sits."""
    import torch
    from torch.nn import functional as F

    losses, repeats, spreads = [], [], []
    for x, y in zip(desk.x.split(64), desk.y.split(64), strict=True):
        logits = model(x).float()  # (n, T, V)
        losses.append(F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none").view(y.shape))
        spreads.append(logits.std(-1))
        repeats.append((logits.gather(2, x[..., None])[..., 0] - logits.logsumexp(-1)).exp())
    loss = torch.cat(losses).cpu().double()  # (N, T)
    window = loss.mean(1)
    yield Metric(step, "test_loss", window.mean().item())
    yield Metric(step, "test_se", window.std().item() / len(window) ** 0.5 if len(window) > 1 else 0.0)
    yield Metric(step, "p_repeat", torch.cat(repeats).mean().item())
    yield Metric(step, "logit_std", torch.cat(spreads).mean().item())
    if step % 100 == 0:
        places = list(range(1, loss.shape[1] + 1))
        yield Table(step, "by_place", {"place": places, "loss": [round(v, 4) for v in loss.mean(0).tolist()]})
        yield Table(
            step, "windows", {"window": list(range(len(window))), "loss": [round(v, 3) for v in window.tolist()]}
        )
        yield Table(step, "echo", cosines(model, desk.x[:16]))


def cosines(model, x) -> dict[str, list]:
    """Mean cosine between the residual stream and the embedding of the token it started from: after the sum with the
    position (block 0), then after each block. x (B, T)."""
    from torch.nn import functional as F

    own = model.wte(x)
    stream = own + model.wpe.weight[: x.shape[1]]  # (B, T, C)
    found = [F.cosine_similarity(stream, own, dim=-1).mean().item()]
    for block in model.h:
        stream = block(stream)
        found.append(F.cosine_similarity(stream, own, dim=-1).mean().item())
    return {"block": list(range(len(found))), "cosine": [round(v, 4) for v in found]}


def prompt(config: Config, desk: Desk) -> list[int]:
    """What it continues: the first word of a story, or the first six tokens of the held-out text."""
    return [int(i) for i in desk.test[: 1 if config.corpus.startswith("tales-") else 6]]


def describe(config: Config, desk: Desk, texts: list[list[int]]) -> dict[str, float]:
    """Shares, 0 to 1, over all `texts` (token ids): pairs_known, whitespace, punctuation, on Tales agreements."""
    from core import agreements, counting

    words = [desk.tokenizer.decode(ids) for ids in texts]
    known = [counting.known_share(ids, desk.pairs, desk.tokenizer.n_vocab) for ids in texts]
    facts = {"pairs_known": sum(known) / len(known)} | counting.shares("".join(words))
    tale = corpora.load(config.corpus).tale
    if tale is not None:
        counts = [agreements.agreements(text, tale) for text in words]
        total = sum(c.total.total() for c in counts)
        if total:
            facts["agreements"] = sum(c.held.total() for c in counts) / total
    return facts


def write(config: Config, model, desk: Desk, step: int) -> Iterator[Event]:
    """The model writes PIECES texts: the first as the Sample "story", and what `describe` finds in all as metrics."""
    import torch

    from core import writing

    start = prompt(config, desk)
    ids = torch.tensor([start] * PIECES, device=config.device)
    texts = writing.generate(model, ids, tokens=LENGTH, seed=config.seed, context=config.context).tolist()
    facts = describe(config, desk, texts)
    opening = desk.tokenizer.decode(start)
    yield Sample(step, "story", opening, desk.tokenizer.decode(texts[0])[len(opening) :], facts)
    for name, value in facts.items():
        yield Metric(step, name, value)


def by_counting(config: Config, desk: Desk) -> Sample:
    """What the table of counted pairs writes: same prompt, same length, counted over as many texts."""
    from core import counting, rng

    start, draws = prompt(config, desk), rng.numpy_stream(config.seed, "sample")
    texts = [start + counting.continue_by_pairs(desk.train, start[-1], LENGTH, draws) for _ in range(PIECES)]
    opening = desk.tokenizer.decode(start)
    words = desk.tokenizer.decode(texts[0])[len(opening) :]
    return Sample(0, "table of pairs", opening, words, describe(config, desk, texts))


def graded_loss(config: Config, model, x, y, step: int):
    """The training loss of the windows x, y (B, T): of all places, or of the graded ones. With head_at "graded" the
    logits of the others are never computed; the number is the same."""
    from core import batches, losses

    if not 0 < config.graded < config.context:
        return losses.WIRINGS[config.wiring](model(x), y)
    places = batches.graded_places(config.context, config.graded, config.graded_at, config.seed, step).to(x.device)
    logits = model(x, places) if config.head_at == "graded" else model(x)[:, places]  # (B, k, V)
    return losses.WIRINGS[config.wiring](logits, y[:, places])


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step; on the grid test_loss, test_se (its standard error over windows), p_repeat,
    logit_std; at STAGES pairs_known, whitespace, punctuation, agreements. Tables: by_place (test loss by place in the window),
    windows (loss of every test window), echo (cosine of the stream with the embedding after each block), texts (the
    windows' places and words, once), with `close` those of core/close_look.py. Samples: "story" at STAGES, "table of pairs" once.
    Raises the Problems of corpora, tokenizers and batches (too_few_tokens)."""
    from core import batches, close_look, schedules
    from core import train as loop
    from core.models import parameters

    model, tokenizer = build(config)
    desk = lay_out(config, tokenizer)
    model = model.to(config.device)
    near = close_look.windows(desk.test, config.context, config.close, config.offset, config.device)
    unique, counted = parameters(model)
    facts = {
        "parameters": unique,
        "counted": counted,
        "vocabulary": tokenizer.n_vocab,
        "train_tokens": len(desk.train),
        "test_tokens": len(desk.test),
        "test_windows": len(desk.rows),
        "start_loss": predicted_start(config, tokenizer.n_vocab),
        "logit_bytes": 4 * config.batch * config.context * tokenizer.n_vocab,
        "references": reference_lines(config, tokenizer, desk.train, desk.rows),
    }
    if resume is None:
        yield Started(config.steps, facts)
        if heads(config) != config.heads:
            yield Note(0, "heads_snapped", {"asked": config.heads, "used": heads(config), "width": config.width})
        if config.graded > config.context:
            yield Note(0, "graded_clamped", {"asked": config.graded, "context": config.context})
        places = [i / max(1, len(desk.rows) - 1) for i in range(len(desk.rows))]
        words = [tokenizer.decode([int(i) for i in row])[:120] for row in desk.rows]
        yield Table(0, "texts", {"part": [round(p, 4) for p in places], "text": words})
        yield by_counting(config, desk)

    def draw(step):
        if config.sampler == "random":
            return batches.batch(desk.train, config.seed, step, config.batch, config.context, config.offset)
        return batches.epoch_batch(
            desk.train, config.seed, step - 1, config.batch, config.context, config.context, config.offset
        )

    def loss(model, step):
        x, y = (part.to(config.device) for part in draw(step))
        return graded_loss(config, model, x, y, step)

    def evaluate(model, step):
        yield from examine(model, desk, step)
        if config.close:
            yield from close_look.events(
                model, *near, step, full=step > 0 and (step % 100 == 0 or step == config.steps)
            )
        if step in STAGES or step == config.steps:
            yield from write(config, model, desk, step)

    yield from loop.train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        optimizer=config.optimizer,
        lr=config.lr,
        weight_decay=config.weight_decay,
        factor=lambda step: schedules.factor(config.schedule, step, config.steps, config.warmup),
        clip=config.clip,
        precision=config.precision,
        evaluate=evaluate,
        resume=resume,
    )


EXPERIMENT = Experiment(
    "model5", 1, Config, run, extends=lambda config: config.schedule == "constant" and not config.warmup, build=build
)
