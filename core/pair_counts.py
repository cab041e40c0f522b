"""What counting can say about a text to a model that sees one token: made once for each text, tokenizer and offset."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core import corpora, counting, own_tales, references, tokenizers

CONTEXTS = 30  # how many context tokens are worth a look


@dataclass(frozen=True, eq=False)
class PairCounts:
    """targets: {name of a loss: (keys a·V + b, counts)} of the pairs it is a mean over. known: keys of all neighbouring
    pairs of the training part. contexts: token ids, frequent ones whose followers are least settled first. least: no
    function of one token has a lower loss on the training part, nats. by_chance: the share of known pairs in a text whose
    tokens are drawn one by one by frequency. best: {"best": loss of the best model of one token on the test part}, Tales
    only. train, test: token ids.
    """

    train: np.ndarray
    test: np.ndarray
    targets: dict[str, tuple[np.ndarray, np.ndarray]]
    known: np.ndarray
    contexts: tuple[int, ...]
    least: float
    by_chance: float
    best: dict[str, float]


def of(corpus: str, tokenizer: str, offset: int) -> PairCounts:
    """The counts of this text. Raises the Problems of corpora.tokens and tokenizers.load."""
    return _of(corpus, tokenizer, offset, corpora.fingerprint(corpus))


@lru_cache(maxsize=16)
def _of(corpus: str, name: str, offset: int, _fingerprint: str) -> PairCounts:
    tokenizer = tokenizers.load(name, corpus)
    size = tokenizer.n_vocab
    train, test = (corpora.tokens(corpus, name, part) for part in ("train", "test"))
    targets = {
        "test_loss": _pairs(test, size, offset),
        "test_loss_next": _pairs(test, size, 1),
        "test_loss_after": _pairs(test, size, 2),
        "text_loss": _pairs(train, size, offset),
    }
    key, count = targets["text_loss"]
    first, p = key // size, count / count.sum()
    share = np.bincount(first, weights=p, minlength=size)
    weight = np.bincount(first, weights=-p * np.log(p / share[first]), minlength=size)
    known = key if offset == 1 else counting.pairs(train, size)
    alone = counting.frequencies(train, size) / len(train)
    best = {}
    if own_tales.language(corpus) is not None:
        best["best"] = float(references.best_of_one(corpus, tokenizer, test[None], offset)[0])
    return PairCounts(
        train=train,
        test=test,
        targets=targets,
        known=known,
        contexts=tuple(int(i) for i in np.argsort(-weight, kind="stable")[:CONTEXTS] if share[i] > 0),
        least=references.counted_entropy(key, count, size),
        by_chance=float((alone[known // size] * alone[known % size]).sum()),
        best=best,
    )


def _pairs(tokens, size: int, offset: int):
    """(keys a·V + b, counts) of the pairs `offset` apart."""
    return counting.count_pairs(tokens[:-offset], tokens[offset:], size)
