"""Near-copies: the similarity of all pairs of pages, which of them MinHash finds, and the S-curve that says how likely."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from core import corpora, web_collection
from core.events import Event, Finished, Metric, Sample, Started, Table
from core.experiment import Experiment, knob

LEAST, SHOWN, BINS = 0.2, 600, 16  # pairs looked at have this similarity; so many are drawn; so many bins


@dataclass(frozen=True)
class Config:
    experiment: ClassVar[str] = "page_copies"
    corpus: str = knob("docs-web", choices=web_collection.BUILT_IN, pattern=corpora.OTHER, corpus=True)
    bands: int = knob(14, low=2, high=50)
    rows: int = knob(8, low=1, high=20)
    ngram: int = knob(5, low=1, high=10)
    documents: int = knob(565, low=20, high=3000)
    junk: float = knob(0.6, low=0.0, high=0.9)
    page: int = knob(1, low=1, high=40)
    seed: int = knob(0, low=0, high=10_000)


@lru_cache(maxsize=6)
def _true(texts, ngram):
    from core import near_copies

    return near_copies.similar(near_copies.sketch(texts, ngram)[0], LEAST)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: documents, pairs (of similarity 0.2 or more), candidates, found (share of the pairs of 0.8 and more that are
    candidates), near (how many such pairs), error (mean distance of the estimate from the true similarity), left
    (documents when one of each cluster stays), clusters, hashes. Tables: pairs (s, estimate, caught), curve (s, p), bins
    (s, share, pairs). Samples: "first", "second": a candidate pair, the most alike first, words that differ marked."""
    import numpy as np

    from core import near_copies

    collection = web_collection.load(config.corpus, config.documents, config.seed, config.junk)
    texts = collection.texts
    bands = min(config.bands, near_copies.MOST // config.rows)
    hashes = bands * config.rows
    yield Started(1, {"threshold": near_copies.threshold(bands, config.rows), "bands": bands})
    _, signature = near_copies.sketch(texts, config.ngram)
    true = _true(texts, config.ngram)
    found = near_copies.candidates(texts, config.ngram, bands, config.rows)
    keys = sorted(true)  # a set's order is another in every process
    s = np.array([true[k] for k in keys])
    i, j = np.array(keys, dtype=int).reshape(-1, 2).T
    estimate = (signature[i, :hashes] == signature[j, :hashes]).mean(1) if keys else np.zeros(0)
    caught = np.array([k in found for k in keys], dtype=bool)
    near = s >= 0.8
    linked = near_copies.clusters(found, len(texts))
    yield Metric(1, "documents", len(texts))
    yield Metric(1, "pairs", len(keys))
    yield Metric(1, "candidates", len(found))
    yield Metric(1, "near", int(near.sum()))
    if near.any():
        yield Metric(1, "found", float(caught[near].mean()))
        yield Metric(1, "expected", float(near_copies.curve(s[near], bands, config.rows).mean()))
    if keys:
        yield Metric(1, "error", float(np.abs(estimate - s).mean()))
    yield Metric(1, "left", len(set(linked)))
    yield Metric(1, "clusters", len({r for n, r in enumerate(linked) if r != n}))
    yield Metric(1, "hashes", hashes)
    for at in (0.5, 0.72, 0.8):
        yield Metric(1, f"curve_{at:g}", near_copies.curve(at, bands, config.rows))
    some = np.linspace(0, len(keys) - 1, min(SHOWN, len(keys))).astype(int)
    columns = {
        "s": s[some].round(4).tolist(),
        "estimate": estimate[some].round(4).tolist(),
        "caught": caught[some].tolist(),
    }
    yield Table(1, "pairs", columns)
    grid = np.linspace(0, 1, 101)
    yield Table(1, "curve", {"s": grid.tolist(), "p": near_copies.curve(grid, bands, config.rows).tolist()})
    place = np.minimum(((s - LEAST) / (1 - LEAST) * BINS).astype(int), BINS - 1)
    bins = [
        (float(s[place == b].mean()), float(caught[place == b].mean()), int((place == b).sum()))
        for b in set(place.tolist())
    ]
    yield Table(
        1,
        "bins",
        dict(zip(("s", "share", "pairs"), map(list, zip(*sorted(bins), strict=True)), strict=True)) if bins else {},
    )
    alike = sorted((k for k in found if k in true), key=lambda k: (-true[k], k))
    if alike:
        yield from _pair(texts, *alike[min(config.page, len(alike)) - 1])
    yield Finished(1, "done")


def _pair(texts, i: int, j: int) -> Iterator[Event]:
    """Both pages of a pair, the words that the other does not have at this place marked."""
    import re
    from difflib import SequenceMatcher

    from core import page_marks

    one, two = (re.findall(r"\S+\s*", page_marks.mask(texts[k])[:900]) for k in (i, j))
    blocks = SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks()
    for name, pieces, side in (("first", one, 0), ("second", two, 1)):
        equal = {b[side] + k for b in blocks for k in range(b.size)}
        hits = [k for k in range(len(pieces)) if k not in equal]
        yield Sample(0, name, "", "".join(pieces), {"pieces": pieces, "hits": hits, "limit": 900})


EXPERIMENT = Experiment("page_copies", 1, Config, run, lane="inline")
