"""Paste a page of your own: every rule's number for it, and the first that removes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Sample, Started, Table
from core.experiment import Experiment, knob
from core.web_filters import LOOKS_AT, NAMES, RULES, Pages, Thresholds, cut

MOST = 20_000  # characters
LIMIT = 3.0  # where a rule is overshot by more, it is drawn here
EXAMPLE = (
    "Home\nAbout us\nContact\nThis site uses cookies to improve your visit.\n"
    "The old lighthouse stands at the end of the harbour wall, and it has been lit every night for ninety years. "
    "The keeper lives in the house below with her two dogs. In winter the waves come over the wall and the path is closed. "
    "Visitors can climb to the top in summer. The view is worth the steps.\n"
    "Read more ...\nShare\nShare\nShare"
)


@dataclass(frozen=True)
class Config(Thresholds):
    """text: the page. Nobody has run a language detector on it, so its letters decide: Vietnamese ones or none."""

    experiment: ClassVar[str] = "own_page"
    text: str = knob(EXAMPLE)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: words, lines, kept_lines, dead (rules that remove it), first (index in web_filters.NAMES, -1: it stays,
    -2: it is empty). Table "rules": rule, step, value, cut, used (share of what the rule allows, above 1: removed; at most
    LIMIT), dead. Sample "page": the page, lines dropped by C4's rules marked; or what the first rule is about."""
    import numpy as np

    from core import page_marks, uploads

    text = config.text[:MOST].replace("\r\n", "\n")
    yield Started(1, {})
    pages = Pages((text,), (uploads.language_of(text),), (1.0,))
    judged = pages.judge(config)
    found = pages.values(config)[0]
    empty = not text.strip()
    first = -2 if empty else int(judged.first[0])
    values = [float(found[LOOKS_AT.get(r.name, r.name)][0]) for r in RULES]
    cuts = [cut(r, config) for r in RULES]
    dead = judged.dead[0].tolist()
    used = [_used(r.sign, v, c, d) for r, v, c, d in zip(RULES, values, cuts, dead, strict=True)]
    yield Metric(1, "words", float(found["words"][0]))
    yield Metric(1, "lines", len(pages.lines.texts))
    yield Metric(1, "kept_lines", int(np.sum(judged.left.lines)))
    yield Metric(1, "dead", sum(dead))
    yield Metric(1, "first", first)
    columns = {
        "rule": list(NAMES),
        "step": [r.step for r in RULES],
        "value": values,
        "cut": [c if c < float("inf") else None for c in cuts],
        "used": used,
        "dead": dead,
    }
    yield Table(1, "rules", columns)
    if not empty:
        pieces, hits = page_marks.marked(text, NAMES[first] if first >= 0 else "sentences", config)
        yield Sample(0, "page", "", "".join(pieces), {"pieces": pieces, "hits": hits, "limit": 1500})
    yield Finished(1, "done")


def _used(sign: int, value: float, at: float, dead: bool) -> float:
    """How much of what the rule allows is used up: 1 is the cut itself."""
    if at == float("inf") or (sign < 0 and at == 0):
        return 0.0  # the rule is off
    if at == 0:
        return LIMIT if dead else 0.0  # a switch: one is too many
    share = value / at if sign > 0 else (at / value if value else LIMIT)
    return min(LIMIT, max(share, 1.001) if dead else min(share, 1.0))


EXPERIMENT = Experiment("own_page", 1, Config, run, lane="inline")
