"""The author pushes: what a program loads that names a branch, a tag, or a commit's hash. Real cache, tiny model."""

import json
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from core.events import Event, Finished, Metric, Note, Sample, Started, Table
from core.experiment import Experiment, knob
from core.problem import Problem

REPO = "demo/tiny"
PUSHES = ("first", "more", "half", "vocabulary", "repair")  # what each commit does; the last one also moves the tag
TAG = "v1.0"
WRITTEN, TESTED = 40, 2000  # words of a sample, words of the test


@dataclass(frozen=True)
class Config:
    """The model is a table of word pairs counted on `tokens` words of Tales (`more` counts ten times as many).

    revision: what the learner's program asks for: main | tag | hash (of the first commit) | branch (one that the
    author has deleted). pushes: commits after the first. seed: the luck of the sample.
    """

    experiment: ClassVar[str] = "revisions"
    tale: str = knob("tales-en", choices=("tales-en", "tales-vi"), corpus=True)
    revision: str = knob("main", choices=("main", "tag", "hash", "branch"))
    pushes: int = knob(1, low=0, high=len(PUSHES) - 1)
    tokens: int = knob(1000, low=200, high=5000)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Step n: after n pushes. Metrics: test_loss (nats/word), changed (1 where the weights are not those of step 0),
    bytes of the weights. Table "loads": push, what the commit did, commit, loaded commit. Sample "story"."""
    import numpy as np

    from core import corpora, hub_cache, rng, tokenizers, weights_file

    tokenizer = tokenizers.load("words", config.tale)
    test = corpora.tokens(config.tale, tokenizer, "test")
    contents, parent, first, loaded = versions(config.tale, config.tokens), "", "", ""
    yield Started(
        config.pushes,
        {"vocabulary": tokenizer.n_vocab, "repo": REPO, "references": {"uniform": math.log(tokenizer.n_vocab)}},
    )
    table = {"push": [], "what": [], "commit": [], "loaded": []}
    names = {"main": "main", "tag": TAG, "branch": "experiment"}
    with tempfile.TemporaryDirectory() as root:
        for push in range(config.pushes + 1):
            parent = hub_cache.commit(Path(root), REPO, contents[push], parent)
            hub_cache.point(Path(root), REPO, "main", parent)
            first = first or parent
            if push in (0, len(PUSHES) - 1):
                hub_cache.point(Path(root), REPO, TAG, parent)
            wanted = names.get(config.revision, first)
            try:
                commit = hub_cache.commit_of(Path(root), REPO, wanted)
            except Problem as problem:
                yield Note(push, problem.code, problem.facts)
                break
            path = hub_cache.resolve(Path(root), REPO, "model.safetensors", wanted)
            words = hub_cache.resolve(Path(root), REPO, "tokenizer.json", wanted)
            order = json.loads(words.read_text(encoding="utf-8"))
            weights = weights_file.read(path, weights_file.header(path))["pairs"]
            place = np.argsort(order)  # of each word in this commit's vocabulary
            shown = weights[np.ix_(place, place)]  # rows and columns as the words are numbered here
            data = path.read_bytes()
            loaded = loaded or data
            yield Metric(push, "test_loss", loss(shown, np.asarray(test[:TESTED])))
            yield Metric(push, "changed", float(data != loaded))
            yield Metric(push, "bytes", float(len(data)))
            for name, value in zip(table, (push, PUSHES[push], parent, commit), strict=True):
                table[name].append(value)
            text = write(shown, int(test[0]), rng.numpy_stream(config.seed, "sample"))
            yield Sample(push, "story", tokenizer.decode([int(test[0])]), tokenizer.decode(text))
    yield Table(config.pushes, "loads", table)
    yield Finished(config.pushes, "done")


@lru_cache(maxsize=8)
def versions(tale: str, tokens: int) -> list[dict[str, bytes]]:
    """The files of each commit of PUSHES: the same for every program, so counted once."""
    import numpy as np

    from core import corpora, tokenizers, weights_file

    tokenizer = tokenizers.load("words", tale)
    train, vocabulary = corpora.tokens(tale, tokenizer, "train"), tokenizer.n_vocab
    small, large = (counted(train[:n], vocabulary) for n in (tokens, 10 * tokens))
    plain = list(range(vocabulary))
    other = np.random.default_rng(1).permutation(vocabulary).tolist()  # the author sorts the words in another way

    def files(table, order, kind="f4"):
        name = {"f4": "F32", "f2": "F16"}[kind]
        weights = weights_file.to_bytes({"pairs": (name, table.shape, table.astype(f"<{kind}").tobytes())})
        return {"model.safetensors": weights, "tokenizer.json": json.dumps(order).encode()}

    return [
        files(small, plain),
        files(large, plain),
        files(large, plain, "f2"),
        files(large, other, "f2"),  # the tokenizer is new, the weights are not: everything loads, nothing fits
        files(large[np.ix_(other, other)], other, "f2"),
    ]


def counted(ids, vocabulary: int):
    """Log-probabilities (V, V) of the next word given this one, counted with a tenth of a count everywhere."""
    import numpy as np

    ids = np.asarray(ids, dtype=np.int64)
    pairs = np.bincount(ids[:-1] * vocabulary + ids[1:], minlength=vocabulary**2).reshape(vocabulary, vocabulary)
    counts = (pairs + 0.1).astype(np.float32)
    return np.log(counts / counts.sum(1, keepdims=True))


def loss(table, ids) -> float:
    """Mean −log p of each next word, nats."""
    return float(-table[ids[:-1], ids[1:]].mean())


def write(table, word: int, draw) -> list[int]:
    """WRITTEN words after `word`, each drawn from its row."""
    import numpy as np

    out = []
    for _ in range(WRITTEN):
        edges = np.cumsum(np.exp(table[word], dtype=np.float64))
        word = int(np.searchsorted(edges, draw.random() * edges[-1]))
        out.append(min(word, len(table) - 1))
    return out


EXPERIMENT = Experiment("revisions", 1, Config, run, lane="inline")
