"""Does filtering pay? The same small GPT on raw, filtered, deduplicated or hand-labelled pages, tested on the same prose."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora, shapes, web_collection
from core.events import Event, Metric, Sample, Started, Table
from core.experiment import Experiment, knob
from core.problem import Problem
from core.web_filters import Thresholds

POOLS = ("raw", "filtered", "dedup", "clean", "removed")
TEST_PAGES, TEST_WINDOWS = 80, 96  # held-out pages of prose that a test text is joined from, windows read of it
KIND_WINDOWS = 12  # windows of each kind of page, at the end of a run
HELD = 10  # of a collection without labels every tenth page is held out
LENGTH = 60  # tokens it writes


@dataclass(frozen=True)
class Config(Thresholds):
    """pool: which pages it learns from. raw: all. filtered: what the thresholds leave, without the lines that C4's rules
    drop. dedup: of that, one page of every cluster of near-copies. clean: the pages labelled as prose (simulated web
    only). removed: what the rules threw away."""

    experiment: ClassVar[str] = "page_training"
    corpus: str = knob("docs-web", choices=web_collection.BUILT_IN, pattern=corpora.OTHER, corpus=True)
    pool: str = knob("raw", choices=POOLS)
    documents: int = knob(565, low=20, high=3000)
    junk: float = knob(0.6, low=0.0, high=0.9)
    ngram: int = knob(5, low=1, high=10)
    bands: int = knob(14, low=2, high=50)
    rows: int = knob(8, low=1, high=20)
    lr: float = knob(1e-3, low=0.0, high=1.0)
    steps: int = knob(80, low=1, high=5000)
    batch: int = knob(16, low=1, high=128)
    context: int = knob(64, low=8, high=256)
    width: int = knob(64, low=8, high=256)
    blocks: int = knob(2, low=1, high=8)
    heads: int = knob(4, low=1, high=16)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def pool(config: Config) -> tuple[list[str], dict]:
    """(the texts of the pool, facts about it). Raises the Problems of web_collection.load, and pool_empty(rule) where the
    rules leave no page: rule names the one to loosen first."""
    from core import c4, near_copies
    from core.web_filters import loosen

    collection = web_collection.load(config.corpus, config.documents, config.seed, config.junk)
    pages, held = collection.pages, set() if collection.kinds else set(range(0, len(collection.texts), HELD))
    tested = {pages.texts[i] for i in held}  # a held-out page may stand elsewhere too: it is taken out of every pool
    there = [i for i, text in enumerate(pages.texts) if text not in tested]
    if config.pool == "clean":
        if not collection.kinds:
            raise Problem("no_labels", name=config.corpus)
        chosen = [i for i in there if collection.kinds[i] == "prose"]
    elif config.pool == "raw":
        chosen = there
    else:
        judged = pages.judge(config)
        chosen = [i for i in there if judged.stays[i] != (config.pool == "removed")]
        if config.pool == "dedup":
            found = near_copies.candidates(pages.texts, config.ngram, config.bands, config.rows)
            chosen = near_copies.first_of_each(found, chosen)
        if not chosen:
            raise Problem("pool_empty", rule=loosen(judged))
    if config.pool in ("filtered", "dedup"):
        texts = [c4.kept_text(pages.lines, judged.left, i) for i in chosen]
    else:
        texts = [pages.texts[i] for i in chosen]
    facts = {"pages": len(chosen), "of": len(there), "labelled": bool(collection.kinds)}
    if collection.kinds:
        facts["good"] = sum(collection.kinds[i] in ("prose", "banner", "copy") for i in chosen) / max(1, len(chosen))
    return texts, facts


def test_texts(config: Config) -> dict[str, list[str]]:
    """{kind: pages} that no pool holds; "prose" is the test. Of the simulated web: pages of every kind, made from a part
    of the manual that no page of the web quotes. Elsewhere every tenth page of the collection that passes FineWeb's rules."""
    from core import rng, simulated_web
    from core.web_filters import PUBLISHED

    if config.corpus != web_collection.WEB:
        pages = web_collection.load(config.corpus, config.documents).pages
        stays = pages.judge(PUBLISHED).stays
        every = range(0, len(pages.texts), HELD)
        return {"prose": [pages.texts[i] for i in every if stays[i]] or [pages.texts[i] for i in every]}
    draw = rng.numpy_stream(0, "eval", 16)
    kinds = [k for k in simulated_web.KINDS if k not in ("banner", "copy")]
    made = {k: [simulated_web.page(k, draw, "test") for _ in range(TEST_PAGES if k == "prose" else 20)] for k in kinds}
    return made


def build(config: Config):
    """(the model, the tokenizer), freshly initialised: Model 5 as GPT-2 starts, over the built-in byte pairs."""
    from core import initializers, rng, tokenizers
    from core.models import Model5

    tokenizer = tokenizers.load("bpe")
    heads = shapes.heads(config.width, config.heads)
    model = Model5(tokenizer.n_vocab, config.width, config.context, blocks=config.blocks, heads=heads)
    initializers.SCHEMES["gpt2"](model, rng.stream(config.seed, "init"))
    return model, tokenizer


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step (on its own pool); test_loss on the grid, on held-out prose that is the same for all
    pools. Tables: by_kind (at the end: loss on held-out pages of each kind). Samples: "page".
    Raises pool's Problems, and too_few_tokens where the pool has no window."""
    import math

    import numpy as np
    import torch

    from core import batches, documents, writing
    from core import train as loop

    texts, facts = pool(config)
    model, tokenizer = build(config)
    model = model.to(config.device)

    def ids(pages):
        return np.array(tokenizer.encode(documents.BETWEEN.join(pages)), dtype=np.uint16)

    tokens, held = ids(texts), {kind: ids(pages) for kind, pages in test_texts(config).items()}
    batches.batch(tokens, 0, 0, 1, config.context)
    x, y = (p.to(config.device) for p in batches.test_windows(held["prose"], config.context, TEST_WINDOWS))
    start = [int(i) for i in held["prose"][:6]]
    if resume is None:
        facts |= {
            "parameters": sum(p.numel() for p in model.parameters()),
            "vocabulary": tokenizer.n_vocab,
            "train_tokens": len(tokens),
            "test_tokens": len(held["prose"]),
            "passes": config.steps * config.batch * config.context / len(tokens),
            "references": {"uniform": math.log(tokenizer.n_vocab)},
        }
        yield Started(config.steps, facts)

    def loss(model, step):
        xs, ys = batches.batch(tokens, config.seed, step, config.batch, config.context)
        logits = model(xs.to(config.device)).float()
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1), ys.to(config.device).flatten())

    def evaluate(model, step):
        yield Metric(step, "test_loss", loop.test_losses(model, x, y).mean().item())
        if step in (0, config.steps):
            how = {"tokens": LENGTH, "seed": config.seed, "context": config.context}
            yield Sample(step, "page", *writing.continued(model, start, tokenizer, **how))
        if step == config.steps and len(held) > 1:
            columns = {"kind": [], "loss": []}
            for kind, part in held.items():
                xs, ys = (p.to(config.device) for p in batches.test_windows(part, config.context, KIND_WINDOWS))
                columns["kind"].append(kind)
                columns["loss"].append(round(loop.test_losses(model, xs, ys).mean().item(), 4))
            yield Table(step, "by_kind", columns)

    yield from loop.train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        lr=config.lr,
        weight_decay=0.01,
        evaluate=evaluate,
        resume=resume,
    )


EXPERIMENT = Experiment("page_training", 1, Config, run, build=build)
