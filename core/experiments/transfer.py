"""Start Model 1 from somebody else's weights, or from nothing, on a little of a new text (course lesson 1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora
from core.events import Event, Metric, Note, Sample, Started
from core.experiment import Experiment, knob, load, make

WIDTH, CONTEXT, WINDOWS = 64, 8, 64  # the donor's width; 64 windows of 8 tokens are 512 next-token pairs a step
EARLY = (0, 5, 10)
EVERY = 20  # steps between evaluations, the first twenty apart: a fixed grid, whatever the length of the run
STAGES = (0, 20, 100, 200, 400)  # when it writes
STARTS = ("scratch", "pretrained", "frozen")
DONORS = ("docstrings", "tales-en", "tales-vi")


@dataclass(frozen=True)
class Config:
    """start: random weights; the donor's; the donor's with its embedding held fixed. donor: the text the donor read
    (docstrings: the house model that ships; Tales: a run of lesson 5). text_tokens: how much of it may be read."""

    experiment: ClassVar[str] = "transfer"
    corpus: str = knob("manual", choices=corpora.NAMES, pattern=corpora.OTHER, corpus=True)
    start: str = knob("pretrained", choices=STARTS)
    donor: str = knob("docstrings", choices=DONORS)
    text_tokens: int = knob(5000, low=100, high=1_000_000)
    lr: float = knob(5e-3, low=0.0, high=10.0)
    weight_decay: float = knob(0.01, low=0.0, high=10.0)
    steps: int = knob(200, low=0, high=5000)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def taught(config: Config):
    """The run of lesson 5 whose weights a Tales donor is: its quick preset."""
    return make(load("model1").Config, corpus=config.donor, device=config.device)


def needs(config: Config) -> dict:
    return {} if config.start == "scratch" or config.donor == "docstrings" else {"donor": taught(config)}


def build(config: Config):
    """(Model 1, tokenizer), freshly initialised as lesson 5 does."""
    from core import initializers, models, rng, tokenizers

    tokenizer = tokenizers.load("bpe", config.corpus)
    model = models.Model1(tokenizer.n_vocab, WIDTH)
    initializers.torch_default(model, rng.stream(config.seed, "init"))
    return model.to(config.device), tokenizer


def begin(config: Config, inputs: dict, model) -> None:
    """Put the donor's weights into the model; hold the embedding fixed where that is asked. Raises house_damaged."""
    if config.start == "scratch":
        return
    if "donor" in inputs:
        tensors = {name: inputs["donor"][name] for name in model.state_dict()}
    else:
        from core import pretrained

        tensors = pretrained.model("house-model1").state_dict()
    model.load_state_dict(tensors)
    model.wte.weight.requires_grad_(config.start != "frozen")


def pair_loss(model, firsts, seconds, device: str = "cpu") -> float:
    """Mean loss over neighbouring pairs of tokens, int64 (n,) each, nats/token. Model 1 is a function of one token, so
    each different first token is asked once: exact, with no windows to choose."""
    import numpy as np
    import torch

    rows, place = np.unique(firsts, return_inverse=True)
    log_p = torch.log_softmax(model(torch.from_numpy(rows).to(device)[:, None])[:, 0].float(), -1)  # (rows, V)
    chosen = log_p[torch.from_numpy(place).to(device), torch.from_numpy(seconds).to(device)]
    return -chosen.cpu().double().mean().item()


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step (the batch); every 20 steps test_loss, over all pairs of the held-out tenth, and
    read_loss, over the tokens it may read. Samples: "story". Facts: multiplying (weights that multiply: the
    unembedding), flop_per_step (6 x multiplying x pairs). Raises the Problems of corpora, and house_damaged."""
    import math

    import numpy as np
    import torch

    from core import batches, losses, references
    from core.train import train

    data = np.asarray(corpora.tokens(config.corpus, "bpe", "train"), dtype=np.int64)
    held = np.asarray(corpora.tokens(config.corpus, "bpe", "test"), dtype=np.int64)
    model, tokenizer = build(config)
    start_loss = pair_loss(model, held[:-1], held[1:], config.device)
    begin(config, inputs, model)
    part = data[: config.text_tokens]
    zero_shot = pair_loss(model, held[:-1], held[1:], config.device)
    multiplying = model.lm_head.weight.numel()
    lines = {"uniform": math.log(tokenizer.n_vocab)}
    lines |= references.count_tables(part, held[None], tokenizer.n_vocab)  # one window as long as the text
    if config.start != "scratch":
        lines["donor"] = zero_shot
    facts = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "multiplying": multiplying,
        "pairs_per_step": WINDOWS * CONTEXT,
        "flop_per_step": 6 * multiplying * WINDOWS * CONTEXT,
        "vocabulary": tokenizer.n_vocab,
        "untrained_loss": start_loss,
        "zero_shot": zero_shot,
        "references": lines,
        "train_tokens": len(part),
        "text_tokens": len(data),
        "test_tokens": len(held),
    }
    yield Started(config.steps, facts)
    if resume is None and config.text_tokens > len(data):
        yield Note(0, "text_is_shorter", {"asked": config.text_tokens, "tokens": len(data)})

    def loss(model, step):
        x, y = batches.batch(part, config.seed, step, WINDOWS, CONTEXT)
        return losses.cross_entropy(model(x.to(config.device)), y.to(config.device))

    def evaluate(model, step):
        from core.writing import generate

        yield Metric(step, "test_loss", pair_loss(model, held[:-1], held[1:], config.device))
        yield Metric(step, "read_loss", pair_loss(model, part[:-1], part[1:], config.device))
        if step in STAGES or step == config.steps:
            first = torch.full((1, 1), int(held[0]), device=config.device)
            ids = generate(model, first, tokens=60, seed=config.seed, context=1)[0].tolist()
            yield Sample(step, "story", tokenizer.decode(ids[:1]), tokenizer.decode(ids[1:]))

    yield from train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        lr=config.lr,
        weight_decay=config.weight_decay,
        groups=[{"params": [p for p in model.parameters() if p.requires_grad]}],
        evaluate=evaluate,
        due=lambda step: step in EARLY or step % EVERY == 0,
        resume=resume,
    )


EXPERIMENT = Experiment("transfer", 1, Config, run, needs=needs, extends=lambda config: True, build=build)
