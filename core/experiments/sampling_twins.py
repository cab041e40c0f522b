"""The same finished model writes three times with the same luck: from its logits, from their log-softmax, and by
exp(output) alone (a probe; course lesson 15)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import experiment
from core.events import Event, Finished, Metric, Sample, Started
from core.experiment import Experiment, knob
from core.problem import Problem

WRITERS = ("logits", "log-softmax", "exp")


@dataclass(frozen=True)
class Config:
    """parent: the run whose model writes (core.experiment.encode of its Config); empty: lesson 8's quick one. tokens: how
    many it writes. seed: the uniform numbers, one a token, the same for all writers."""

    experiment: ClassVar[str] = "sampling_twins"
    parent: str = knob("")
    prompt: str = knob("The")
    temperature: float = knob(0.8, low=0.0, high=1000.0)
    top_k: int = knob(0, low=0, high=100_000)
    top_p: float = knob(1.0, low=0.01, high=1.0)
    tokens: int = knob(60, low=1, high=200)
    seed: int = knob(0, low=0, high=10_000)


def read(config: Config):
    """The Config of the run whose model writes. Raises Problem("wrong_parent") where there is no such model."""
    parent = experiment.decode(config.parent) if config.parent else experiment.load("model5").Config()
    if parent.experiment != "model5":
        raise Problem("wrong_parent", wanted="model5", given=parent.experiment)
    return parent


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """At step 0 the Samples "logits", "log-softmax" and "exp" (facts: pieces, and hits, the places where the token is not
    the one that the logits gave). Metrics at step 1: differ_log-softmax, differ_exp (those places), gap (largest difference
    of a probability between logits and log-softmax at any step of the first text)."""
    import numpy as np
    import torch

    from core import optimizers, rng, sampling, spread

    parent = read(config)
    model, tokenizer = experiment.of(parent).build(parent)
    model.load_state_dict(optimizers.weights(inputs["model"]))
    model.eval()
    start = tokenizer.encode(config.prompt) or [0]
    luck = [float(rng.numpy_stream(config.seed, "sample", i).random()) for i in range(config.tokens)]
    how = {"temperature": config.temperature, "top_k": config.top_k, "top_p": config.top_p}
    yield Started(1, {"vocabulary": tokenizer.n_vocab})

    def logits(ids):
        with torch.no_grad():
            return model(torch.tensor([ids[-parent.context :]]))[0, -1].float().numpy()

    chance = {
        "logits": lambda z: sampling.probabilities(z, **how),
        "log-softmax": lambda z: sampling.probabilities(spread.log_softmax(z), **how),
        "exp": lambda z: np.exp(spread.log_softmax(z)),
    }
    texts, gap = {}, 0.0
    for name in WRITERS:
        ids = list(start)
        for u in luck:
            z = logits(ids)
            if name == "logits":
                gap = max(gap, float(np.abs(chance["logits"](z) - chance["log-softmax"](z)).max()))
            ids.append(sampling.draw(chance[name](z), u))
        texts[name] = ids[len(start) :]
    for name, ids in texts.items():
        pieces = [tokenizer.decode([i]) for i in ids]
        hits = [i for i, (a, b) in enumerate(zip(ids, texts["logits"], strict=True)) if a != b]
        yield Sample(0, name, config.prompt, tokenizer.decode(ids), {"pieces": pieces, "hits": hits})
        if name != "logits":
            yield Metric(1, f"differ_{name}", float(len(hits)))
    yield Metric(1, "gap", gap)
    yield Finished(1, "done")


EXPERIMENT = Experiment("sampling_twins", 1, Config, run, needs=lambda config: {"model": read(config)}, lane="express")
