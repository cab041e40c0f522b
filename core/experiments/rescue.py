"""Teach one unused token by fine-tuning on a few sentences that have it, and watch what else changes (course lesson 19)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora
from core.events import Event, Metric, Note, Sample, Started
from core.experiment import Experiment, knob, load, parent
from core.problem import Problem

EVERY = 5  # steps between two looks
WINDOWS, TOKENS = 32, 40
WORD = re.compile(r" [a-zà-ỹ]{4,}")  # a token that is a whole word: the part the new token takes over


@dataclass(frozen=True)
class Config:
    """parent: the trained run (core.experiment.encode of an unused_tokens Config); empty: lesson 19's quick one.
    sentences: windows of the training text in which the most frequent whole word (there and in
    the held-out text) is replaced by the unused token."""

    experiment: ClassVar[str] = "rescue"
    parent: str = knob("")
    sentences: int = knob(20, low=1, high=500)
    lr: float = knob(1e-3, low=0.0, high=1.0)
    steps: int = knob(50, low=0, high=2000)
    seed: int = knob(0, low=0, high=10_000)


def trained(config: Config):
    """The Config of the run that is fine-tuned. Raises Problem("wrong_parent")."""
    return parent(config, "unused_tokens")


def needs(config: Config) -> dict:
    return {"trained": trained(config)}


def build(config: Config):
    return load("unused_tokens").build(trained(config))


def host(pieces: list[str], counts) -> int:
    """The most frequent token that is a whole word of four letters or more; the most frequent of all if none occurs."""
    words = [i for i, piece in enumerate(pieces) if counts[i] and WORD.fullmatch(piece)]
    return max(words or range(len(pieces)), key=lambda i: counts[i])


def sentences(tokens, host: int, new: int, count: int, context: int):
    """At most `count` windows (n, context + 1) of the text around the host, not overlapping, evenly spread; the host is
    replaced by `new`. int64 array."""
    import numpy as np

    starts, last = [], -1
    for place in np.flatnonzero(np.asarray(tokens) == host):
        start = min(max(0, int(place) - context // 2), len(tokens) - context - 1)
        if start > last:
            starts.append(start)
            last = start + context
    chosen = np.unique(np.linspace(0, len(starts) - 1, min(count, len(starts))).astype(int))
    rows = np.asarray(tokens)[np.array(starts)[chosen, None] + np.arange(context + 1)].astype(np.int64)
    return np.where(rows == host, new, rows)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Every 5 steps, on held-out windows: test_loss; at the places whose answer is the host word p_new and p_host (mean
    probability of the new token and of the host) and first (share of these places where the new token is the likeliest);
    others, ln of the mean probability of the other unused tokens. Sample "a sentence that needs it": what the model holds
    likeliest where the host stood. Note rescued: which token took the place of which. Raises Problem: no_unused, no_host (the
    training and the held-out text have no token in common)."""
    import numpy as np
    import torch
    from torch.nn import functional as F

    from core import batches, frequency_groups, optimizers, rng, writing
    from core import train as loop

    parent = trained(config)
    model, tokenizer = build(config)
    model.load_state_dict(optimizers.weights(inputs["trained"]))
    tokens = corpora.tokens(parent.corpus, tokenizer, "train")[: parent.keep or None]
    groups = frequency_groups.frequency_groups(tokens, tokenizer.n_vocab, parent.group, parent.seed)
    unused = np.flatnonzero(groups.counts == 0)
    if not len(unused):
        raise Problem("no_unused", vocabulary=tokenizer.n_vocab, tokens=len(tokens))
    new = int(rng.numpy_stream(config.seed, "sample").choice(unused))
    held = corpora.tokens(parent.corpus, tokenizer, "test")
    both = np.minimum(groups.counts, np.bincount(held, minlength=tokenizer.n_vocab))
    word = host(tokenizer.pieces, both)
    if not both[word]:
        raise Problem("no_host")
    rows = torch.from_numpy(sentences(tokens, word, new, config.sentences, parent.context))  # (n, T+1)
    x, y = batches.test_windows(held, parent.context, WINDOWS)
    asked = torch.from_numpy(sentences(held, word, word, 64, parent.context))  # held-out windows that have the host
    others = torch.from_numpy(unused[unused != new])
    if resume is None:
        yield Started(config.steps, {"vocabulary": tokenizer.n_vocab})
        told, replaced = tokenizer.show(new), tokenizer.show(word)
        yield Note(0, "rescued", {"token": told, "host": replaced, "sentences": len(rows)})

    def loss(model, step):
        batch = rows[torch.randint(len(rows), (parent.batch,), generator=rng.stream(config.seed, "batch", step))]
        return F.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())

    def evaluate(model, step):
        log_p = F.log_softmax(model(x).float(), -1).flatten(0, 1)
        yield Metric(step, "test_loss", F.nll_loss(log_p, y.flatten()).item())
        if len(others):
            yield Metric(step, "others", log_p[:, others].double().exp().mean().clamp_min(1e-300).log().item())
        logits = model(asked[:, :-1]).float()
        there = asked[:, 1:] == word
        p = torch.softmax(logits[there], -1)
        yield Metric(step, "p_new", p[:, new].mean().item())
        yield Metric(step, "p_host", p[:, word].mean().item())
        yield Metric(step, "first", (p.argmax(-1) == new).float().mean().item())
        if step % 10 == 0:
            yield write(model, step)

    def write(model, step):
        place = first(asked[0], word)
        prompt = asked[:1, : max(1, place)]
        row = writing.generate(model, prompt, tokens=TOKENS, seed=config.seed, context=parent.context, temperature=0)[0]
        new_text = row[prompt.shape[1] :].tolist()
        pieces = [tokenizer.show(i) if i == new else tokenizer.pieces[i] for i in new_text]
        facts = {"pieces": pieces, "hits": [i for i, t in enumerate(new_text) if t == new], "of": len(pieces)}
        return Sample(step, "a sentence that needs it", tokenizer.decode(prompt[0].tolist()), "".join(pieces), facts)

    yield from loop.train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        lr=config.lr,
        weight_decay=parent.weight_decay,
        evaluate=evaluate,
        due=lambda step: step % EVERY == 0,
        resume=resume,
    )


def first(row, word: int) -> int:
    """The first place of `word` in a row of ids (T,) that has it."""
    return int((row == word).nonzero()[0])


EXPERIMENT = Experiment("rescue", 1, Config, run, needs=needs, extends=lambda config: True, build=build)
