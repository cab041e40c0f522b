"""Train Model 1, which sees one token, and hold it against the best that one token allows (course lesson 5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora
from core.events import Event, Metric, Note, Sample, Started, Table
from core.experiment import Experiment, knob

STAGES = (0, 10, 50, 100, 300, 600, 1000, 2000, 5000)  # when it writes, and when its table is held against the counts
TEXTS, LENGTH = 40, 26  # how many texts it writes then, and how long: 1,000 neighbouring pairs
FOLLOWERS = 4  # of each context token, in the table of pairs
BARS = 12  # followers in the bars of one context token
OFFSETS = 8
CELLS = 4_000_000  # how many numbers of the table are held at a time


@dataclass(frozen=True)
class Config:
    """Every knob of the run.

    head: how logits and loss are computed: "whole", as the course does; "blocks", a part of the vocabulary at a time (same
    numbers up to rounding); "blocks_bfloat16", with its products in bfloat16 where that is faster on this machine.
    offset: which token is the target; 1 is the next one, 2 the one after it (the course's loop shifts targets that are
    shifted already). stride: distance between the starts of two windows. init_std: spread of the embedding.
    """

    experiment: ClassVar[str] = "model1"
    corpus: str = knob("tales-en", choices=corpora.NAMES, pattern=corpora.OTHER, corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    lr: float = knob(5e-3, low=0.0, high=100.0)
    weight_decay: float = knob(0.01, low=0.0, high=100.0)
    init_std: float = knob(1.0, low=0.0, high=100.0)
    width: int = knob(64, low=1, high=2048)
    offset: int = knob(1, low=1, high=OFFSETS)
    context: int = knob(8, low=1, high=1024)
    stride: int = knob(2, low=1, high=1024)
    batch: int = knob(64, low=1, high=4096)
    steps: int = knob(600, low=0, high=100_000)
    optimizer: str = knob("adamw", choices=("adamw", "adam", "sgd"))
    nonlinearity: str = knob("gelu", choices=("gelu", "relu", "none"))
    bias: bool = knob(False)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))
    head: str = knob("whole", choices=("whole", "blocks", "blocks_bfloat16"), later=True)


def build(config: Config):
    """(Model 1, tokenizer), freshly initialised from the seed. Raises the Problems of tokenizers.load."""
    from core import initializers, models, rng, tokenizers

    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    model = models.Model1(tokenizer.n_vocab, config.width, bias=config.bias, nonlinearity=config.nonlinearity)
    initializers.torch_default(model, rng.stream(config.seed, "init"), std=config.init_std)
    return model.to(config.device), tokenizer


def floors(config: Config, tokenizer) -> list[float]:
    """H(x[t+k] | x[t]) for k = 1..8, nats: exact for Tales, counted on the training part of other texts."""
    from core import references

    return [references.lines(config.corpus, tokenizer, config.context, k)["bigram"] for k in range(1, OFFSETS + 1)]


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step (the batch); on the grid, over the whole text and without noise from windows,
    test_loss (own target), test_loss_next and test_loss_after (targets one and two ahead), text_loss (training part);
    at the STAGES pairs_known (share of neighbouring pairs in what it writes that the training text contains).
    Tables: board (the first window of the first batch), bars (followers of some context tokens: counted, model) and
    pairs (frequent pairs: counted, model). Samples: "story". Raises the Problems of corpora, tokenizers and batches.
    """
    import math

    from core import batches, device, pair_counts, references, start_loss
    from core.train import train

    data, held = (corpora.tokens(config.corpus, config.tokenizer, part) for part in ("train", "test"))
    x, y = batches.epoch_batch(data, config.seed, 0, config.batch, config.context, config.stride, config.offset)
    model, tokenizer = build(config)
    lines = references.lines(config.corpus, tokenizer, config.context, config.offset)
    ahead = floors(config, tokenizer)
    counts = pair_counts.of(config.corpus, config.tokenizer, config.offset)
    look = Look(config, tokenizer, counts)
    facts = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "vocabulary": tokenizer.n_vocab,
        "references": lines | counts.best | {"next": ahead[0], "after": ahead[1]},
        "floors": ahead,
        "start_loss": start_loss.start_loss(
            tokenizer.n_vocab, config.init_std, config.width, config.bias, config.nonlinearity
        ),
        "counted_floor": counts.least,
        "train_tokens": len(data),
        "test_tokens": len(held),
        "epoch_steps": batches.batches_per_epoch(data, config.batch, config.context, config.stride),
        "shapes": {"X": list(x.shape), "y": list(y.shape), "log_probs": [*x.shape, tokenizer.n_vocab]},
        "unflattened": unflattened(tokenizer.n_vocab, x, y),
        "pairs_by_chance": counts.by_chance,
        "letters_per_token": len(tokenizer.decode(held[:4000].tolist())) / max(1, len(held[:4000])),
    }
    yield Started(config.steps, facts)
    if resume is None:
        yield board(tokenizer, x[0].tolist(), y[0].tolist())
        if config.stride > config.context:
            skipped = 1 - config.context / config.stride
            yield Note(0, "tokens_skipped", {"stride": config.stride, "context": config.context, "share": skipped})
        if config.head == "blocks_bfloat16" and not device.bfloat16_pays(config.device):
            yield Note(0, "bfloat16_slow", {})
    graded = grade(config)

    def loss(model, step):
        x, y = batches.epoch_batch(
            data, config.seed, step - 1, config.batch, config.context, config.stride, config.offset
        )
        return graded(model, x.to(config.device), y.to(config.device))

    for event in train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        optimizer=config.optimizer,
        lr=config.lr,
        weight_decay=config.weight_decay,
        evaluate=look.at,
        resume=resume,
    ):
        if event.kind == "metric" and event.name == "text_loss" and math.isfinite(event.value):
            # No function of one token can be below this on this text: a lower loss means that the target is wrong.
            assert event.value > counts.least - 0.01, (event.value, counts.least)
        yield event


def grade(config: Config):
    """The function (model, x (B, T), y (B, T)) -> mean loss that `config.head` names."""
    import torch

    from core import blocked_loss, device, losses

    if config.head == "whole":
        return lambda model, x, y: losses.nll_of_log_softmax(model(x), y)
    half = config.head == "blocks_bfloat16" and device.bfloat16_pays(config.device)
    dtype = torch.bfloat16 if half else torch.float32

    def blocks(model, x, y):
        weight, bias = model.lm_head.weight, model.lm_head.bias
        return blocked_loss.blocked_cross_entropy(model.hidden(x).flatten(0, 1), weight, y.flatten(), bias, dtype=dtype)

    return blocks


def unflattened(vocabulary: int, x, y) -> str:
    """What torch says when (B, T, V) meets (B, T) without flattening, "" where the shapes happen to fit."""
    import torch
    from torch.nn import functional as F

    try:
        F.nll_loss(torch.zeros(*x.shape, vocabulary), y)
    except (RuntimeError, IndexError) as error:
        return str(error).splitlines()[0]
    return ""


def board(tokenizer, x: list[int], y: list[int]) -> Table:
    """The first window of the first batch as text, at most eight places of it: inputs and their targets."""
    pieces = tokenizer.pieces
    width = min(len(x), 8)
    words = {name: [pieces[i] for i in ids[:width]] for name, ids in (("x", x), ("y", y))}
    return Table(0, "board", {"place": list(range(width))} | words)


class Look:
    """What is measured on the grid. Model 1 is a function of one token, so its whole behaviour is a table of V rows,
    and the mean loss over a text is a sum over the pairs of that table: exact, with no windows to choose."""

    def __init__(self, config: Config, tokenizer, counts):
        self.config, self.tokenizer, self.counts, self.targets = config, tokenizer, counts, counts.targets

    def at(self, model, step: int) -> Iterator[Event]:
        names = list(self.targets)
        for name, value in zip(names, self.losses(model), strict=True):
            yield Metric(step, name, value)
        if step in STAGES or step == self.config.steps:
            yield from self.write(model, step)
            yield from self.compare(model, step)

    def losses(self, model) -> list[float]:
        """Mean loss over the pairs of each target, rows of the table taken some at a time."""
        import numpy as np
        import torch

        size = self.tokenizer.n_vocab
        used = np.unique(np.concatenate([keys // size for keys, _ in self.targets.values()]))
        sums, rows = [0.0] * len(self.targets), max(1, CELLS // size)
        for begin in range(0, len(used), rows):
            part = used[begin : begin + rows]
            log_p = self.log_p(model, part).reshape(-1)  # (rows * V)
            place = np.full(size, -1)
            place[part] = np.arange(len(part))
            for i, (keys, counts) in enumerate(self.targets.values()):
                low, high = np.searchsorted(keys, [part[0] * size, (part[-1] + 1) * size])
                chosen = place[keys[low:high] // size] * size + keys[low:high] % size
                values = log_p[torch.from_numpy(chosen)].double().numpy()
                sums[i] -= float(values @ counts[low:high])
        return [total / float(counts.sum()) for total, (_, counts) in zip(sums, self.targets.values(), strict=True)]

    def log_p(self, model, tokens):
        """ln p(next | token) for some tokens: (n, V) on the CPU."""
        import torch

        ids = torch.as_tensor(tokens, device=self.config.device)[:, None]  # (n, 1)
        return torch.log_softmax(model(ids)[:, 0].float(), -1).cpu()

    def write(self, model, step: int) -> Iterator[Event]:
        """The first of TEXTS texts as a Sample, and how many of their pairs the training text contains."""
        import torch

        from core import counting
        from core.writing import generate

        start = int(self.counts.test[0])
        ids = torch.full((TEXTS, 1), start, device=self.config.device)
        ids = generate(model, ids, tokens=LENGTH - 1, seed=self.config.seed, context=1).cpu().numpy()
        first = torch.full((1, 1), start, device=self.config.device)
        story = generate(model, first, tokens=60, seed=self.config.seed, context=1)
        prompt = self.tokenizer.decode([start])
        yield Sample(step, "story", prompt, self.tokenizer.decode(story[0, 1:].tolist()), {"temperature": 1.0})
        size = self.tokenizer.n_vocab
        share = sum(counting.known_share(row, self.counts.known, size) for row in ids) / len(ids)
        yield Metric(step, "pairs_known", share)

    def compare(self, model, step: int) -> Iterator[Event]:
        """Model against counts: the followers of some context tokens, and frequent pairs."""
        import numpy as np

        size, pieces = self.tokenizer.n_vocab, self.tokenizer.pieces
        table = self.log_p(model, self.counts.contexts).exp().numpy()  # (contexts, V)
        keys, counts = self.targets["text_loss"]
        bars = {name: [] for name in ("rank", "context", "token", "counted", "model")}
        pairs = {name: [] for name in ("context", "token", "count", "counted", "model")}
        for rank, a in enumerate(self.counts.contexts):
            low, high = np.searchsorted(keys, [a * size, (a + 1) * size])
            order = np.argsort(-counts[low:high], kind="stable")
            total = int(counts[low:high].sum())
            for i, j in enumerate(order[:BARS]):
                b, n = int(keys[low + j] % size), int(counts[low + j])
                row = (pieces[a], pieces[b], n / total, round(float(table[rank, b]), 6))
                if rank < 6:
                    for name, value in zip(bars, (rank + 1, *row), strict=True):
                        bars[name].append(value)
                if i < FOLLOWERS:
                    for name, value in zip(pairs, (*row[:2], n, *row[2:]), strict=True):
                        pairs[name].append(value)
        yield Table(step, "bars", bars)
        yield Table(step, "pairs", pairs)


EXPERIMENT = Experiment("model1", 2, Config, run, extends=lambda config: True, build=build)
