"""What is in a collection of pages: how long they are, and how many different tokens the reading of them meets."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora, rng, web_collection
from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

POINTS = 40  # places at which the different tokens are counted


@dataclass(frozen=True)
class Config:
    """unit: what is counted. bpe: the built-in byte pairs; gpt2: GPT-2's; word: words and marks, which no list ends."""

    experiment: ClassVar[str] = "page_census"
    corpus: str = knob("docs-python", choices=web_collection.BUILT_IN, pattern=corpora.OTHER, corpus=True)
    unit: str = knob("word", choices=("word", "bpe", "gpt2"))
    documents: int = knob(565, low=20, high=3000)
    junk: float = knob(0.6, low=0.0, high=0.9)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: documents, tokens, mean, median, p90, largest, top_share (tokens in the longest tenth of the pages),
    distinct, once (share of the distinct that occur once), exponent (of the second half of the Heaps curve), thousand
    (distinct in 1,000 pages by that power law), counted (share of pages whose token_count is ours).
    Tables: lengths (tokens), heaps (read, distinct, fit)."""
    import numpy as np

    collection = web_collection.load(config.corpus, config.documents, config.seed, config.junk)
    rows, limit = _ids(collection, config.unit)
    order = rng.numpy_stream(config.seed, "data").permutation(len(rows))  # neighbours on a site are no sample of a web
    rows = [rows[i] for i in order]
    lengths = np.array([len(row) for row in rows])
    flat = np.concatenate(rows) if len(rows) else np.zeros(0, dtype=np.int64)
    yield Started(1, {"of": collection.of, "limit": limit})
    yield Metric(1, "documents", len(rows))
    yield Metric(1, "tokens", int(lengths.sum()))
    yield Metric(1, "mean", float(lengths.mean()))
    yield Metric(1, "median", float(np.median(lengths)))
    yield Metric(1, "p90", float(np.quantile(lengths, 0.9)))
    yield Metric(1, "largest", int(lengths.max()))
    longest = np.sort(lengths)[::-1][: max(1, len(lengths) // 10)]
    yield Metric(1, "top_share", float(longest.sum() / max(1, lengths.sum())))
    _, first, counts = np.unique(flat, return_index=True, return_counts=True)
    yield Metric(1, "distinct", len(first))
    yield Metric(1, "once", float((counts == 1).mean()))
    if collection.counted and config.unit == "gpt2":
        yield Metric(1, "counted", float((lengths == np.array(collection.counted)[order]).mean()))
    read = np.unique(np.geomspace(min(100, len(flat)), len(flat), POINTS).astype(int))
    distinct = np.searchsorted(np.sort(first), read)
    half = read >= len(flat) / 2
    exponent, offset = np.polyfit(np.log(read[half]), np.log(distinct[half]), 1) if half.sum() > 1 else (1.0, 0.0)
    yield Metric(1, "exponent", float(exponent))
    at = lengths.mean() * 1000
    yield Metric(1, "thousand", float(np.exp(offset + exponent * np.log(at))))
    further = np.append(read, int(at)) if at > read[-1] else read
    columns = {
        "read": further.tolist(),
        "distinct": [*distinct.tolist(), None][: len(further)],
        "fit": np.exp(offset + exponent * np.log(further)).round(1).tolist(),
    }
    yield Table(1, "heaps", columns)
    yield Table(1, "lengths", {"tokens": lengths.tolist()})
    yield Finished(1, "done")


def _ids(collection, unit: str):
    """(the tokens of every page as numbers, how many different ones there can be; None: no end)."""
    import numpy as np

    key = f"ids {unit}"
    if key not in collection.kept:
        if unit == "word":
            known: dict[str, int] = {}
            rows = [
                np.array([known.setdefault(w, len(known)) for w in words], dtype=np.int64)
                for words in collection.pages.words
            ]
            collection.kept[key] = rows, None
        else:
            from core import tokenizers

            tokenizer = tokenizers.load(unit)
            rows = [np.array(tokenizer.encode(text), dtype=np.int64) for text in collection.texts]
            collection.kept[key] = rows, tokenizer.n_vocab
    return collection.kept[key]


EXPERIMENT = Experiment("page_census", 1, Config, run, lane="inline")
