"""Put a token into the prompt that no training text ever used, and look for such tokens by the weights alone: a probe of
lesson 19's runs (go deeper; after Land & Bartolo 2024, "Fishing for Magikarp")."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora, experiment
from core.events import Event, Finished, Metric, Sample, Started, Table
from core.experiment import Experiment, knob

WINDOWS, AFTER, TOKENS = 64, 8, 40


@dataclass(frozen=True)
class Config:
    """parent: the run that is read (core.experiment.encode of an unused_tokens Config); empty: lesson 19's quick one.
    seed: which tokens of a group are put in."""

    experiment: ClassVar[str] = "glitch"
    parent: str = knob("")
    seed: int = knob(0, low=0, high=10_000)


def read(config: Config):
    """The Config of the run that is read. Raises Problem("wrong_parent")."""
    return experiment.parent(config, "unused_tokens")


def detectors(model, hidden, log_p) -> dict:
    """{name: (V,) a number that is small where a token looks untrained}. lean: the output row's component along the mean
    state; short: length of the input row; quiet: mean probability. hidden (N, d), log_p (N, V) from any text."""
    return {
        "lean": model.lm_head.weight @ hidden.mean(0),
        "short": model.wte.weight.norm(dim=1),
        "quiet": log_p.double().exp().mean(0),
    }


def precision(scores, unused, sizes) -> list[float]:
    """Share of truly unused tokens among the k with the smallest score, for every k in `sizes`."""
    order = unused[scores.argsort().cpu().numpy()]
    return [float(order[:k].mean()) for k in sizes]


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """A token of each group takes the middle place of WINDOWS held-out windows ("text": the true one stays). Table
    "prompts": kind, entropy of the next-token distribution there, loss of the AFTER tokens that follow it, nats. Table
    "detectors": name, k, precision. Metrics: <detector>_precision at k = the number of unused tokens. Samples: what
    follows "a rare token", "an unused token"."""
    import numpy as np
    import torch
    from torch.nn import functional as F

    from core import batches, frequency_groups, optimizers, rng
    from core.writing import generate

    parent = read(config)
    model, tokenizer = experiment.of(parent).build(parent)
    model.load_state_dict(optimizers.weights(inputs["model"]))
    model.eval()
    tokens = corpora.tokens(parent.corpus, tokenizer, "train")[: parent.keep or None]
    groups = frequency_groups.frequency_groups(tokens, tokenizer.n_vocab, parent.group, parent.seed)
    unused = groups.counts == 0
    yield Started(1, {"unused": int(unused.sum()), "vocabulary": tokenizer.n_vocab})
    x, y = batches.test_windows(corpora.tokens(parent.corpus, tokenizer, "test"), parent.context, WINDOWS)
    middle = parent.context // 2
    draw = rng.numpy_stream(config.seed, "sample")
    columns = {name: [] for name in ("kind", "entropy", "loss")}
    with torch.no_grad():
        for kind, ids in ({"text": None} | groups.ids()).items():
            changed = x.clone()
            if ids is not None:
                if not len(ids):
                    continue
                changed[:, middle] = torch.from_numpy(draw.choice(ids, len(x)))
            log_p = F.log_softmax(model(changed).float(), -1)[:, middle : middle + AFTER]  # (N, k, V)
            entropy = -(log_p[:, 0].exp() * log_p[:, 0]).sum(-1).mean().item()
            loss = -log_p.gather(2, y[:, middle : middle + AFTER, None]).mean().item()
            for name, value in zip(columns, (kind, entropy, loss), strict=True):
                columns[name].append(value)
        hidden = model.hidden(x).flatten(0, 1)
        log_p = F.log_softmax(model(x).float(), -1).flatten(0, 1)
        found = detectors(model, hidden, log_p)
    yield Table(1, "prompts", columns)
    if unused.any():
        sizes = np.unique(np.geomspace(5, unused.sum(), 20).astype(int)).tolist()
        rows = [
            (name, k, p) for name, s in found.items() for k, p in zip(sizes, precision(s, unused, sizes), strict=True)
        ]
        yield Table(
            1,
            "detectors",
            {
                name: list(column)
                for name, column in zip(("name", "k", "precision"), zip(*rows, strict=True), strict=True)
            },
        )
        for name, scores in found.items():
            yield Metric(1, f"{name}_precision", precision(scores, unused, [int(unused.sum())])[0])
    for name, ids in (("a rare token", groups.rare), ("an unused token", groups.never)):
        if len(ids):
            start = torch.cat([x[:1, :middle], torch.tensor([[int(draw.choice(ids))]])], 1)
            row = generate(model, start, tokens=TOKENS, seed=config.seed, context=parent.context)[0].tolist()
            prompt = tokenizer.decode(row[:middle]) + tokenizer.show(row[middle])
            yield Sample(1, name, prompt, tokenizer.decode(row[middle + 1 :]))
    yield Finished(1, "done")


EXPERIMENT = Experiment("glitch", 1, Config, run, needs=lambda config: {"model": read(config)}, lane="express")
