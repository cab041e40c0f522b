"""FineWeb's pipeline as a list of rules, each a number of the page and a threshold on it (Penedo et al. 2024).

In the published order: language; Gopher's repetition and quality rules; C4's, which also drop single lines; FineWeb's own,
on the lines that are left. What comes before (a list of addresses, text out of HTML) needs the raw crawl. The thresholds are
those of datatrove 0.10.1, and tests hold every rule against it.
"""

from dataclasses import dataclass, fields
from functools import cached_property

from core import c4, gopher
from core.experiment import knob


@dataclass(frozen=True)
class Rule:
    """Removes a page whose number `name` lies above (sign +1) or below (sign -1) the threshold `field`. A field that is
    True or False switches the rule. strict: a page exactly on the threshold goes too (the language score)."""

    name: str
    step: str  # language | repetition | quality | c4 | fineweb
    field: str
    sign: int = 1
    strict: bool = False


RULES = (
    Rule("language", "language", "language_min", -1, strict=True),
    Rule("dup_paragraphs", "repetition", "dup_paragraphs_max"),
    Rule("dup_paragraph_chars", "repetition", "dup_paragraph_chars_max"),
    Rule("dup_lines", "repetition", "dup_lines_max"),
    Rule("dup_line_chars", "repetition", "dup_line_chars_max"),
    *(Rule(f"top_{n}", "repetition", f"top_{n}_max") for n in gopher.TOP),
    *(Rule(f"dup_{n}", "repetition", f"dup_{n}_max") for n in gopher.DUPLICATED),
    Rule("few_words", "quality", "words_min", -1),
    Rule("many_words", "quality", "words_max"),
    Rule("short_words", "quality", "word_length_min", -1),
    Rule("long_words", "quality", "word_length_max"),
    Rule("hashes", "quality", "symbols_max"),
    Rule("ellipses", "quality", "symbols_max"),
    Rule("bullets", "quality", "bullets_max"),
    Rule("ellipsis_lines", "quality", "ellipsis_lines_max"),
    Rule("letters", "quality", "letters_min", -1),
    Rule("stop_words", "quality", "stop_words_min", -1),
    Rule("lorem", "c4", "lorem"),
    Rule("curly", "c4", "curly"),
    Rule("sentences", "c4", "sentences_min", -1),
    Rule("punct_lines", "fineweb", "punct_lines_min", -1),
    Rule("short_lines", "fineweb", "short_lines_max"),
    Rule("dup_chars", "fineweb", "dup_chars_max"),
    Rule("newlines", "fineweb", "newlines_max"),
)
NAMES = tuple(rule.name for rule in RULES)
STEPS = ("language", "repetition", "quality", "c4", "fineweb")
LOOKS_AT = {"few_words": "words", "many_words": "words", "short_words": "word_length", "long_words": "word_length"}


@dataclass(frozen=True)
class Thresholds:
    """Where every rule cuts; the defaults are the published ones. Configs of experiments that filter extend it.

    profile: whose language and stop words (en, vi). line_words, javascript, policy, end_mark: C4's line rules; a line
    shorter than `line_words` words is dropped, the page stays. end_mark is C4's and FineWeb left it out.
    """

    profile: str = knob("en", choices=("en", "vi"))
    language_min: float = knob(0.65, low=0, high=1)
    dup_paragraphs_max: float = knob(0.3, low=0, high=1)
    dup_paragraph_chars_max: float = knob(0.2, low=0, high=1)
    dup_lines_max: float = knob(0.3, low=0, high=1)
    dup_line_chars_max: float = knob(0.2, low=0, high=1)
    top_2_max: float = knob(0.2, low=0, high=1)
    top_3_max: float = knob(0.18, low=0, high=1)
    top_4_max: float = knob(0.16, low=0, high=1)
    dup_5_max: float = knob(0.15, low=0, high=1)
    dup_6_max: float = knob(0.14, low=0, high=1)
    dup_7_max: float = knob(0.13, low=0, high=1)
    dup_8_max: float = knob(0.12, low=0, high=1)
    dup_9_max: float = knob(0.11, low=0, high=1)
    dup_10_max: float = knob(0.1, low=0, high=1)
    words_min: int = knob(50, low=0, high=1000)
    words_max: int = knob(100_000, low=100, high=1_000_000)
    word_length_min: float = knob(3.0, low=0, high=20)
    word_length_max: float = knob(10.0, low=1, high=20)
    symbols_max: float = knob(0.1, low=0, high=1)
    bullets_max: float = knob(0.9, low=0, high=1)
    ellipsis_lines_max: float = knob(0.3, low=0, high=1)
    letters_min: float = knob(0.8, low=0, high=1)
    stop_words_min: int = knob(2, low=0, high=8)
    lorem: bool = knob(True)
    curly: bool = knob(True)
    line_words: int = knob(3, low=0, high=20)
    javascript: bool = knob(True)
    policy: bool = knob(True)
    end_mark: bool = knob(False)
    sentences_min: int = knob(5, low=0, high=50)
    punct_lines_min: float = knob(0.12, low=0, high=1)
    short_lines_max: float = knob(0.67, low=0, high=1)
    dup_chars_max: float = knob(0.01, low=0, high=0.5)
    newlines_max: float = knob(0.3, low=0, high=1)


PUBLISHED = Thresholds()
NOTHING = {  # every rule open: what a page goes through where one rule alone is looked at
    f.name: {1: 1.0, -1: 0.0}[next((r.sign for r in RULES if r.field == f.name), 1)]
    for f in fields(Thresholds)
    if isinstance(f.default, float)
} | {"words_min": 0, "words_max": 1_000_000, "word_length_max": 20.0, "stop_words_min": 0, "sentences_min": 0}
NOTHING |= {"lorem": False, "curly": False, "dup_chars_max": 0.5}


def cut(rule: Rule, thresholds) -> float:
    """Where the rule cuts: its threshold, 0 where it is a switch that is on, infinity where it is off."""
    value = getattr(thresholds, rule.field)
    if isinstance(value, bool):
        return 0.0 if value else float("inf")
    return float(value)


def kills(rule: Rule, values, thresholds):
    """Whether the rule removes a page with this number: a bool, or an array of them."""
    at = cut(rule, thresholds)
    if rule.sign > 0:
        return values > at
    return (values <= at) & (at > 0) if rule.strict else values < at


@dataclass(frozen=True)
class Judged:
    """What thresholds do to pages. values, dead (N, R): each rule's number, and whether it removes the page. first (N,):
    index of the first rule that does, in the published order, -1 for a page that stays. left: what C4's line rules leave."""

    values: object
    dead: object
    first: object
    left: c4.Left

    @property
    def stays(self):
        return self.first < 0


@dataclass(frozen=True, eq=False)
class Pages:
    """Pages with all that the rules look at, counted once; `judge` then answers any thresholds in milliseconds.

    texts; languages and scores: what a language detector says of them.
    """

    texts: tuple[str, ...]
    languages: tuple[str, ...]
    scores: tuple[float, ...]

    @cached_property
    def lines(self) -> c4.Lines:
        return c4.look(self.texts)

    @cached_property
    def words(self) -> tuple:
        return self.lines.words_of_pages()

    @cached_property
    def repetition(self) -> dict:
        """{rule: (N,)}"""
        import numpy as np

        sizes = np.array([max(1, len(text)) for text in self.texts])
        return _columns(map(gopher.repeated_lines, self.texts)) | gopher.repeated_runs(self.words, sizes)

    def quality(self, profile: str) -> dict:
        kept = self.__dict__.setdefault("_quality", {})
        if profile not in kept:
            pairs = zip(self.texts, self.words, strict=True)
            kept[profile] = _columns(gopher.quality(t, w, profile) for t, w in pairs)
        return kept[profile]

    def values(self, thresholds) -> tuple[dict, c4.Left]:
        """({number: (N,)}, what C4's line rules leave). Only the last two steps depend on thresholds at all."""
        import numpy as np

        t = thresholds
        wanted = [s if one == t.profile else 0.0 for one, s in zip(self.languages, self.scores, strict=True)]
        left = c4.clean(self.lines, t.line_words, t.javascript, t.policy, t.end_mark)
        found = {"language": np.array(wanted)} | self.repetition | self.quality(t.profile) | left.values
        return found | c4.shape(self.lines, left.lines), left

    def judge(self, thresholds) -> Judged:
        """Every rule on every page."""
        import numpy as np

        found, left = self.values(thresholds)
        values = np.stack([found[LOOKS_AT.get(r.name, r.name)] for r in RULES], axis=1).astype(float)
        dead = np.stack([kills(r, values[:, i], thresholds) for i, r in enumerate(RULES)], axis=1)
        first = np.where(dead.any(1), dead.argmax(1), -1)
        return Judged(values, dead, first, left)


def loosen(judged: Judged) -> str:
    """The rule that alone removes the most pages: the first to loosen where too few are left."""
    alone = judged.dead & (judged.dead.sum(1, keepdims=True) == 1)
    counts = alone.sum(0) if alone.any() else judged.dead.sum(0)
    return NAMES[int(counts.argmax())]


def _columns(rows) -> dict:
    import numpy as np

    rows = list(rows)
    return {name: np.array([row[name] for row in rows], dtype=float) for name in rows[0]} if rows else {}


def first_reason(text: str, thresholds=PUBLISHED, language: str = "en", score: float = 1.0) -> str | None:
    """The first rule that removes this page, None where it stays. A page without a word is "empty"."""
    if not text.strip():
        return "empty"
    first = int(Pages((text,), (language,), (score,)).judge(thresholds).first[0])
    return NAMES[first] if first >= 0 else None
