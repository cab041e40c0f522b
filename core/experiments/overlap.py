"""Where a split leaks: the text as a strip of trained and tested places, and the windows that share a prediction (lesson 6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import splits
from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

CELLS = 300  # places of the strip
STRIDES = (1, 2, 3, 4, 6, 8, 12, 16, 32)
WORDS = 12  # tokens of the test window that are shown, after its first
ROWS = 8  # training windows beside it


@dataclass(frozen=True)
class Config:
    """The split as in the `splits` experiment; window: which of 40 test windows, spread over the text, is looked at."""

    experiment: ClassVar[str] = "overlap"
    corpus: str = knob("manual", choices=("manual", "tales-en", "tales-vi"), pattern="text-[0-9a-f]{12}", corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    split: str = knob("random", choices=("contiguous", "random", "blocks"))
    share: float = knob(0.1, low=0.001, high=0.9)
    gap: int = knob(8, low=0, high=4096)
    block: int = knob(512, low=2, high=65_536)
    keep: int = knob(40_000, low=100, high=100_000)
    context: int = knob(8, low=1, high=1024)
    stride: int = knob(2, low=1, high=1024)
    seed: int = knob(0, low=0, high=10_000)
    window: int = knob(1, low=1, high=40)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: leaked, whole (share of the test windows that leak completely), expected (leaked, if drawn at random),
    train_windows, test_windows, lost_windows (on neither side). Tables: "strip" (cell, kind, share of its places),
    "curve" (stride, counted, expected), "zoom" (row, place, piece, kind): a test window and its doubles."""
    import numpy as np

    from core import corpora, leakage, tokenizers

    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    parts = [corpora.tokens(config.corpus, tokenizer, part) for part in ("train", "test")]
    tokens, share = splits.book(np.concatenate(parts), config.keep, config.share)
    how = {"gap": config.gap, "block": config.block, "seed": config.seed}
    train, test = splits.cut(config.split, len(tokens), config.context, config.stride, share, **how)
    windows = len(splits.all_starts(len(tokens), config.context, config.stride))
    yield Started(0, {"tokens": len(tokens), "share": share})
    trained = leakage.trained(train, len(tokens), config.context)
    shares = leakage.shares(test, trained, config.context)
    yield Metric(0, "leaked", float(shares.mean()))
    yield Metric(0, "whole", float((shares == 1).mean()))
    yield Metric(0, "expected", leakage.expected(config.context, config.stride, share))
    yield Metric(0, "train_windows", float(len(train)))
    yield Metric(0, "test_windows", float(len(test)))
    yield Metric(0, "lost_windows", float(windows - len(train) - len(test)))
    yield strip(trained, leakage.trained(test, len(tokens), config.context))
    yield curve(config, len(tokens), share, how)
    chosen = int(np.sort(test)[(config.window - 1) * len(test) // 40])
    yield zoom(config, tokens, tokenizer, train, chosen)
    yield Finished(0, "done")


def strip(trained, tested) -> Table:
    """The text in CELLS pieces: how much of each is only trained on, both, only tested on, and neither."""
    import numpy as np

    kinds = {
        "trained": trained & ~tested,
        "both": trained & tested,
        "tested": tested & ~trained,
        "neither": ~trained & ~tested,
    }
    edges = np.linspace(0, len(trained), min(CELLS, len(trained)) + 1).astype(int)
    columns = {"cell": [], "kind": [], "share": []}
    for kind, mask in kinds.items():
        sums = np.add.reduceat(mask, edges[:-1])
        for cell, value in zip((edges[:-1] / len(trained)).tolist(), (sums / np.diff(edges)).tolist(), strict=True):
            if value:
                columns["cell"].append(cell)
                columns["kind"].append(kind)
                columns["share"].append(value)
    return Table(0, "strip", columns)


def curve(config: Config, tokens: int, share: float, how: dict) -> Table:
    """How much leaks at other strides, everything else equal: counted for this split, expected for a random one."""
    from core import leakage
    from core.problem import Problem

    columns = {"stride": [], "counted": [], "expected": []}
    for stride in sorted({*STRIDES, config.stride}):
        try:
            train, test = splits.cut(config.split, tokens, config.context, stride, share, **how)
        except Problem:  # so far apart that one side is empty
            continue
        columns["stride"].append(stride)
        columns["counted"].append(leakage.leaked(train, test, tokens, config.context))
        columns["expected"].append(leakage.expected(config.context, stride, share))
    return Table(0, "curve", columns)


def zoom(config: Config, tokens, tokenizer, train, start: int) -> Table:
    """The first tokens of the test window at `start` (row 0), and the training windows that predict some of them."""
    import numpy as np

    last = min(config.context, WORDS)  # places 1 .. last are predicted, place 0 is only read
    near = np.sort(train[(train > start - config.context) & (train < start + last)])
    near = near[np.argsort(abs(near - start), kind="stable")[:ROWS]]
    rows, known = [], set()
    for row, s in enumerate(np.sort(near).tolist(), 1):
        for place in range(max(0, s - start), min(last, s - start + config.context) + 1):
            double = place >= 1 and place > s - start
            known |= {place} if double else set()
            rows.append((row, place, "double" if double else "read"))
    rows += [(0, i, "read" if i == 0 else "known" if i in known else "new") for i in range(last + 1)]
    columns = {"row": [], "place": [], "piece": [], "kind": []}
    for row, place, kind in sorted(rows):
        piece = tokenizer.pieces[int(tokens[start + place])]
        for name, value in zip(columns, (row, place, piece, kind), strict=True):
            columns[name].append(value)
    return Table(0, "zoom", columns)


EXPERIMENT = Experiment("overlap", 1, Config, run, lane="inline")
