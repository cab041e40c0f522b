"""Train Model 1 on one side of a split and test it on the other: how much depends on how the text was cut (lesson 6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import splits
from core.events import Event, Metric, Sample, Started
from core.experiment import Experiment, knob

CORPORA = ("manual", "tales-en", "tales-vi")
OTHER = {"manual": "tales-en", "tales-en": "manual", "tales-vi": "tales-en"}
CELLS = 4_000_000  # how many numbers of the model's table are held at a time
PASSAGE, LICENCE = 8, 20  # tokens in a row that count as the same passage, and as the same paragraph
RUN = 32  # neighbouring test windows that are slipped into the training set together
TEXTS, LENGTH = 20, 40  # how much it writes to be searched for copies


@dataclass(frozen=True)
class Config:
    """Every knob of the run.

    split: how the windows are shared out. share: of the whole text, for the test set. keep: at most so many tokens
    beside it, those at the end of the text, so that a contiguous split has the same test set for every `keep`. gap:
    tokens dropped at a contiguous cut. block: tokens in a block. dose: share of the test windows that is slipped into
    the training set. dropout: chance that a number of the embedding is dropped in training. The default keeps about as
    much as the course's book has (The Time Machine, 45,295 of GPT-2's tokens).
    """

    experiment: ClassVar[str] = "splits"
    corpus: str = knob("manual", choices=CORPORA, pattern="text-[0-9a-f]{12}", corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    split: str = knob("contiguous", choices=splits.WAYS)
    share: float = knob(0.1, low=0.001, high=0.9)
    gap: int = knob(8, low=0, high=4096)
    block: int = knob(512, low=2, high=65_536)
    keep: int = knob(40_000, low=100, high=2_000_000)
    dose: float = knob(0.0, low=0.0, high=1.0)
    lr: float = knob(7e-3, low=0.0, high=100.0)
    weight_decay: float = knob(0.01, low=0.0, high=100.0)
    dropout: float = knob(0.0, low=0.0, high=0.99)
    width: int = knob(128, low=1, high=2048)
    context: int = knob(8, low=1, high=1024)
    stride: int = knob(2, low=1, high=1024)
    batch: int = knob(32, low=1, high=4096)
    steps: int = knob(900, low=0, high=100_000)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def build(config: Config):
    """(Model 1, tokenizer), freshly initialised from the seed. Raises the Problems of tokenizers.load."""
    from core import initializers, models, rng, tokenizers

    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    model = models.Model1(tokenizer.n_vocab, config.width, dropout=config.dropout)
    initializers.torch_default(model, rng.stream(config.seed, "init"))
    return model.to(config.device), tokenizer


@dataclass(frozen=True)
class Sides:
    """tokens: int64 (N,), the text (and behind it another one, where that is the test). train, test: starts of windows.
    told: starts of the test windows that were slipped into `train`. share: of the windows, that is for the test."""

    tokens: object
    train: object
    test: object
    told: object
    share: float


def sides(config: Config, tokenizer) -> Sides:
    """The text and its windows on either side. Raises Problem: those of corpora, too_few_tokens, split_empty."""
    import numpy as np

    from core import corpora, rng

    parts = [np.asarray(corpora.tokens(config.corpus, tokenizer, part), dtype=np.int64) for part in ("train", "test")]
    tokens = np.concatenate(parts)
    tokens, share = splits.book(tokens, config.keep, config.share)
    how = {"gap": config.gap, "block": config.block, "seed": config.seed}
    train, test = splits.cut(config.split, len(tokens), config.context, config.stride, share, **how)
    if config.split == "other":
        elsewhere = corpora.tokens(OTHER.get(config.corpus, "manual"), tokenizer, "test").astype(np.int64)
        test = len(tokens) + splits.all_starts(len(elsewhere), config.context, config.stride)
        tokens = np.concatenate([tokens, elsewhere])
    told = test[:0]
    if config.dose:
        runs = np.arange(len(test)) // RUN
        drawn = rng.numpy_stream(config.seed, "noise").permutation(runs[-1] + 1)
        told = test[np.isin(runs, drawn[: round(config.dose * len(drawn))])]
    return Sides(tokens, np.concatenate([train, told]), test, told, share)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step (the batch, before the step); on the grid, all at the same weights: test_loss,
    test_se (its standard error), same_loss (every training prediction), test_seen and test_unseen (test predictions
    whose pair of tokens occurs in training, and those whose pair does not), test_told and test_clean (those slipped
    into training, and the others), batch_means (mean of the means of test batches, as the course reports it) and
    window_mean (of all their tokens), row_sum (how far a row of probabilities is from 1), copied (share of the 8 tokens
    in a row it writes that stand in the training text) and pairs (of the 2 in a row). Sample: "story".
    """
    from core import losses
    from core.train import train

    model, tokenizer = build(config)
    parts = sides(config, tokenizer)
    look = Look(config, tokenizer, parts)
    yield Started(config.steps, look.facts())

    def loss(model, step):
        x, y = splits.batch(parts.tokens, parts.train, config.seed, step - 1, config.batch, config.context)
        return losses.nll_of_log_softmax(model(x.to(config.device)), y.to(config.device))

    yield from train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        lr=config.lr,
        weight_decay=config.weight_decay,
        evaluate=look.at,
        resume=resume,
    )


class Look:
    """What is measured on the grid. Model 1 is a table of V rows, so the loss of every prediction of the text is known
    exactly: no test windows need to be chosen, and nothing is averaged over time."""

    def __init__(self, config: Config, tokenizer, parts: Sides):
        import numpy as np

        from core import leakage

        self.config, self.tokenizer, self.parts = config, tokenizer, parts
        size, tokens = tokenizer.n_vocab, parts.tokens
        self.keys, self.inverse = np.unique(tokens[:-1] * size + tokens[1:], return_inverse=True)
        sides = {"train": parts.train, "test": parts.test, "told": parts.told}
        self.places = {
            name: np.flatnonzero(leakage.trained(starts, len(tokens), config.context)[:-1])
            for name, starts in sides.items()
        }
        seen = np.zeros(len(self.keys), dtype=bool)
        seen[self.inverse[self.places["train"]]] = True
        self.seen = seen[self.inverse[self.places["test"]]]  # (test predictions,): is the pair known?
        self.told = np.isin(self.places["test"], self.places["told"])
        whole = leakage.whole(parts.train, len(tokens), config.context + 1, PASSAGE)
        pairs = leakage.ngrams(tokens, 2)[self.places["train"]]
        self.known = {"copied": (PASSAGE, leakage.ngrams(tokens, PASSAGE)[whole]), "pairs": (2, pairs)}

    def facts(self) -> dict:
        """What is known about the split before the first step, and the lines that the losses are held against."""
        import math

        from core import leakage, references

        config, (tokens, train, test) = self.config, (self.parts.tokens, self.parts.train, self.parts.test)
        share = leakage.shares(test, leakage.trained(train, len(tokens), config.context), config.context)
        learned, asked = ((tokens[p], tokens[p + 1]) for p in (self.places["train"], self.places["test"]))
        tables = references.pair_tables(learned[1], learned, asked, self.tokenizer.n_vocab)
        return {
            "parameters": 2 * self.tokenizer.n_vocab * config.width,
            "vocabulary": self.tokenizer.n_vocab,
            "references": {
                "uniform": math.log(self.tokenizer.n_vocab),
                "bigram": references.pair_entropy(*learned),
                **tables,
            },
            "train_windows": len(train),
            "test_windows": len(test),
            "train_predictions": len(learned[0]),
            "test_predictions": len(asked[0]),
            "leaked": float(share.mean()),
            "whole_windows": float((share == 1).mean()),
            "expected": leakage.expected(config.context, config.stride, self.parts.share),
            "known_pairs": float(self.seen.mean()),
            "told": float(self.told.mean()),
            "passages": leakage.repeated(tokens, train, test, config.context, PASSAGE),
            "paragraphs": leakage.repeated(tokens, train, test, config.context, LICENCE),
            "epoch_steps": -(-len(train) // config.batch),
        }

    def at(self, model, step: int) -> Iterator[Event]:
        import numpy as np

        by_key, error = self.losses(model)
        test = by_key[self.inverse[self.places["test"]]]
        yield Metric(step, "test_loss", float(test.mean()))
        yield Metric(step, "test_se", standard_error(test, self.places["test"], self.config.context))
        yield Metric(step, "same_loss", float(by_key[self.inverse[self.places["train"]]].mean()))
        for name, chosen in (("seen", self.seen), ("unseen", ~self.seen), ("told", self.told), ("clean", ~self.told)):
            if chosen.any() and (self.config.dose or name in ("seen", "unseen")):
                yield Metric(step, f"test_{name}", float(test[chosen].mean()))
        rows = by_key[self.inverse[self.parts.test[:, None] + np.arange(self.config.context)]].mean(1)  # (windows,)
        batches = [rows[i : i + self.config.batch].mean() for i in range(0, len(rows), self.config.batch)]
        yield Metric(step, "batch_means", float(np.mean(batches)))
        yield Metric(step, "window_mean", float(rows.mean()))
        yield Metric(step, "row_sum", error)
        if step == 0 or step % 100 == 0 or step == self.config.steps:
            yield from self.write(model, step)

    def losses(self, model):
        """(-ln p of every different pair of the text, float64 (pairs,); how far the worst row of p is from summing to 1)."""
        import numpy as np
        import torch

        size = self.tokenizer.n_vocab
        first, out, worst = self.keys // size, np.empty(len(self.keys)), 0.0
        used, rows = np.unique(first), max(1, CELLS // size)
        for begin in range(0, len(used), rows):
            part = used[begin : begin + rows]
            ids = torch.as_tensor(part, device=self.config.device)[:, None]  # (n, 1)
            log_p = torch.log_softmax(model(ids)[:, 0].float(), -1).cpu()  # (n, V)
            worst = max(worst, float((log_p.exp().sum(-1) - 1).abs().max()))
            low, high = np.searchsorted(first, [part[0], part[-1] + 1])
            chosen = np.searchsorted(part, first[low:high]) * size + self.keys[low:high] % size
            out[low:high] = -log_p.reshape(-1)[torch.from_numpy(chosen)].double().numpy()
        return out, worst

    def write(self, model, step: int) -> Iterator[Event]:
        """A text, and how much of TEXTS texts stands word for word in what it was trained on."""
        import numpy as np
        import torch

        from core import leakage
        from core.writing import generate

        start = torch.full((TEXTS, 1), int(self.parts.tokens[self.parts.test[0]]), device=self.config.device)
        ids = generate(model, start, tokens=LENGTH, seed=self.config.seed, context=1).cpu().numpy()
        text = self.tokenizer.decode(ids[0, 1:].tolist())
        yield Sample(step, "story", self.tokenizer.decode(ids[0, :1].tolist()), text, {"temperature": 1.0})
        for name, (n, known) in self.known.items():
            written = np.concatenate([leakage.ngrams(row, n) for row in ids])
            yield Metric(step, name, float(np.isin(written, known).mean()))


def standard_error(losses, places, context: int) -> float:
    """Standard error of the mean of `losses`: neighbouring predictions lean on the same words, so stretches of `context`
    tokens are taken as one observation each. 0 for a single stretch."""
    import numpy as np

    _, group = np.unique(places // context, return_inverse=True)
    count, total = np.bincount(group), np.bincount(group, weights=losses)
    away = total - count * losses.mean()  # of every stretch, from what the mean would give it
    n = len(count)
    return float(np.sqrt((away**2).sum() * n / max(1, n - 1)) / len(losses)) if n > 1 else 0.0


EXPERIMENT = Experiment("splits", 1, Config, run, extends=lambda config: True, build=build)
