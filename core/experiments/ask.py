"""Ask a finished model: it continues a prompt at a chosen temperature (a probe of any run that has a model)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import experiment
from core.events import Event, Finished, Note, Sample, Started
from core.experiment import Experiment, knob
from core.problem import Problem


@dataclass(frozen=True)
class Config:
    """parent: the run that is asked (core.experiment.encode of its Config); empty: lesson 5's quick one.
    temperature 0 takes the likeliest token every time. seed: the luck of the draw. tokens: how many it writes."""

    experiment: ClassVar[str] = "ask"
    parent: str = knob("")
    prompt: str = knob("One")
    temperature: float = knob(1.0, low=0.0, high=10.0)
    seed: int = knob(0, low=0, high=10_000)
    tokens: int = knob(80, low=1, high=400)


def asked(config: Config):
    """The Config of the run that is asked. Raises Problem("wrong_parent") where there is no model to ask."""
    parent = experiment.decode(config.parent) if config.parent else experiment.load("model1").Config()
    if experiment.of(parent).build is None:
        raise Problem("wrong_parent", wanted="model1, model5, like_x", given=parent.experiment)
    return parent


def needs(config: Config) -> dict:
    return {"model": asked(config)}


def build(config: Config):
    return experiment.of(asked(config)).build(asked(config))


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Sample "answer": the continuation; facts "read": the part of the prompt that the model could see.

    Notes: unknown_words (words the tokenizer does not have), never_seen (tokens that the training text never showed:
    their embedding is as random as on the first day), prompt_cropped (longer than the model's context).
    """
    import torch

    from core import optimizers
    from core.writing import generate

    parent = asked(config)
    model, tokenizer = build(config)
    model.load_state_dict(optimizers.weights(inputs["model"]))
    model.eval()
    context = reach(model, parent)
    yield Started(1, {"context": context, "vocabulary": tokenizer.n_vocab})
    ids = tokenizer.encode(config.prompt) or tokenizer.encode("\n") or [0]
    yield from doubts(config.prompt, ids, tokenizer, parent)
    if len(ids) > context:
        facts = {"tokens": len(ids), "kept": context, "text": tokenizer.decode(ids[-context:])}
        yield Note(1, "prompt_cropped", facts)
    start = torch.tensor([ids], device=next(model.parameters()).device)  # (1, T)
    row = generate(
        model, start, tokens=config.tokens, seed=config.seed, context=context, temperature=config.temperature
    )
    text = tokenizer.decode(row[0, len(ids) :].tolist())
    read = tokenizer.decode(ids[-context:])
    yield Sample(1, "answer", config.prompt, text, {"temperature": config.temperature, "read": read})
    yield Finished(1, "done")


def reach(model, parent) -> int:
    """How many tokens back the model can see: as many as it has positions, or was trained on where it turns them (rotary);
    without any (Model 1) only one."""
    if not hasattr(model, "wpe"):
        return 1
    return parent.context if model.wpe is None else model.wpe.num_embeddings


def doubts(prompt: str, ids: list[int], tokenizer, parent) -> Iterator[Event]:
    """Notes on parts of the prompt that the model cannot know, at most five of each."""
    import numpy as np

    from core import corpora, tales, tokenizers

    if tokenizer.name == "words":
        known = {piece.strip() for piece in tokenizer.pieces}
        words = [w for w in dict.fromkeys(p.strip() for p in tales.PIECE.findall(prompt)) if w and w not in known]
        if words:
            yield Note(1, "unknown_words", {"words": ", ".join(words[:5]), "read_as": tokenizers.UNKNOWN})
    seen = np.isin(ids, corpora.tokens(parent_text(parent), tokenizer, "train"))
    missing = [tokenizer.pieces[i] for i, there in zip(ids, seen, strict=True) if not there]
    missing = [piece for piece in dict.fromkeys(missing) if piece != tokenizers.UNKNOWN]
    if missing:
        yield Note(1, "never_seen", {"tokens": ", ".join(f"“{piece}”" for piece in missing[:5])})


def parent_text(parent) -> str:
    """The corpus a run learned from; a run without one of its own (a repair) has its parent's."""
    while not hasattr(parent, "corpus"):
        parent = next(iter(experiment.of(parent).needs(parent).values()))
    return parent.corpus


EXPERIMENT = Experiment("ask", 1, Config, run, needs=needs, lane="express", build=build)
