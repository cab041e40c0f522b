"""Train Model 1 on little text from somebody else's embedding: frozen, free, shuffled or rescaled (course lesson 7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import transplant
from core.events import Event, Metric, Note, Sample, Started, Table
from core.experiment import Experiment, knob, load, make
from core.problem import Problem

CELLS = 4_000_000  # how many numbers of the model's table are held at a time
HELD, LARGE = 4096, 5000  # test tokens with a vocabulary above LARGE
WORDS = (" class", " method", " string", " name", " not", " first", " can", " two", " int", " is", ".", " module")
UNSEEN, SEEN, DRAWN = 50, 170, 60  # tokens in the table of movement, and on the map
KNOWN = 2  # times a token occurs in the training tokens before it counts as a neighbour


@dataclass(frozen=True)
class Config:
    """Every knob of the run.

    donor: house (Model 1, 800 steps on docstrings, ships), a Model 1 trained here on Tales for donor_steps, or GPT-2.
    rows: what the embedding starts as (transplant.start_rows). head: its own random one, the donor's, or the donor's
    kept frozen. freeze: never, always, or for so many steps. ratio: learning rate of the embedding over that of the
    head. std: 0 keeps the donor's spread. keep: training tokens, the first of the text.
    """

    experiment: ClassVar[str] = "borrowed"
    corpus: str = knob("manual", choices=("manual", "tales-en", "tales-vi"), pattern="text-[0-9a-f]{12}", corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    donor: str = knob("house", choices=transplant.DONORS)
    donor_steps: int = knob(600, low=0, high=5000)
    rows: str = knob("borrowed", choices=transplant.ROWS)
    head: str = knob("random", choices=("random", "borrowed", "frozen"))
    freeze: str = knob("never", choices=("never", "always"), pattern="[1-9][0-9]{0,4}")
    ratio: float = knob(1.0, low=0.0, high=100.0)
    std: float = knob(0.0, low=0.0, high=100.0)
    shuffle: float = knob(0.0, low=0.0, high=1.0)
    keep: int = knob(5000, low=0, high=10_000_000)
    lr: float = knob(5e-3, low=0.0, high=100.0)
    weight_decay: float = knob(0.01, low=0.0, high=100.0)
    dropout: float = knob(0.0, low=0.0, high=0.99)
    width: int = knob(64, low=1, high=2048)
    fit: str = knob("pca", choices=transplant.FITS)
    context: int = knob(8, low=1, high=1024)
    batch: int = knob(64, low=1, high=4096)
    steps: int = knob(250, low=0, high=100_000)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def needs(config: Config) -> dict:
    """The run of lesson 5's Model 1 that trains the donor, for the donors that do not ship."""
    if (config.rows == "random" and config.head == "random") or not config.donor.startswith("tales"):
        return {}
    return {"donor": make(load("model1").Config, corpus=config.donor, steps=config.donor_steps, device=config.device)}


def build(config: Config):
    """(Model 1, tokenizer) with its own random weights, as it stands before anything is borrowed."""
    from core import initializers, models, rng, tokenizers

    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    model = models.Model1(tokenizer.n_vocab, config.width, dropout=config.dropout)
    initializers.torch_default(model, rng.stream(config.seed, "init"))
    return model.to(config.device), tokenizer


def plant(config: Config, model, tokenizer, state: dict | None) -> dict:
    """Put the starting embedding (and head) into `model`, freeze what is to be frozen. Returns facts about both.

    Raises the Problems of transplant, head_does_not_fit(width, donor) and nothing_to_train.
    """
    import numpy as np

    wanted = config.rows != "random" or config.head != "random"
    gift = transplant.donor(config.donor, state) if wanted else None
    rows = transplant.match(gift.pieces, tokenizer.pieces) if gift else np.full(tokenizer.n_vocab, -1)
    start = transplant.start_rows(
        config.rows,
        gift,
        rows,
        width=config.width,
        fit=config.fit,
        std=config.std,
        shuffle=config.shuffle,
        seed=config.seed,
    )
    transplant.copy_rows(model.wte.weight, start)
    if config.head != "random":
        if gift.width != config.width:
            raise Problem("head_does_not_fit", width=config.width, donor=gift.width)
        own = model.lm_head.weight.detach().cpu().numpy()
        transplant.copy_rows(model.lm_head.weight, np.where(rows[:, None] >= 0, gift.head[rows], own))
    if config.freeze != "never" and config.head == "frozen":  # also for some steps: they would have nothing to move
        raise Problem("nothing_to_train")
    model.lm_head.weight.requires_grad_(config.head != "frozen")
    model.wte.weight.requires_grad_(config.freeze == "never")
    return {
        "start_std": float(start.std()),
        "donor_std": float(gift.table.std()) if gift else None,
        "donor_width": gift.width if gift else None,
        "matched": int((rows >= 0).sum()),
    }


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step (the batch); on the grid, without dropout, test_loss (the test part of the text),
    same_loss (the training tokens) and row_change (the largest change of any number of the embedding), cosine_seen and
    cosine_unseen (median cosine of a row with its start, tokens that occur in the training tokens and others).
    Tables at the last step: movement (token, count, cosine, norm ratio), neighbours, map. Sample: "continued".
    """
    import numpy as np

    from core import batches, corpora, losses
    from core.train import train

    model, tokenizer = build(config)
    planted = plant(config, model, tokenizer, inputs.get("donor"))
    whole = np.asarray(corpora.tokens(config.corpus, tokenizer, "train"), dtype=np.int64)
    held = np.asarray(corpora.tokens(config.corpus, tokenizer, "test"), dtype=np.int64)
    held = held[:HELD] if tokenizer.n_vocab > LARGE else held
    data = whole[: config.keep]
    batches.batch(data, config.seed, 1, 1, config.context)  # refuses at once where no window fits
    look = Look(config, tokenizer, data, held, model.wte.weight.detach().cpu().numpy().copy())
    yield Started(config.steps, look.facts(model) | planted)
    if resume is None:
        if config.keep > len(whole):
            yield Note(0, "keep_beyond_text", {"keep": config.keep, "tokens": len(whole)})
        if planted["donor_std"] is not None and planted["matched"] < tokenizer.n_vocab:
            yield Note(0, "rows_matched", {"matched": planted["matched"], "vocabulary": tokenizer.n_vocab})

    def loss(model, step):
        if config.freeze not in ("never", "always"):
            model.wte.weight.requires_grad_(step > int(config.freeze))
        x, y = batches.batch(data, config.seed, step, config.batch, config.context)
        return losses.nll_of_log_softmax(model(x.to(config.device)), y.to(config.device))

    yield from train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        lr=config.lr,
        weight_decay=config.weight_decay,
        groups=[
            {"params": [model.wte.weight], "lr": config.lr * config.ratio},
            {"params": [model.lm_head.weight], "lr": config.lr},
        ],
        evaluate=look.at,
        resume=resume,
    )


class Look:
    """What is measured on the grid. Model 1 is a table of V rows: the loss over a text is an exact sum over pairs."""

    def __init__(self, config: Config, tokenizer, data, held, start):
        import numpy as np

        self.config, self.tokenizer, self.data, self.held, self.start = config, tokenizer, data, held, start
        size = tokenizer.n_vocab
        some = data[: 2 * HELD] if size > LARGE else data
        self.pairs = {
            name: np.unique(part[:-1] * size + part[1:], return_counts=True)
            for name, part in (("test_loss", held), ("same_loss", some))
        }
        self.counts = np.bincount(data, minlength=size)

    def facts(self, model) -> dict:
        """Sizes, and the lines the losses are held against: uniform, and tables counted on the same training tokens."""
        import math

        from core import references

        size = self.tokenizer.n_vocab
        tables = references.count_tables(self.data, self.held[None], size)
        return {
            "parameters": sum(p.numel() for p in model.parameters()),
            "trainable": sum(p.numel() for p in model.parameters() if p.requires_grad),
            "vocabulary": size,
            "references": {"uniform": math.log(size)} | tables,
            "train_tokens": len(self.data),
            "test_tokens": len(self.held),
            "kinds": int((self.counts > 0).sum()),
        }

    def at(self, model, step: int) -> Iterator[Event]:
        import numpy as np

        for name, value in self.losses(model).items():
            yield Metric(step, name, value)
        now = model.wte.weight.detach().cpu().numpy()
        same = cosine(self.start, now)
        yield Metric(step, "row_change", float(np.abs(now - self.start).max()))
        for name, group in (("cosine_seen", self.counts > 0), ("cosine_unseen", self.counts == 0)):
            if group.any():
                yield Metric(step, name, float(np.median(same[group])))
        if step == self.config.steps:
            yield Table(step, "movement", self.movement(now, same))
            yield Table(step, "neighbours", self.neighbours(now))
            yield Table(step, "map", self.map(now))
            yield from self.write(model, step)

    def losses(self, model) -> dict[str, float]:
        """Mean loss over each set of pairs, rows of the model's table taken some at a time."""
        import numpy as np
        import torch

        size = self.tokenizer.n_vocab
        used = np.unique(np.concatenate([keys // size for keys, _ in self.pairs.values()]))
        sums, rows = dict.fromkeys(self.pairs, 0.0), max(1, CELLS // size)
        for begin in range(0, len(used), rows):
            part = used[begin : begin + rows]
            ids = torch.as_tensor(part, device=self.config.device)[:, None]  # (n, 1)
            log_p = torch.log_softmax(model(ids)[:, 0].float(), -1).cpu().reshape(-1)  # (n V)
            for name, (keys, counts) in self.pairs.items():
                low, high = np.searchsorted(keys, [part[0] * size, (part[-1] + 1) * size])
                chosen = np.searchsorted(part, keys[low:high] // size) * size + keys[low:high] % size
                sums[name] -= float(log_p[torch.from_numpy(chosen)].double().numpy() @ counts[low:high])
        return {name: sums[name] / float(counts.sum()) for name, (_, counts) in self.pairs.items()}

    def movement(self, now, same) -> dict[str, list]:
        """Tokens from rare to frequent: how often each occurs in the training tokens and what became of its row."""
        import numpy as np

        order = np.argsort(self.counts, kind="stable")
        unseen, seen = order[self.counts[order] == 0], order[self.counts[order] > 0]
        chosen = np.concatenate([spread(unseen, UNSEEN), spread(seen, SEEN)])
        ratio = np.linalg.norm(now, axis=1) / np.linalg.norm(self.start, axis=1)
        return {
            "piece": [self.tokenizer.pieces[i] for i in chosen],
            "count": [int(self.counts[i]) for i in chosen],
            "cosine": [round(float(same[i]), 4) for i in chosen],
            "norm": [round(float(ratio[i]), 4) for i in chosen],
        }

    def neighbours(self, now) -> dict[str, list]:
        """The five nearest rows (by cosine) of some words, at the start and now, among the tokens that occur KNOWN times
        or more: rows that nothing ever trained are noise, and noise is always near something."""
        import numpy as np

        pieces = self.tokenizer.pieces
        columns = {name: [] for name in ("word", "when", "rank", "neighbour", "cosine")}
        for word in WORDS:
            if pieces.count(word) != 1:
                continue
            i = pieces.index(word)
            for when, table in (("start", self.start), ("now", now)):
                near = cosine(table, table[i][None])
                near[self.counts < KNOWN] = near[i] = -2
                for rank, j in enumerate(np.argsort(-near, kind="stable")[:5], 1):
                    row = (word, when, rank, pieces[j], round(float(near[j]), 3))
                    for name, value in zip(columns, row, strict=True):
                        columns[name].append(value)
        return columns

    def map(self, now) -> dict[str, list]:
        """The most frequent tokens in the two strongest directions of their first rows: (x0, y0), then (x1, y1)."""
        import numpy as np

        chosen = np.argsort(-self.counts, kind="stable")[:DRAWN]
        start = self.start[chosen]
        middle = start.mean(0)
        directions = np.linalg.svd(start - middle, full_matrices=False)[2][:2].T  # (C, 2)
        before, after = ((rows - middle) @ directions for rows in (start, now[chosen]))
        columns = {"piece": [self.tokenizer.pieces[i] for i in chosen]}
        for name, values in (("x0", before[:, 0]), ("x1", after[:, 0]), ("y0", before[:, -1]), ("y1", after[:, -1])):
            columns[name] = [round(float(v), 3) for v in values]
        return columns

    def write(self, model, step: int) -> Iterator[Event]:
        import torch

        from core.writing import generate

        start = self.tokenizer.encode(" The")[:1] or [int(self.held[0])]
        ids = torch.tensor([start], device=self.config.device)
        ids = generate(model, ids, tokens=60, seed=self.config.seed, context=1)
        text = self.tokenizer.decode(ids[0, 1:].tolist())
        yield Sample(step, "continued", self.tokenizer.decode(start), text, {"temperature": 1.0})


def cosine(a, b):
    """Cosine of each row of `a` with the same row of `b` (or with its only one): (V,)."""
    import numpy as np

    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return (a * b).sum(1) / np.maximum(lengths, 1e-12)


def spread(items, count: int):
    """At most `count` of `items`, evenly, the first and the last included."""
    import numpy as np

    return items[np.unique(np.linspace(0, len(items) - 1, min(count, len(items))).astype(int))] if len(items) else items


EXPERIMENT = Experiment("borrowed", 2, Config, run, needs=needs, extends=lambda config: True, build=build)
