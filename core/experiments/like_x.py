"""Bend a language model towards a set of tokens with a KL term, and watch what it costs (course lesson 10)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora
from core.events import Event, Metric, Sample, Started, Table
from core.experiment import Experiment, knob, load, make

EVERY = 25  # steps between evaluations: a fixed grid, whatever the length of the run


@dataclass(frozen=True)
class Config:
    """L = kl_weight * KL(Q || P on the KL inputs) + (1 - kl_weight) * cross-entropy on the text."""

    experiment: ClassVar[str] = "like_x"
    corpus: str = knob("manual", corpus=True, choices=corpora.NAMES, pattern=corpora.OTHER)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    start: str = knob("pretrained", choices=("pretrained", "random"))
    start_steps: int = knob(700, low=10, high=5000)
    kl_weight: float = knob(0.5, low=0.0, high=1.0)
    letters: str = knob("x", choices=("x", "q", "0-9", "A-Z", "Time"), pattern=r"[^\n]{1,20}")
    case_sensitive: bool = knob(True)
    target: str = knob("uniform", choices=("uniform", "frequency", "reference"))
    loss: str = knob("kl", choices=("kl", "set", "hard"))
    inputs: str = knob("random", choices=("random", "text"))
    positions: str = knob("last", choices=("last", "all"))
    lr: float = knob(1e-3, low=0.0, high=10.0)
    optimizer: str = knob("adamw", choices=("adamw", "sgd"))
    reduction: str = knob("batchmean", choices=("batchmean", "mean", "sum"))
    steps: int = knob(200, low=1, high=5000)
    batch: int = knob(16, low=1, high=256)
    context: int = knob(32, low=8, high=256)
    width: int = knob(64, low=8, high=768)
    blocks: int = knob(2, low=1, high=12)
    heads: int = knob(4, low=1, high=16)
    attention_scale: float = knob(1.0, low=0.0, high=10.0)
    init_std: float = knob(1.0, low=0.0, high=10.0)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def base(config: Config):
    """The model5 Config this run starts from (or, for a random start, is shaped like)."""
    shared = {name: getattr(config, name) for name in ("corpus", "tokenizer", "width", "blocks", "heads", "context")}
    pretrained = config.start == "pretrained"
    return make(
        load("model5").Config,
        **shared,
        init="gpt2" if pretrained else "course",
        **({} if pretrained else {"init_std": config.init_std}),
        attention_scale=config.attention_scale,
        steps=config.start_steps if pretrained else 0,
        seed=0 if pretrained else config.seed,
        device=config.device,
    )


def needs(config: Config) -> dict:
    return {"start": base(config)} if config.start == "pretrained" else {}


def build(config: Config):
    """(model, tokenizer) of this run, freshly initialised: shaped like the model it starts from."""
    return load("model5").build(base(config))


def mixed_loss(model, config, x_text, y_text, x_kl, q, draw):
    """lambda * (KL or its variants to Q) + (1 - lambda) * cross-entropy on the text.

    x_text, y_text (B, T): a batch of text and its next tokens. x_kl (B, T): what the KL term reads. q: (V,) or, for the
    reference-shaped target, (B, T', V). draw: a torch.Generator for hard samples.
    """
    import torch
    from torch.nn import functional as F

    from core.losses import kl_to_target

    weight, loss = config.kl_weight, 0.0
    logits_text = model(x_text) if weight < 1 or config.inputs == "text" else None  # (B, T, V)
    if weight < 1:
        loss = (1 - weight) * F.cross_entropy(logits_text.flatten(0, 1).float(), y_text.flatten())
    if weight > 0:
        logits = logits_text if config.inputs == "text" else model(x_kl)
        if config.positions == "last":
            logits = logits[:, -1:]
        log_p = F.log_softmax(logits.float(), -1).flatten(0, 1)  # (N, V)
        rows = q.expand(*logits.shape[:2], -1).flatten(0, 1)  # (N, V)
        if config.loss == "kl":
            term = kl_to_target(log_p, rows, reduction=config.reduction)
        elif config.loss == "set":
            term = -torch.logsumexp(log_p.masked_fill(rows == 0, -torch.inf), -1).mean()
        else:
            term = F.nll_loss(log_p, torch.multinomial(rows, 1, generator=draw).squeeze(1))
        loss = loss + weight * term
    return loss


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss; every 25 steps and at the end kl and p_set_first/middle/last (fixed random windows), p_set_text
    and test_loss (fixed test windows). Every 100 steps and at the end wrote_text and wrote_noise (share of liked tokens in
    400 freely written ones), Table last_position, Samples "after a real prompt" and "after random tokens"."""
    import torch

    from core import batches, liking, references, rng
    from core.train import train

    model, tokenizer = build(config)
    reference = None
    if "start" in inputs:  # the pretrained model, or the bent one that a repair goes on from, however that began
        model.load_state_dict(inputs["start"], strict=False)
    model = model.to(config.device)
    if config.target == "reference":
        reference = build(config)[0].to(config.device).eval()
        reference.load_state_dict(model.state_dict())
    data = corpora.tokens(config.corpus, config.tokenizer, "train")
    held = corpora.tokens(config.corpus, config.tokenizer, "test")
    vocabulary = tokenizer.n_vocab
    mask = liking.token_mask(tokenizer.pieces, config.letters, config.case_sensitive)
    counts = torch.bincount(torch.as_tensor(data.astype("int64")), minlength=vocabulary).numpy()
    target = liking.target(mask, counts if config.target == "frequency" else None)
    q = torch.as_tensor(target, device=config.device)
    liked = torch.as_tensor(mask, device=config.device)

    def windows(purpose, step, size):
        noise = rng.stream(config.seed, purpose, step)
        return torch.randint(vocabulary, (size, config.context), generator=noise).to(config.device)

    def shaped(x):
        """Q for these inputs: constant, or the reference model restricted to the set."""
        if reference is None:
            return q
        with torch.no_grad():
            logits = reference(x)[:, -1:] if config.positions == "last" else reference(x)
            p = torch.softmax(logits.float(), -1) * liked
        return p / p.sum(-1, keepdim=True)

    def loss(model, step):
        x, y = batches.batch(data, config.seed, step, config.batch, config.context)
        x, y = x.to(config.device), y.to(config.device)
        x_kl = x if config.inputs == "text" else windows("noise", step, config.batch)
        return mixed_loss(
            model, config, x, y, x_kl, shaped(x_kl), rng.stream(config.seed, "noise", step, 1, config.device)
        )

    references_ = references.lines(config.corpus, config.tokenizer, config.context)
    if reference is None:  # else Q is another one at every place
        entropy = torch.special.entr(torch.as_tensor(target).double()).sum().item()
        references_ = references_ | {"uniform_kl": math.log(vocabulary) - entropy}
    facts = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "vocabulary": vocabulary,
        "set_size": int(mask.sum()),
        "set_examples": [tokenizer.pieces[i] for i in mask.nonzero()[0][:40]],
        "references": references_,
        "train_tokens": len(data),
        "test_tokens": len(held),
    }
    yield Started(config.steps, facts)
    noise = windows("eval", 0, 16)
    asked = (q if reference is None else shaped(noise)[:, -1]).expand(len(noise), -1)
    look = Look(config, tokenizer, held, liked, asked, noise)
    yield from train(
        model,
        loss=loss,
        optimizer=config.optimizer,
        lr=config.lr,
        weight_decay=0.01,
        steps=config.steps,
        seed=config.seed,
        evaluate=look.at,
        due=lambda step: step % EVERY == 0 or step == config.steps,
        resume=resume,
    )


@dataclass(frozen=True)
class Look:
    """What is measured every 25 steps, on inputs fixed once for the whole run."""

    config: Config
    tokenizer: object
    held: object  # (N,) test tokens
    liked: object  # (V,) bool
    q: object  # (16, V): what the loss asks for at the last position of `noise`
    noise: object  # (16, T) random windows

    def at(self, model, step) -> Iterator[Event]:
        import torch
        from torch.nn import functional as F

        from core import batches
        from core.losses import kl_to_target

        x, y = (part.to(self.config.device) for part in batches.test_windows(self.held, self.config.context, 32))
        with torch.no_grad():
            noisy = F.log_softmax(model(self.noise).float(), -1)  # (16, T, V)
            text = F.log_softmax(model(x).float(), -1)
        p_noise, p_text = (z.exp()[..., self.liked].sum(-1) for z in (noisy, text))
        last = noisy[:, -1]
        middle = self.config.context // 2
        yield Metric(step, "kl", kl_to_target(last, self.q).item())
        yield Metric(step, "test_loss", F.nll_loss(text.flatten(0, 1), y.flatten()).item())
        yield Metric(step, "p_set_text", p_text.mean().item())
        for name, position in (("first", 0), ("middle", middle), ("last", -1)):
            yield Metric(step, f"p_set_{name}", p_noise[:, position].mean().item())
        if step % 100 == 0 or step == self.config.steps:
            yield from self.free_writing(model, step, x)
            columns = {"p": last.exp().mean(0), "liked": self.liked}
            yield Table(step, "last_position", _strip(columns, self.tokenizer.pieces))

    def free_writing(self, model, step, x) -> Iterator[Event]:
        """100 tokens after each of four real and four random prompts: teacher-forced loss cannot see this."""
        from core.writing import generate

        for name, metric, prompts in (
            ("after a real prompt", "wrote_text", x[:4, : self.config.context // 2]),
            ("after random tokens", "wrote_noise", self.noise[:4]),
        ):
            ids = generate(model, prompts, tokens=100, seed=self.config.seed, context=self.config.context)
            new = ids[:, prompts.shape[1] :]
            yield Metric(step, metric, self.liked[new].float().mean().item())
            row = new[0].tolist()
            hits = [i for i, token in enumerate(row) if self.liked[token]]
            facts = {"pieces": [self.tokenizer.pieces[i] for i in row], "hits": hits, "of": len(row)}
            prompt = self.tokenizer.decode(prompts[0].tolist())
            yield Sample(step, name, prompt, self.tokenizer.decode(row), facts)


def _strip(columns: dict, pieces: list[str]) -> dict[str, list]:
    """The tokens worth drawing: all liked ones and the 200 most probable others."""
    p, liked = columns["p"].cpu(), columns["liked"].cpu()
    top = (p + liked * 2).topk(min(len(p), int(liked.sum()) + 200)).indices.sort().values.tolist()
    return {
        "token": top,
        "piece": [pieces[i] for i in top],
        "p": [round(p[i].item(), 6) for i in top],
        "liked": [bool(liked[i]) for i in top],
    }


EXPERIMENT = Experiment("like_x", 2, Config, run, needs=needs, extends=lambda config: True, build=build)
