"""What it costs to forget model.train() after the first evaluation: the rest of the run has no dropout (lesson 14)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Metric, Started
from core.experiment import Experiment, knob

FIRST_TEST = 100  # the step after which train() is forgotten


@dataclass(frozen=True)
class Config:
    """Model 1 with dropout p on its embedding, on the first `keep` tokens of a text. forget: the evaluation at FIRST_TEST
    calls eval() and nobody calls train() again."""

    experiment: ClassVar[str] = "forgotten_train"
    corpus: str = knob("tales-en", choices=("tales-en", "tales-vi"), corpus=True)
    p: float = knob(0.5, low=0.0, high=0.99)
    forget: bool = knob(False)
    keep: int = knob(1000, low=100, high=10**6)
    steps: int = knob(200, low=0, high=2000)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step, test_loss on the grid."""
    from core import batches, corpora, initializers, losses, models, rng, tokenizers
    from core.train import test_losses, train

    tokenizer = tokenizers.load("words", config.corpus)
    learn, held = (corpora.tokens(config.corpus, tokenizer, part) for part in ("train", "test"))
    learn = learn[: config.keep]
    model = models.Model1(tokenizer.n_vocab, 64, dropout=config.p)
    initializers.torch_default(model, rng.stream(config.seed, "init"))
    yield Started(config.steps, {"vocabulary": tokenizer.n_vocab, "train_tokens": len(learn)})
    held_x, held_y = batches.test_windows(held, 32, 64)

    def loss(model, step):
        if config.forget and step > FIRST_TEST:
            model.eval()  # where the loop left it, had it not been put back
        x, y = batches.batch(learn, config.seed, step, 16, 32)
        return losses.nll_of_log_softmax(model(x), y)

    def evaluate(model, step):
        yield Metric(step, "test_loss", test_losses(model, held_x, held_y).mean().item())

    yield from train(model, loss=loss, steps=config.steps, seed=config.seed, lr=5e-3, evaluate=evaluate)


EXPERIMENT = Experiment("forgotten_train", 1, Config, run, lane="express")
