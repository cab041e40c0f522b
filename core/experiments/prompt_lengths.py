"""A finished model goes on from a short and from a long piece of held-out text, dropout off or left on (lesson 18)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import experiment
from core.events import Event, Finished, Metric, Note, Sample, Started
from core.experiment import Experiment, knob
from core.problem import Problem

PIECES = 6  # continuations that are counted; the first is shown


@dataclass(frozen=True)
class Config:
    """parent: the Model 5 run that writes (core.experiment.encode of its Config); empty: lesson 8's quick one.
    short: tokens of the short prompt; the long one fills the window but for one place. left_on: dropout as in training,
    which is what happens where model.eval() is forgotten."""

    experiment: ClassVar[str] = "prompt_lengths"
    parent: str = knob("")
    short: int = knob(8, low=1, high=1024)
    tokens: int = knob(60, low=1, high=400)
    temperature: float = knob(1.1, low=0.0, high=10.0)
    left_on: bool = knob(False)
    seed: int = knob(0, low=0, high=10_000)


def writer(config: Config):
    """The Config of the run that writes. Raises Problem("wrong_parent") where it is no Model 5."""
    parent = experiment.decode(config.parent) if config.parent else experiment.load("model5").Config()
    if parent.experiment != "model5":
        raise Problem("wrong_parent", wanted="model5", given=parent.experiment)
    return parent


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Samples "short prompt" and "long prompt"; metrics <short|long>_pairs_known, _whitespace, _punctuation: shares of
    what PIECES continuations consist of. Note where there is no dropout to leave on."""
    import torch

    from core import batches, corpora, counting, optimizers
    from core.writing import generate

    parent = writer(config)
    model, tokenizer = experiment.of(parent).build(parent)
    model.load_state_dict(optimizers.weights(inputs["model"]))
    model.train(config.left_on)
    lengths = {"short": min(config.short, parent.context - 1), "long": parent.context - 1}
    yield Started(1, lengths)
    if config.left_on and not any(getattr(parent, f"drop_{p}") > 0 for p in PLACES) and not parent.dropout:
        yield Note(1, "no_dropout_to_leave_on")
    held = torch.from_numpy(batches.test_rows(corpora.tokens(parent.corpus, tokenizer, "test"), parent.context, PIECES))
    known = counting.pairs(corpora.tokens(parent.corpus, tokenizer, "train"), tokenizer.n_vocab)
    torch.manual_seed(config.seed)
    for name, length in lengths.items():
        start = held[:, parent.context - length : parent.context]  # both prompts of a piece end on the same token
        rows = generate(
            model,
            start,
            tokens=config.tokens,
            seed=config.seed,
            context=parent.context,
            temperature=config.temperature,
            in_evaluation=not config.left_on,
        )[:, length:].tolist()
        texts = [tokenizer.decode(row) for row in rows]
        shares = [counting.known_share(row, known, tokenizer.n_vocab) for row in rows]
        facts = {"pairs_known": sum(shares) / len(shares)} | counting.shares("".join(texts))
        yield Sample(1, f"{name} prompt", tokenizer.decode(start[0].tolist()), texts[0], facts)
        for what, value in facts.items():
            yield Metric(1, f"{name}_{what}", value)
    yield Finished(1, "done")


PLACES = ("attention", "embedding", "mlp", "residual")  # where Model 5 may drop

EXPERIMENT = Experiment(
    "prompt_lengths", 1, Config, run, needs=lambda config: {"model": writer(config)}, lane="express"
)
