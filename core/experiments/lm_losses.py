"""Model 1 trained on one loss after another, always judged by the same plain test loss (course lesson 9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Metric, Sample, Started, Table
from core.experiment import Experiment, knob

CORPORA = ("tales-en", "tales-vi", "manual")
OBJECTIVES = ("ce", "smoothing", "focal", "squares", "extra")
CELLS = 4_000_000  # how many probabilities are held at a time


@dataclass(frozen=True)
class Config:
    """objective: what is minimised; "extra" is cross-entropy plus extra_weight times the extra term. Fields that an
    objective does not use do not change its numbers."""

    experiment: ClassVar[str] = "lm_losses"
    objective: str = knob("ce", choices=OBJECTIVES)
    smoothing: float = knob(0.1, low=0.0, high=0.99)
    gamma: float = knob(2.0, low=0.0, high=10.0)
    extra: str = knob("short", choices=("short", "doubt"))
    extra_weight: float = knob(0.3, low=0.0, high=10.0)
    corpus: str = knob("tales-en", choices=CORPORA, pattern="text-[0-9a-f]{12}", corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    lr: float = knob(5e-3, low=0.0, high=100.0)
    width: int = knob(64, low=1, high=2048)
    context: int = knob(8, low=1, high=1024)
    batch: int = knob(64, low=1, high=4096)
    steps: int = knob(300, low=0, high=100_000)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def build(config: Config):
    """(Model 1, tokenizer), freshly initialised from the seed. Raises the Problems of tokenizers.load."""
    from core import initializers, models, rng, tokenizers

    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    model = models.Model1(tokenizer.n_vocab, config.width)
    initializers.torch_default(model, rng.stream(config.seed, "init"))
    return model.to(config.device), tokenizer


def objective(config: Config, lengths):
    """(logits (B, T, V), targets (B, T)) -> the number that is minimised. lengths: letters of every token (V,)."""
    from core import losses

    def extra(logits, y):
        term = losses.expected_length(logits, lengths) if config.extra == "short" else losses.negative_entropy(logits)
        return losses.cross_entropy(logits, y) + config.extra_weight * term

    return {
        "ce": losses.cross_entropy,
        "smoothing": lambda logits, y: losses.label_smoothing(logits, y, config.smoothing),
        "focal": lambda logits, y: losses.focal(logits, y, config.gamma),
        "squares": losses.squared_probabilities,
        "extra": extra,
    }[config.objective]


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss (the loss that is minimised) every step; on the grid, over all pairs of the test part:
    test_loss (plain, nats per token, whatever was minimised), own_<objective> for each of the losses measured on the
    same predictions, accuracy, confidence (mean probability of the likeliest token), calibration_error, entropy and
    letters (expected length of a token). Table "calibration" (core/calibration.py). Sample "story".
    """
    import torch

    from core import batches, corpora, references
    from core.train import train

    data, held = (corpora.tokens(config.corpus, config.tokenizer, part) for part in ("train", "test"))
    batches.epoch_batch(data, config.seed, 0, config.batch, config.context, 2)  # refuses a text that is too short
    model, tokenizer = build(config)
    lengths = torch.tensor([float(len(piece)) for piece in tokenizer.pieces], device=config.device)
    minimised = objective(config, lengths)
    look = Look(config, tokenizer, held, lengths)
    facts = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "vocabulary": tokenizer.n_vocab,
        "references": references.lines(config.corpus, tokenizer, config.context),
        "test_tokens": len(held),
    }
    yield Started(config.steps, facts)

    def loss(model, step):
        x, y = batches.epoch_batch(data, config.seed, step - 1, config.batch, config.context, 2)
        return minimised(model(x.to(config.device)), y.to(config.device))

    yield from train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        lr=config.lr,
        weight_decay=0.01,
        evaluate=look.at,
        resume=resume,
    )


class Look:
    """Model 1 is a table of V rows, so every mean over the test part is a sum over its pairs: exact, no windows."""

    def __init__(self, config: Config, tokenizer, held, lengths):
        import numpy as np
        import torch

        self.config, self.tokenizer, self.lengths = config, tokenizer, lengths.cpu()
        tokens = np.asarray(held, dtype=np.int64)
        keys, counts = np.unique(tokens[:-1] * tokenizer.n_vocab + tokens[1:], return_counts=True)
        self.rows, place = np.unique(keys // tokenizer.n_vocab, return_inverse=True)  # the tokens that are read
        self.place, self.next = torch.from_numpy(place), torch.from_numpy(keys % tokenizer.n_vocab)
        self.share = torch.from_numpy(counts / counts.sum())  # (pairs,) float64
        self.read = torch.zeros(len(self.rows), dtype=torch.float64).index_add(0, self.place, self.share)
        self.first = int(tokens[0])

    def at(self, model, step: int) -> Iterator[Event]:
        import torch

        from core import calibration
        from core.writing import generate

        size = max(1, CELLS // self.tokenizer.n_vocab)
        sums: dict[str, float] = {}
        confidence, correct = [], []
        for begin in range(0, len(self.rows), size):
            inside = (self.place >= begin) & (self.place < begin + size)
            ids = torch.as_tensor(self.rows[begin : begin + size], device=self.config.device)[:, None]
            log_p = torch.log_softmax(model(ids)[:, 0].float(), -1).cpu()  # (rows, V)
            top = log_p.max(-1)
            where, following, share = self.place[inside] - begin, self.next[inside], self.share[inside]
            hit = torch.zeros(len(ids), dtype=torch.float64)
            hit.index_add_(0, where, share * (top.indices[where] == following))
            read = self.read[begin : begin + size]
            confidence.append(top.values.exp().double())
            correct.append(hit / read)
            p = log_p.exp()
            scores = self.scores(log_p[where, following].double(), p.pow(2).sum(-1)[where], log_p.mean(-1)[where])
            means = {name: float((value * share).sum()) for name, value in scores.items()}
            means["entropy"] = float((-(p * log_p).sum(-1).double() * read).sum())
            means["letters"] = float(((p @ self.lengths).double() * read).sum())
            means["accuracy"] = float(hit.sum())
            means["confidence"] = float((confidence[-1] * read).sum())
            sums = {name: sums.get(name, 0.0) + value for name, value in means.items()}
        for name, value in sums.items():
            yield Metric(step, name, value)
        table = calibration.reliability(torch.cat(confidence), torch.cat(correct), self.read)
        yield Metric(step, "calibration_error", calibration.expected_error(table))
        yield Table(step, "calibration", table)
        start = torch.full((1, 1), self.first, device=self.config.device)
        story = generate(model, start, tokens=60, seed=self.config.seed, context=1)
        prompt = self.tokenizer.decode([self.first])
        yield Sample(step, "story", prompt, self.tokenizer.decode(story[0, 1:].tolist()), {"temperature": 1.0})

    def scores(self, log_p, squares, mean_log_p) -> dict:
        """Each loss per pair: log_p of the target, sum of all p squared, mean of all ln p."""
        p, share, gamma = log_p.exp(), self.config.smoothing, self.config.gamma
        return {
            "test_loss": -log_p,
            "own_smoothing": -(1 - share) * log_p - share * mean_log_p,
            "own_focal": -((1 - p).clamp_min(0) ** gamma) * log_p,
            "own_squares": squares - 2 * p + 1,
        }


EXPERIMENT = Experiment("lm_losses", 1, Config, run, extends=lambda config: True, build=build)
