"""FineWeb's rules on a collection of pages: what each removes, which pages die first, and what is left."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora, web_collection
from core.events import Event, Finished, Metric, Sample, Started, Table
from core.experiment import Experiment, knob
from core.web_filters import NAMES, PUBLISHED, RULES, STEPS, Thresholds, cut, loosen

NGRAM, BANDS, ROWS = 5, 14, 8  # FineWeb's deduplication, the last stage of the funnel


@dataclass(frozen=True)
class Config(Thresholds):
    """rule: the one that is looked at closely. page: which of its victims is read, the one nearest to the cut first."""

    experiment: ClassVar[str] = "page_filters"
    corpus: str = knob("docs-web", choices=web_collection.BUILT_IN, pattern=corpora.OTHER, corpus=True)
    rule: str = knob("short_lines", choices=NAMES)
    documents: int = knob(565, low=20, high=3000)
    junk: float = knob(0.6, low=0.0, high=0.9)
    page: int = knob(1, low=1, high=40)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: documents and tokens of the collection; kept_documents, kept_tokens after all rules and deduplication;
    alone_documents, alone_tokens: what `rule` would remove by itself; precision, recall against the hidden labels.
    Tables: pages (value of the rule, tokens, kind, dead), funnel (step, kind, documents, tokens), rules (rule, value: cut,
    first, alone, only, tokens). Samples: "removed" and "kept", the pages nearest to the cut on either side."""
    import numpy as np

    from core import near_copies

    collection = web_collection.load(config.corpus, config.documents, config.seed, config.junk)
    pages, tokens = collection.pages, collection.tokens
    judged = pages.judge(config)
    kinds = np.array(collection.kinds or ["page"] * len(tokens))
    index = NAMES.index(config.rule)
    values, dead = judged.values[:, index], judged.dead[:, index]
    stays = np.flatnonzero(judged.stays).tolist()
    candidates = near_copies.candidates(pages.texts, NGRAM, BANDS, ROWS)
    unique = near_copies.first_of_each(candidates, stays)
    facts = {"of": collection.of, "labelled": bool(collection.kinds), "loosen": loosen(judged)}
    yield Started(1, facts | {"cut": _number(cut(RULES[index], config)), "sign": RULES[index].sign})
    yield Metric(1, "documents", len(tokens))
    yield Metric(1, "tokens", int(tokens.sum()))
    yield Metric(1, "kept_documents", len(unique))
    yield Metric(1, "kept_tokens", int(tokens[unique].sum()))
    yield Metric(1, "alone_documents", int(dead.sum()))
    yield Metric(1, "alone_tokens", int(tokens[dead].sum()))
    yield Metric(1, "first_documents", int((judged.first == index).sum()))
    if collection.kinds:
        good = np.isin(kinds, ("prose", "banner"))
        yield Metric(1, "precision", float(good[unique].mean()) if unique else 0.0)
        yield Metric(1, "recall", float(good[unique].sum() / max(1, good.sum())))
    columns = {"value": values.tolist(), "tokens": tokens.tolist(), "kind": kinds.tolist(), "dead": dead.tolist()}
    yield Table(1, "pages", columns)
    yield Table(1, "funnel", _funnel(judged, kinds, tokens, unique))
    yield Table(1, "rules", _rules(judged, config, tokens))
    for name, side in (("removed", dead), ("kept", ~dead)):
        found = _nearest(values, side, cut(RULES[index], config), config.page)
        if found is not None:
            yield _read(name, pages.texts[found], config, float(values[found]), str(kinds[found]))
    yield Finished(1, "done")


def _number(value: float):
    return value if value < float("inf") else None


def _funnel(judged, kinds, tokens, unique) -> dict[str, list]:
    """Documents and tokens left after each step, by kind."""
    import numpy as np

    steps = np.array([STEPS.index(rule.step) for rule in RULES])
    died = np.where(judged.first >= 0, steps[judged.first], len(STEPS))  # the step at which a page dies
    left = [("start", np.ones(len(kinds), dtype=bool))]
    left += [(step, died > i) for i, step in enumerate(STEPS)]
    last = np.zeros(len(kinds), dtype=bool)
    last[unique] = True
    left.append(("copies", last))
    rows = [
        (step, str(kind), int((mask & (kinds == kind)).sum()), int(tokens[mask & (kinds == kind)].sum()))
        for step, mask in left
        for kind in np.unique(kinds)
    ]
    return dict(zip(("step", "kind", "documents", "tokens"), map(list, zip(*rows, strict=True)), strict=True))


def _rules(judged, thresholds, tokens) -> dict[str, list]:
    """For every rule: pages it removes first, pages it would remove by itself, pages that only it removes."""
    import numpy as np

    once = judged.dead.sum(1) == 1
    return {
        "rule": list(NAMES),
        "step": [rule.step for rule in RULES],
        "first": [int((judged.first == i).sum()) for i in range(len(RULES))],
        "alone": judged.dead.sum(0).astype(int).tolist(),
        "only": (judged.dead & once[:, None]).sum(0).astype(int).tolist(),
        "tokens": [float(tokens[judged.dead[:, i]].sum() / max(1, tokens.sum())) for i in range(len(RULES))],
        "published": [bool(np.array_equal(cut(r, thresholds), cut(r, PUBLISHED))) for r in RULES],
    }


def _nearest(values, side, at: float, which: int):
    """Index of the `which`-th nearest page to the cut on that side (the last one where there are fewer); None: no page."""
    import numpy as np

    there = np.flatnonzero(side)
    if not len(there):
        return None
    distance = np.abs(values[there] - (at if at < float("inf") else 0.0))
    return int(there[np.argsort(distance, kind="stable")[min(which, len(there)) - 1]])


def _read(name: str, text: str, config: Config, value: float, kind: str) -> Sample:
    from core import page_marks

    pieces, hits = page_marks.marked(text, config.rule, config)
    return Sample(
        0, name, "", "".join(pieces), {"pieces": pieces, "hits": hits, "value": value, "kind": kind, "limit": 500}
    )


EXPERIMENT = Experiment("page_filters", 1, Config, run, lane="inline")
