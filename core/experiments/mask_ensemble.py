"""One dropout mask, the average of many, or none: three ways to use a finished model at test time (course lesson 14)."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import ClassVar

from core import corpora, experiment
from core.events import Event, Finished, Metric, Sample, Started, Table
from core.experiment import Experiment, knob

WRITTEN = 40  # tokens of each sample


@dataclass(frozen=True)
class Config:
    """masks: how many random masks the model is read with. windows: test windows. All other fields are the training run
    that is read, a Model 5 with dropout everywhere."""

    experiment: ClassVar[str] = "mask_ensemble"
    masks: int = knob(16, low=1, high=64)
    windows: int = knob(48, low=2, high=512)
    corpus: str = knob("tales-en", choices=corpora.NAMES, pattern=corpora.OTHER, corpus=True)
    tokenizer: str = knob("words", choices=("bpe", "words", "bytes", "gpt2"))
    keep: int = knob(1000, low=0, high=10**9)
    dropout: float = knob(0.4, low=0.0, high=0.95)
    lr: float = knob(4e-3, low=0.0, high=10.0)
    init: str = knob("gpt2", choices=("course", "gpt2"))
    weight_decay: float = knob(0.01, low=0.0, high=100.0)
    width: int = knob(64, low=4, high=256)
    context: int = knob(32, low=2, high=256)
    steps: int = knob(400, low=0, high=5000)
    seed: int = knob(0, low=0, high=10_000)


def trained(config: Config):
    """The Config of the run that is read."""
    Model5 = experiment.load("model5").Config
    known = {f.name for f in fields(Model5)}
    return experiment.make(Model5, **{name: value for name, value in vars(config).items() if name in known})


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at the last step of that run, nats per token: eval_loss (no mask), single (mean over masks), single_sd (over
    masks), averaged (all masks: probabilities averaged), train_eval and train_single (eval mode and masked, on windows of
    the training text), eval_accuracy and train_accuracy (share of tokens guessed, eval mode). Table "ensemble": masks (1,
    2, 4, ... and all), loss of the averaged prediction (mean over disjoint groups of that many masks). Samples: dropout
    off and dropout on, the same prompt and the same luck."""
    import torch

    from core import batches, rng, writing

    parent = trained(config)
    model, tokenizer = experiment.of(parent).build(parent)
    model.load_state_dict({name: tensor for name, tensor in inputs["model"].items() if "/" not in name})
    device = next(model.parameters()).device
    train, test = (corpora.tokens(config.corpus, tokenizer, part) for part in ("train", "test"))
    train = train[: config.keep or None]
    yield Started(config.steps, {"vocabulary": tokenizer.n_vocab, "train_tokens": len(train)})
    held, seen = (batches.test_windows(part, config.context, config.windows) for part in (test, train))
    held, seen = ([rows.to(device) for rows in pair] for pair in (held, seen))
    model.eval()
    for loss, accuracy, (x, y) in (("eval_loss", "eval_accuracy", held), ("train_eval", "train_accuracy", seen)):
        p, right = on_targets(model, x, y)
        yield Metric(config.steps, loss, -p.log().mean().item())
        yield Metric(config.steps, accuracy, right)
    model.train()
    many = masked(model, *held, config.masks, config.seed)  # (M, N, T)
    single = -many.log().mean((1, 2))  # (M,)
    yield Metric(config.steps, "single", single.mean().item())
    yield Metric(config.steps, "single_sd", single.std().item() if config.masks > 1 else 0.0)
    yield Metric(config.steps, "train_single", -masked(model, *seen, 1, config.seed).log().mean().item())
    curve = {"masks": [], "loss": []}
    for count in [m for m in (1, 2, 4, 8, 16, 32, 64) if m < config.masks] + [config.masks]:
        groups = many[: config.masks - config.masks % count].unflatten(0, (-1, count))
        curve["masks"].append(count)
        curve["loss"].append(-groups.mean(1).log().mean().item())
    yield Table(config.steps, "ensemble", curve)
    yield Metric(config.steps, "averaged", curve["loss"][-1])
    start = [int(i) for i in test[: 1 if config.corpus.startswith("tales-") else 6]]
    for name, mode in (("dropout off", "model.eval()"), ("dropout on", "model.train()")):
        model.train(name == "dropout on")
        torch.manual_seed(rng.key(config.seed, "dropout"))
        how = {"tokens": WRITTEN, "seed": config.seed, "context": config.context, "in_evaluation": False}
        opening, text = writing.continued(model, start, tokenizer, **how)
        yield Sample(config.steps, name, f"{mode}: {opening}", text)
    yield Finished(config.steps, "done")


def on_targets(model, x, y):
    """(probabilities of the next tokens y of the windows x, both (N, T), in float64, which only the CPU has everywhere:
    (N, T); share guessed right)."""
    import torch

    with torch.no_grad():
        logits, y = model(x).cpu().double(), y.cpu()  # (N, T, V)
    p = logits.softmax(-1).gather(2, y[..., None])[..., 0]
    return p, (logits.argmax(-1) == y).double().mean().item()


def masked(model, x, y, masks: int, seed: int):
    """The same windows under `masks` different masks, in training mode: probabilities of the next tokens (M, N, T)."""
    import torch

    from core import rng

    parts = []
    for mask in range(masks):
        torch.manual_seed(rng.key(seed, "dropout", mask))
        parts.append(on_targets(model, x, y)[0])
    return torch.stack(parts)


EXPERIMENT = Experiment(
    "mask_ensemble", 1, Config, run, needs=lambda config: {"model": trained(config)}, lane="express"
)
