"""Count a text's tokens: which are common, which rare, which never occur, and what a slip in the indexing picks instead
(course lesson 19)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora
from core.events import Event, Finished, Metric, Note, Started, Table
from core.experiment import Experiment, knob

DOTS = 400  # tokens of the picture that are in no group


@dataclass(frozen=True)
class Config:
    """keep: tokens counted, from the start of the training part; 0 for all. group: wanted size of each group. whole: the
    text as it stands, its held-out tenth included (the course has no test set). word: a text whose first token is looked
    up. seed: the draw among equals."""

    experiment: ClassVar[str] = "census"
    corpus: str = knob("manual", choices=corpora.NAMES, pattern=corpora.OTHER, corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    keep: int = knob(0, low=0, high=10**9)
    group: int = knob(100, low=2, high=1000)
    whole: bool = knob(False)
    word: str = knob(" the")
    seed: int = knob(0, low=0, high=10_000)


def counted(config: Config, tokenizer):
    """The token ids that are counted."""
    import numpy as np

    parts = ("train", "test") if config.whole else ("train",)
    tokens = np.concatenate([corpora.tokens(config.corpus, tokenizer, part) for part in parts])
    return tokens[: config.keep or None]


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: tokens, vocabulary, used, used_share (0 to 1), once (tokens that occur once), ties, and those of
    frequency_groups.audit of the notebook's groups. Tables: "ranks" (group, rank, count, id, piece; rank of the unused
    ones: their place after the last used one), "picked" (the groups as the notebook has them: group, really, count,
    piece), "found" (the token looked up). Note no_unused."""
    import numpy as np

    from core import frequency_groups, tokenizers

    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    tokens = counted(config, tokenizer)
    groups = frequency_groups.frequency_groups(tokens, tokenizer.n_vocab, config.group, config.seed)
    drawn = frequency_groups.notebook_groups(tokens, tokenizer.n_vocab, config.group)
    counts, used = groups.counts, int((groups.counts > 0).sum())
    yield Started(1, {"vocabulary": tokenizer.n_vocab, "sizes": {k: len(v) for k, v in groups.ids().items()}})
    if used == tokenizer.n_vocab:
        yield Note(1, "no_unused", {"vocabulary": tokenizer.n_vocab, "tokens": len(tokens)})
    numbers = {"tokens": len(tokens), "vocabulary": tokenizer.n_vocab, "used": used}
    numbers |= {"used_share": used / tokenizer.n_vocab, "once": int((counts == 1).sum()), "ties": groups.ties}
    for name, value in (numbers | frequency_groups.audit(groups, drawn)).items():
        yield Metric(1, name, float(value))
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    of = {int(i): name for name, ids in groups.ids().items() for i in ids}
    inside = np.unique(np.geomspace(1, max(used, 1), DOTS).astype(int)) - 1
    shown = list(of) + [int(i) for i in order[inside] if int(i) not in of]
    yield Table(1, "ranks", rows(tokenizer, counts, rank, shown, of))
    listed = [(name, int(i)) for name, ids in drawn.items() for i in ids]
    yield Table(
        1,
        "picked",
        {
            "group": [name for name, _ in listed],
            "really": ["never" if counts[i] == 0 else of.get(i, "between") for _, i in listed],
            "count": [int(counts[i]) for _, i in listed],
            "id": [i for _, i in listed],
            "piece": [tokenizer.show(i) for _, i in listed],
        },
    )
    asked = tokenizer.encode(config.word)[:1]
    yield Table(1, "found", rows(tokenizer, counts, rank, asked, of))
    yield Finished(1, "done")


def rows(tokenizer, counts, rank, ids, of: dict) -> dict[str, list]:
    return {
        "group": [of.get(i, "between" if counts[i] else "never") for i in ids],
        "rank": [int(rank[i]) for i in ids],
        "count": [int(counts[i]) for i in ids],
        "id": list(ids),
        "piece": [tokenizer.show(i) for i in ids],
    }


EXPERIMENT = Experiment("census", 2, Config, run, lane="inline")
