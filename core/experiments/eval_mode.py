"""A trained model read in evaluation mode, left in training mode, or with an attention that forgot to switch (lesson 17)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora, experiment
from core.events import Event, Finished, Metric, Note, Sample, Started
from core.experiment import Experiment, knob
from core.problem import Problem

EVAL_TOKENS = 3072  # of the held-out text, and as many of the training text
PIECES, LENGTH = 32, 60  # texts it writes, tokens each
REPEATS = 6


@dataclass(frozen=True)
class Config:
    """parent: the Model 5 run that is read (core.experiment.encode of its Config); empty: the default run.

    mode: "eval" (model.eval()), "train" (left in training mode), "attention" (model.eval(), but attention passes its
    dropout_p on whatever the mode: the function does not look). masks: how many passes with fresh masks are averaged.
    """

    experiment: ClassVar[str] = "eval_mode"
    parent: str = knob("")
    mode: str = knob("eval", choices=("eval", "train", "attention"))
    masks: int = knob(16, low=REPEATS, high=64)
    prompt: str = knob("One")
    temperature: float = knob(1.0, low=0.0, high=10.0)
    seed: int = knob(0, low=0, high=10_000)


def read(config: Config):
    """The Config of the run that is read. Raises Problem("wrong_parent") where it is no Model 5."""
    parent = experiment.decode(config.parent) if config.parent else experiment.load("model5").Config()
    if parent.experiment != "model5":
        raise Problem("wrong_parent", wanted="model5", given=parent.experiment)
    return parent


def set_mode(model, mode: str) -> None:
    """Put the model into one of the three modes of Config."""
    model.train(mode == "train")
    if mode == "attention":
        for block in model.h:
            block.attn.train()


def averaged(passes) -> list[float]:
    """Loss of the mean of the first 1, 2, ... M distributions, from the target's losses (M, N, T): nats per token."""
    import torch

    so_far = torch.logcumsumexp(-passes, 0)  # (M, N, T): ln of the sum of the target's probabilities
    counts = torch.arange(1, len(passes) + 1, dtype=passes.dtype)
    return (counts.log()[:, None, None] - so_far).mean((1, 2)).tolist()


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics by pass: test_loss on held-out windows and masks_loss, of the mean of the distributions so far (1 to `masks`;
    evaluation mode needs REPEATS to show that nothing changes); seen_loss on windows of the training text (1 to REPEATS).
    At the last pass: steady (of LENGTH greedy tokens, how many come before two tries first differ) and pairs_known (share
    of the neighbouring tokens in PIECES texts it writes that the training text has too). Sample "story"."""
    import torch

    from core import batches, optimizers, rng

    parent = read(config)
    model, tokenizer = experiment.of(parent).build(parent)
    model.load_state_dict(optimizers.weights(inputs["model"]))
    passes = REPEATS if config.mode == "eval" else config.masks
    yield Started(passes, {"steps": parent.steps, "vocabulary": tokenizer.n_vocab})
    T = parent.context
    held, seen = (
        batches.test_windows(corpora.tokens(parent.corpus, tokenizer, part)[:kept], T, max(8, EVAL_TOKENS // T))
        for part, kept in (("test", None), ("train", parent.keep or None))
    )
    set_mode(model, config.mode)
    losses = []
    for number in range(1, passes + 1):
        torch.manual_seed(rng.key(config.seed, "dropout", number))
        losses.append(test_losses(model, held))
        yield Metric(number, "test_loss", losses[-1].mean().item())
        if number <= REPEATS:
            yield Metric(number, "seen_loss", test_losses(model, seen).mean().item())
    for number, value in enumerate(averaged(torch.stack(losses)), 1):
        yield Metric(number, "masks_loss", value)
    yield from write(config, model, tokenizer, parent, passes)
    yield Finished(passes, "done")


def test_losses(model, windows):
    """Loss of every token of windows (x, y), in the mode the model is in, with one fresh mask: float64 (N, T)."""
    from core import train

    return train.test_losses(model, *windows).double()


def write(config: Config, model, tokenizer, parent, step: int) -> Iterator[Event]:
    """What it writes in the mode it is in, and whether the likeliest words are twice the same."""
    import torch

    from core import counting, rng
    from core.writing import generate

    ids = tokenizer.encode(config.prompt) or tokenizer.encode("\n") or [0]
    if len(ids) > parent.context:
        kept = tokenizer.decode(ids[-parent.context :])
        yield Note(step, "prompt_cropped", {"tokens": len(ids), "kept": parent.context, "text": kept})

    def continued(count: int, temperature: float, luck: int) -> list[list[int]]:
        torch.manual_seed(rng.key(config.seed, "dropout", 0, luck))
        start = torch.tensor([ids] * count)  # (count, T)
        how = {"tokens": LENGTH, "seed": config.seed, "context": parent.context, "temperature": temperature}
        return generate(model, start, **how, in_evaluation=False)[:, len(ids) :].tolist()

    first, second = (continued(1, 0.0, luck)[0] for luck in (1, 2))
    alike = next((i for i, (a, b) in enumerate(zip(first, second, strict=True)) if a != b), LENGTH)
    yield Metric(step, "steady", float(alike))
    texts = continued(PIECES, config.temperature, 0)
    pairs = counting.pairs(corpora.tokens(parent.corpus, tokenizer, "train"), tokenizer.n_vocab)
    known = sum(counting.known_share(ids[-1:] + text, pairs, tokenizer.n_vocab) for text in texts) / PIECES
    yield Metric(step, "pairs_known", known)
    written = tokenizer.decode(ids + texts[0])[len(tokenizer.decode(ids)) :]
    yield Sample(step, "story", config.prompt, written, {"temperature": config.temperature, "pairs_known": known})


EXPERIMENT = Experiment("eval_mode", 1, Config, run, needs=lambda config: {"model": read(config)}, lane="express")
