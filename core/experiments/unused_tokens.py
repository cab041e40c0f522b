"""Train Model 5 and follow three groups of tokens, common, rare and never used, as their rows move (course lesson 19)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora
from core.events import Event, Metric, Note, Sample, Started, Table
from core.experiment import Experiment, knob, load, make

EVERY = 10  # steps between two looks at the groups' probabilities
ROWS = 50  # steps between two looks at the rows (and at steps 10 and 20, when they set out)
WINDOWS, RANKED = 32, 8  # held-out windows for the curves; of every RANKED-th place the ranks are taken as well
READ = 128  # windows of the training text from which push and pull are taken
TABLES = 100  # steps between two tables with a row for every token of the groups, and between two samples
WRITTEN = 40  # tokens of a sample


@dataclass(frozen=True)
class Config:
    """Every knob of the run.

    keep: training tokens there are, from the start of the text; 0 for all: the fewer, the more tokens never occur.
    group: wanted size of each group. momentum: SGD's. init_std: spread of the embeddings (the rest as GPT-2). mask:
    "logits" takes the unused tokens out of the softmax while training, "loss" does not grade the places whose answer is
    a rare token, so that these are read but never the answer. smoothing: of the labels, over all tokens in the softmax.
    """

    experiment: ClassVar[str] = "unused_tokens"
    corpus: str = knob("manual", choices=corpora.NAMES, pattern=corpora.OTHER, corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    keep: int = knob(0, low=0, high=10**9)
    group: int = knob(100, low=2, high=1000)
    tying: str = knob("same", choices=("same", "course", "untied"))
    divide_logits: str = knob("no", choices=("yes", "no"))
    optimizer: str = knob("adamw", choices=("adamw", "adam", "sgd"))
    lr: float = knob(1e-3, low=0.0, high=10.0)
    momentum: float = knob(0.9, low=0.0, high=0.999)
    weight_decay: float = knob(0.01, low=0.0, high=100.0)
    init_std: float = knob(0.02, low=0.0, high=10.0)
    mask: str = knob("none", choices=("none", "logits", "loss"))
    smoothing: float = knob(0.0, low=0.0, high=0.9)
    blocks: int = knob(2, low=1, high=48)
    heads: int = knob(4, low=1, high=64)
    width: int = knob(64, low=4, high=2048)
    context: int = knob(64, low=2, high=1024)
    batch: int = knob(16, low=1, high=512)
    steps: int = knob(300, low=0, high=100_000)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def shaped(config: Config):
    """The model5 Config of the same model."""
    names = ("corpus", "tokenizer", "tying", "divide_logits", "init_std", "blocks", "heads", "width", "context", "seed")
    same = {name: getattr(config, name) for name in (*names, "device")}
    return make(load("model5").Config, init="gpt2", **same)


def build(config: Config):
    """(Model 5, tokenizer), freshly initialised from the seed. Raises the Problems of tokenizers.load."""
    return load("model5").build(shaped(config))


@dataclass(frozen=True)
class Desk:
    """What a run is watched with: the training tokens, the groups and the notebook's (ids as tensors), held-out windows
    x, y (n, T), windows of the training text, and the rows before the first step."""

    tokens: object
    groups: object
    ids: dict
    notebook: dict
    x: object
    y: object
    read: tuple
    before: dict


def lay_out(config: Config, tokenizer, model) -> Desk:
    """Raises Problem("too_few_tokens") where the text has no room for a window in one of its parts."""
    import torch

    from core import batches, frequency_groups

    tokens = corpora.tokens(config.corpus, tokenizer, "train")[: config.keep or None]
    batches.batch(tokens, 0, 0, 1, config.context)
    groups = frequency_groups.frequency_groups(tokens, tokenizer.n_vocab, config.group, config.seed)
    notebook = frequency_groups.notebook_groups(tokens, tokenizer.n_vocab, config.group)
    held = corpora.tokens(config.corpus, tokenizer, "test")

    def tensors(ids):
        return {name: torch.from_numpy(row).to(config.device) for name, row in ids.items() if len(row)}

    x, y = (part.to(config.device) for part in batches.test_windows(held, config.context, WINDOWS))
    read = tuple(part.to(config.device) for part in batches.test_windows(tokens, config.context, READ))
    before = {name: rows.detach().clone() for name, rows in matrices(model).items()}
    return Desk(tokens, groups, tensors(groups.ids()), tensors(notebook), x, y, read, before)


def matrices(model) -> dict:
    """The rows that read a token (in) and those that write it (out), each (V, d); the same ones where they are tied."""
    return {"in": model.wte.weight, "out": model.lm_head.weight}


def masked_loss(logits, y, mask: str, unused, rare, smoothing: float):
    """The mean cross-entropy of logits (B, T, V) on y (B, T) under one of the masks; unused, rare: bool (V,)."""
    from torch.nn import functional as F

    logits, y = logits.flatten(0, 1), y.flatten()
    if mask == "logits":  # only the tokens that occur take part: softmax over fewer columns, answers renumbered
        used = ~unused
        return F.cross_entropy(logits[:, used], (used.cumsum(0) - 1)[y], label_smoothing=smoothing)
    if mask == "loss":
        graded = ~rare[y]
        logits, y = logits[graded], y[graded]
    return F.cross_entropy(logits, y, label_smoothing=smoothing)


def group_curves(log_p, x, ids: dict) -> dict[str, list]:
    """For every group, with and without the places whose *input* is of the group: log_p, the mean of ln p over places
    and tokens; log_mean, ln of the mean p; mass, the mean total probability; rank, the mean rank (1: the likeliest).

    log_p (N, V): log-softmax at N places. x (N,): the token read there. ids: {group: (n,)}.
    """
    import torch

    some = log_p[::RANKED]
    rank = torch.empty_like(some)
    numbers = torch.arange(1, log_p.shape[1] + 1, dtype=rank.dtype, device=rank.device)
    rank.scatter_(1, some.argsort(1, descending=True), numbers.expand_as(some))
    columns = {name: [] for name in ("group", "masked", "log_p", "log_mean", "mass", "rank")}
    for name, group in ids.items():
        own = log_p[:, group]  # (N, n)
        free = ~torch.isin(x, group)
        for masked in (True, False):
            keep = free if masked and free.any() else torch.ones_like(free)
            p = own[keep].cpu().double().exp()
            mean = p.mean().clamp_min(1e-300)  # float64: nothing under-flows to 0 before the logarithm
            row = (own[keep].cpu().double().mean(), mean.log(), p.sum(1).mean(), rank[keep[::RANKED]][:, group].mean())
            for column, value in zip(columns, (name, masked, *(round(v.item(), 5) for v in row)), strict=True):
                columns[column].append(value)
    return columns


def examine(config: Config, model, desk: Desk, step: int) -> Iterator[Event]:
    """Every EVERY steps: test_loss, mass (probability left on all unused tokens), gain (by how many nats the test loss
    falls once these are taken out and the rest adds up to 1, at the places whose answer occurs in training) and the table
    "curves"; every ROWS steps what `inspect` finds."""
    import torch
    from torch.nn import functional as F

    log_p = torch.cat([F.log_softmax(model(part).float(), -1) for part in desk.x.split(16)]).flatten(0, 1)  # (N, V)
    y = desk.y.flatten()
    unused = torch.from_numpy(desk.groups.counts == 0).to(log_p.device)
    loss = -log_p.gather(1, y[:, None])[:, 0].cpu().double()
    mass = log_p[:, unused].cpu().double().exp().sum(1)  # (N,)
    known = ~unused[y].cpu()
    yield Metric(step, "test_loss", loss.mean().item())
    yield Metric(step, "mass", mass.mean().item())
    yield Metric(step, "gain", -torch.log1p(-mass)[known].mean().item())
    named = desk.ids | {f"notebook_{name}": ids for name, ids in desk.notebook.items() if name != "never"}
    yield Table(step, "curves", group_curves(log_p, desk.x.flatten(), named))
    if step in (10, 20) or step % ROWS == 0:
        yield from inspect(config, model, desk, step, log_p)


def inspect(config: Config, model, desk: Desk, step: int, log_p) -> Iterator[Event]:
    """Tables: geometry (per group and matrix), forces (per group: length of push, pull and their sum, and the cosine of
    push with the mean state), cone (two coordinates of every row of the groups), at multiples of TABLES tokens (what
    became of every token of the groups). Metric cone_found: how many of the n unused tokens are among the n output rows
    that lean furthest away from the mean state."""
    import torch
    from torch.nn import functional as F

    from core import row_geometry

    now, vocabulary = matrices(model), log_p.shape[1]
    push = pull = total = 0.0
    places = desk.read[0].numel()
    for xs, ys in zip(*(part.split(16) for part in desk.read), strict=True):
        hidden = model.hidden(xs).float().flatten(0, 1)
        p = torch.softmax(hidden @ now["out"].T * model.logit_scale, -1)
        share = len(hidden) / places
        parts = row_geometry.push_and_pull(hidden, p, ys.flatten(), vocabulary)
        push, pull = push + share * parts[0] * model.logit_scale, pull + share * parts[1] * model.logit_scale
        total = total + share * hidden.mean(0)
    geometry = {name: [] for name in ("group", "matrix", "moved", "cosine", "rows", "norm", "along")}
    forces = {name: [] for name in ("group", "push", "pull", "net", "same")}
    for name, ids in desk.ids.items():
        for matrix, rows in now.items():
            found = {"group": name, "matrix": matrix}
            found |= row_geometry.row_geometry(desk.before[matrix][ids], rows[ids], total)
            for column, value in found.items():
                geometry[column].append(value if isinstance(value, str) else round(value, 6))
        lengths = [part[ids].norm(dim=1).mean().item() for part in (push, pull, push - pull)]
        same = F.cosine_similarity(push[ids] - pull[ids], total[None], dim=1).mean().item()
        for column, value in zip(forces, (name, *lengths, same), strict=True):
            forces[column].append(value if isinstance(value, str) else float(f"{value:.4g}"))
    yield Table(step, "geometry", geometry)
    yield Table(step, "forces", forces)
    ids = torch.cat(list(desk.ids.values()))
    spots = row_geometry.leaning(now["out"], total)  # on the CPU
    shown = spots[ids.cpu()]
    yield Table(step, "cone", {"x": rounded(shown[:, 0]), "y": rounded(shown[:, 1])})
    unused = desk.groups.counts == 0
    if unused.any():
        furthest = spots[:, 0].argsort()[: int(unused.sum())].numpy()
        yield Metric(step, "cone_found", float(unused[furthest].mean()))
    if step % TABLES == 0:
        columns = {"log_mean": log_p[:, ids].cpu().double().exp().mean(0).clamp_min(1e-300).log()}
        columns |= {name: (rows - desk.before[name])[ids].norm(dim=1) for name, rows in now.items()}
        yield Table(step, "tokens", {name: rounded(column) for name, column in columns.items()})


def rounded(values) -> list[float]:
    return [float(f"{v:.4g}") for v in values.tolist()]


def members(desk: Desk, tokenizer) -> Table:
    """Who is in the groups, in the order of the other tables: group, id, piece (bytes that are no character as hex),
    and how often the training text has it."""
    columns = {"group": [], "id": [], "piece": [], "count": []}
    for name, ids in desk.ids.items():
        for i in ids.tolist():
            for column, value in zip(columns, (name, i, tokenizer.show(i), int(desk.groups.counts[i])), strict=True):
                columns[column].append(value)
    return Table(0, "members", columns)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step (what the optimizer sees), and those of `examine`. Notes: no_unused, small_groups.
    Raises the Problems of corpora, tokenizers and batches (too_few_tokens)."""
    import torch

    from core import batches
    from core import train as loop

    model, tokenizer = build(config)
    model = model.to(config.device)  # first: the desk keeps rows of it, to be held against later ones
    desk = lay_out(config, tokenizer, model)
    counts = desk.groups.counts
    if resume is None:
        yield from opening(config, desk, tokenizer)
    unused = torch.from_numpy(counts == 0).to(config.device)
    rare = torch.zeros_like(unused)
    rare[desk.ids["rare"]] = True

    def loss(model, step):
        x, y = (
            part.to(config.device)
            for part in batches.batch(desk.tokens, config.seed, step, config.batch, config.context)
        )
        return masked_loss(model(x), y, config.mask, unused, rare, config.smoothing)

    def evaluate(model, step):
        yield from examine(config, model, desk, step)
        if step % TABLES == 0:
            yield write(config, model, desk, tokenizer, step)

    yield from loop.train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        optimizer=config.optimizer,
        lr=config.lr,
        weight_decay=config.weight_decay,
        momentum=config.momentum if config.optimizer == "sgd" else 0.0,
        evaluate=evaluate,
        due=lambda step: step % EVERY == 0,
        resume=resume,
    )


def write(config: Config, model, desk: Desk, tokenizer, step: int) -> Sample:
    """WRITTEN tokens after the first half of a held-out window; facts "hits": the places of those that the training text
    never had."""
    from core.writing import generate

    start = desk.x[:1, : config.context // 2]
    row = generate(model, start, tokens=WRITTEN, seed=config.seed, context=config.context)[0, start.shape[1] :].tolist()
    hits = [place for place, i in enumerate(row) if desk.groups.counts[i] == 0]
    facts = {"pieces": [tokenizer.show(i) for i in row], "hits": hits, "of": len(row)}
    return Sample(step, "forty tokens", tokenizer.decode(start[0].tolist()), tokenizer.decode(row), facts)


def opening(config: Config, desk: Desk, tokenizer) -> Iterator[Event]:
    """Started, the notes, and the members of the groups."""
    from core import frequency_groups

    counts = desk.groups.counts
    sizes = {name: len(ids) for name, ids in desk.groups.ids().items()}
    floor = {name: frequency_groups.floor(counts, ids) for name, ids in desk.groups.ids().items() if name != "never"}
    facts = {
        "vocabulary": tokenizer.n_vocab,
        "used": int((counts > 0).sum()),
        "train_tokens": int(counts.sum()),
        "sizes": sizes,
        "ties": desk.groups.ties,
        "unigram": floor,
    }
    notebook = {name: ids.cpu().numpy() for name, ids in desk.notebook.items()}
    facts |= {"notebook": frequency_groups.audit(desk.groups, notebook)}
    yield Started(config.steps, facts)
    if not sizes["never"]:
        yield Note(0, "no_unused", {"vocabulary": tokenizer.n_vocab, "tokens": facts["train_tokens"]})
    common, rare, never = (sizes[name] for name in frequency_groups.NAMES)
    if min(sizes.values()) < config.group:
        yield Note(0, "small_groups", {"asked": config.group, "common": common, "rare": rare, "never": never})
    yield members(desk, tokenizer)


EXPERIMENT = Experiment("unused_tokens", 2, Config, run, extends=lambda config: True, build=build)
