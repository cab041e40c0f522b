"""The lines that say what a loss is worth: uniform guessing, counting, and the best that is possible.

All in nats per token. For Tales they are exact (core/floors.py); for other texts they are counted. The floors of the
built-in tokenizers are stored in core/gallery/floors.json, which `python -m core.references --write` rebuilds.
"""

import hashlib
import json
import math
import sys
from functools import cache, lru_cache
from pathlib import Path

from core import corpora, files, own_tales, rng, tales, tokenizers
from core.problem import Problem

STORED = Path(__file__).parent / "gallery" / "floors.json"
EXACT = 8  # contexts up to this length are enumerated; between it and a whole story the oracle averages over windows
OFFSETS = 8


def lines(corpus, tokenizer, context: int, offset: int = 1) -> dict[str, float]:
    """{name: nats per token} for a chart of losses.

    uniform: ln V. unigram: H(x). bigram: H(x[t+offset] | x[t]), the best that any model of one token can do.
    For Tales, and offset 1, also window: the best with `context` tokens of context (mean over the positions of a
    window that starts anywhere); true: the entropy rate, the best there is. For other texts unigram and bigram are
    counted on the training part: floors of the loss there, not of the test loss.

    corpus, tokenizer: objects or names. Raises the Problems of corpora.load and tokenizers.load.
    """
    name = corpus if isinstance(corpus, str) else corpus.name
    tokenizer = tokenizers.load(tokenizer, name) if isinstance(tokenizer, str) else tokenizer
    uniform = {"uniform": math.log(tokenizer.n_vocab)}
    if own_tales.language(name) is not None:
        known = floors(name, tokenizer)
        if offset > OFFSETS:
            return uniform | {"unigram": known["unigram"]}
        out = uniform | {"unigram": known["unigram"], "bigram": known["offsets"][offset - 1]}
        return out | ({"window": window(known, context), "true": known["true"]} if offset == 1 else {})
    return uniform | _counted(corpora.fingerprint(name), name, tokenizer, offset)


def window(known: dict, context: int) -> float:
    """Best possible mean loss on windows of `context` tokens that start anywhere: the mean of H(next | last k)."""
    curve = known["context"][:context]
    return (sum(curve) + known["true"] * (context - len(curve))) / context


@lru_cache(maxsize=64)
def _counted(_fingerprint: str, name: str, tokenizer, offset: int) -> dict[str, float]:
    tokens = corpora.tokens(name, tokenizer, "train")
    if len(tokens) <= offset:
        raise Problem("too_few_tokens", tokens=len(tokens), needed=offset + 1)
    return {"unigram": entropy(tokens), "bigram": conditional_entropy(tokens, offset)}


def entropy(tokens) -> float:
    """H(x) of the counted tokens (N,), nats."""
    import numpy as np

    from core import counting

    counts = counting.frequencies(tokens, int(np.max(tokens)) + 1)
    return entropy_of(counts[counts > 0])


def entropy_of(counts) -> float:
    """H of what was counted so often, nats. counts: numpy array (kinds,), each at least 1."""
    import numpy as np

    p = counts / counts.sum()
    return float(-(p * np.log(p)).sum())


def conditional_entropy(tokens, offset: int = 1) -> float:
    """H(x[t+offset] | x[t]) of the counted pairs, nats: no function of one token has a lower mean loss on them."""
    return pair_entropy(tokens[:-offset], tokens[offset:])


def pair_entropy(a, b) -> float:
    """H(b | a) of the pairs (a, b), token ids (n,) each: no function of `a` has a lower mean loss on them, nats."""
    import numpy as np

    from core import counting

    size = int(np.max(b)) + 1
    return counted_entropy(*counting.count_pairs(a, b, size), size)


def counted_entropy(keys, counts, vocabulary: int) -> float:
    """H(b | a) = H(a, b) - H(a), nats, of counted pairs as counting.count_pairs returns them."""
    import numpy as np

    alone = np.bincount(keys // vocabulary, counts)  # how often each a has a follower
    return entropy_of(counts) - entropy_of(alone[alone > 0])


def count_tables(train, windows, vocabulary: int | None = None) -> dict[str, float]:
    """Mean loss on `windows` (N, T+1) of two tables counted on `train` (M,), nats per token (lesson 8).

    unigram_table: counts plus one. bigram_table: Witten-Bell (1991), which trusts a pair's count the more, the fewer
    different followers its first token has: p(b|a) = (c(ab) + t(a) p(b)) / (c(a) + t(a)), t(a) = kinds of followers.
    """
    import numpy as np

    train, windows = np.asarray(train, dtype=np.int64), np.asarray(windows, dtype=np.int64)
    size = vocabulary or int(max(train.max(), windows.max())) + 1
    asked = windows[:, :-1].ravel(), windows[:, 1:].ravel()
    return pair_tables(train, (train[:-1], train[1:]), asked, size)


def pair_tables(tokens, pairs, asked, size: int) -> dict[str, float]:
    """The same from pairs that need not stand in a row: tokens (M,) for the unigram, pairs = (first, second) for the
    bigram, asked = (first, second) to be predicted; int64 each, ids below `size`."""
    import numpy as np

    unigram = (np.bincount(tokens, minlength=size) + 1) / (len(tokens) + size)  # (V,)
    keys, counts = np.unique(pairs[0] * size + pairs[1], return_counts=True)
    seen = np.bincount(pairs[0], minlength=size)  # (V,) how often each token was followed by anything
    kinds = np.bincount(keys // size, minlength=size)  # (V,) by how many different tokens
    a, b = asked
    place = np.minimum(np.searchsorted(keys, a * size + b), len(keys) - 1)
    count = np.where(keys[place] == a * size + b, counts[place], 0)
    weight = np.maximum(seen[a] + kinds[a], 1)
    bigram = np.where(kinds[a] > 0, (count + kinds[a] * unigram[b]) / weight, unigram[b])
    return {"unigram_table": float(-np.log(unigram[b]).mean()), "bigram_table": float(-np.log(bigram).mean())}


# --- exact floors of Tales --------------------------------------------------------------------------------------


def floors(name: str, tokenizer) -> dict:
    """The floors of a Tales language under a tokenizer: stored ones, else computed once and kept under home()/cache.

    {"nats": entropy of a story, "length": its mean tokens, "true", "unigram", "offsets": [H(x[t+k]|x[t])],
    "context": [H(next | last k tokens)], "exact": how many of the first of these are exact, "windows": over how many
    windows the oracle averaged for the others, "error": the largest standard error among those}.
    """
    key = _key(name, tokenizer)
    stored = _stored().get(f"{name}/{tokenizer.name}")
    if stored and stored["key"] == key:
        return stored
    return _own(name, tokenizer, key)


def _key(name: str, tokenizer) -> str:
    return f"{own_tales.language(name).fingerprint}-{tokenizer.fingerprint}"


@cache
def _stored() -> dict:
    try:
        return json.loads(STORED.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


@lru_cache(maxsize=8)
def _own(name: str, tokenizer, key: str) -> dict:
    path = files.home() / "cache" / "floors" / f"{name}-{tokenizer.name}-{key}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = compute(name, tokenizer, windows=100)
    _keep(path, json.dumps(known).encode())
    return known


def _keep(path, data: bytes) -> None:
    try:
        files.write_atomic(path, data)
    except (Problem, OSError):
        pass  # computed again next time


@lru_cache(maxsize=8)
def source(name: str, tokenizer):
    """The language seen through the tokenizer (core/floors.py), for the oracle and the floors."""
    from core.floors import Source

    return Source(own_tales.language(name), tokenizer.encode)


def compute(name: str, tokenizer, windows: int = 1000) -> dict:
    """The floors, from the language's rules; between EXACT and a whole story's length by the oracle on `windows`
    windows of fresh stories, averaging the entropy of its predictions (less noise than averaging its losses)."""
    import numpy as np

    from core import floors as exactly

    language = own_tales.language(name)
    machine = exactly.Source(language, tokenizer.encode)
    longest = machine.longest()
    exact = machine.context(min(EXACT, longest - 1))  # a shorter story is enumerated whole
    draws = rng.numpy_stream(1, "data")
    text = tales.tell(language, 4000, draws)
    stream = [token for piece in tales.PIECE.findall(text) for token in machine.tokens(piece)]
    rows = np.array(
        [
            [exactly.entropy(forecast.values()) for forecast in machine.believe(stream[start : start + longest])][1:]
            for start in draws.integers(0, len(stream) - longest, size=windows)
        ]
    )  # (windows, longest - 1): predictions with 1, 2, ... tokens seen
    rows[:, : len(exact)] = exact
    means = rows.cumsum(1) / np.arange(1, longest)
    curve = exact + rows.mean(0)[len(exact) :].tolist()
    return {
        "key": _key(name, tokenizer),
        "nats": machine.nats,
        "length": machine.length,
        "true": machine.true,
        "unigram": machine.unigram(),
        "offsets": [round(value, 6) for value in machine.offsets(OFFSETS)],
        "exact": len(exact),
        "windows": windows,
        "error": round(float(means.std(0).max() / math.sqrt(windows)), 5),
        "context": [round(value, 6) for value in curve],
    }


def oracle(corpus, tokenizer, windows):
    """The perfect predictor's mean loss on each window (N, T+1), nats per token: numpy array (N,). Tales only.

    It knows the language's rules and sees only the window (its first token is context), so loss - oracle, on the
    same windows, is the regret: an estimate of KL(truth || model). inf where no story could go on so.
    Kept under home()/cache by the windows' content.
    """
    import numpy as np

    name = corpus if isinstance(corpus, str) else corpus.name
    assert own_tales.language(name) is not None, name
    tokenizer = tokenizers.load(tokenizer, name) if isinstance(tokenizer, str) else tokenizer
    windows = np.ascontiguousarray(windows, dtype=np.int64)
    digest = hashlib.sha256(f"{_key(name, tokenizer)}/{windows.shape}".encode() + windows.tobytes()).hexdigest()[:20]
    path = files.home() / "cache" / "oracle" / f"{name}-{digest}.npy"
    kept = corpora.read_array(path)
    if kept is not None and kept.shape == (len(windows),):
        return kept
    machine = source(name, tokenizer)
    losses = [machine.losses(row) for row in windows.tolist()]
    full = windows.shape[1]
    out = np.array([math.fsum(row[1:]) / (full - 1) if len(row) == full else math.inf for row in losses])
    corpora.keep_array(path, out)
    return out


def best_of_one(corpus, tokenizer, windows, offset: int = 1):
    """The mean loss on each window (N, T+offset) of the best model of one token, -ln P(x[t+offset] | x[t]) with the
    exact probabilities: numpy array (N,), nats per token. Tales only.

    Model 1's test loss against this, on the same windows, has far less noise than against the floor itself (the
    floor is the mean over all windows there could be).
    """
    import numpy as np

    name = corpus if isinstance(corpus, str) else corpus.name
    tokenizer = tokenizers.load(tokenizer, name) if isinstance(tokenizer, str) else tokenizer
    table = _ahead(name, tokenizer, offset)
    rows = np.asarray(windows).tolist()
    return np.array(
        [np.mean([table.get(pair, math.inf) for pair in zip(row, row[offset:], strict=False)]) for row in rows]
    )


@lru_cache(maxsize=16)
def _ahead(name: str, tokenizer, offset: int) -> dict[tuple[int, int], float]:
    *_, joint = source(name, tokenizer).ahead(offset)
    return {(a, b): -math.log(p / sum(row.values())) for a, row in joint.items() for b, p in row.items() if p > 0}


def main(arguments: list[str]) -> None:
    if arguments != ["--write"]:
        sys.exit("usage: python -m core.references --write")
    table = {}
    for name in tales.LANGUAGES:
        for kind in ("bpe", "words", "bytes"):
            known = table[f"{name}/{kind}"] = compute(name, tokenizers.load(kind, name), windows=10_000)
            best = ", ".join(f"T={t} {window(known, t):.4f}" for t in (8, 32, 64))
            print(f"{name} {kind}: a story has {known['length']:.2f} tokens and {known['nats']:.4f} nats")
            print(f"    unigram {known['unigram']:.4f}, bigram {known['offsets'][0]:.4f}, true {known['true']:.4f}")
            print(f"    best with {best}, standard error at most {known['error']}")
    files.write_atomic(STORED, (json.dumps(table, indent=None) + "\n").encode())


if __name__ == "__main__":
    main(sys.argv[1:])
