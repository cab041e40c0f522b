"""FineWeb's rules against datatrove's own filters: on real pages where they are here, and on pages made to break each rule."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import c4, gopher, web_words
from core.web_filters import NAMES, NOTHING, PUBLISHED, RULES, Pages, Thresholds, cut, first_reason, kills, loosen

PROSE = (
    "The old house stands at the end of the road, and it has been empty for many years. "
    "People say that a painter lived there with her two dogs. She would walk to the village to buy bread. "
    "In winter the snow covers the path and nobody comes. In summer the children play in the garden. "
    "They have built a hut of branches that the wind has not taken."
)
MANY = PROSE + (
    " A mill once worked by the river, and the wheel is still to be seen under the bridge. "
    "The miller had three sons, of whom only one could read. He wrote down every flood with its date. "
    "That book lies in the church now, and anyone may look at it on Sundays. "
    "It tells of years with no summer and of a spring when fish were caught in the kitchen."
)
# one page for every rule that reading alone can break, and the rule that should be the first to remove it
BREAKERS = {
    "dup_paragraphs": "\n\n".join([PROSE, "Read on.", "Read on.", "Read on."]),
    "dup_paragraph_chars": "\n\n".join([PROSE, PROSE, "One more.", "And one.", "The end."]),
    "dup_lines": "\n".join([PROSE, "Share this.", "Share this.", "Share this.", "Share this."]),
    "top_2": PROSE + " " + "buy now " * 60,
    "top_3": PROSE + " " + " ".join(f"x{i} of the best" for i in range(40)),
    "dup_5": PROSE + " " + "a quick brown fox jumps over one lazy dog and runs away. " * 3,
    "few_words": "Too short. It has not the words that it would need to be kept.",
    "short_words": " ".join(f"a b c {w}" for w in PROSE.split()),
    "long_words": " ".join(f"{'abcdefghij' * 2}{chr(97 + i % 26)}{i}" for i in range(60)) + " the of and.",
    "hashes": " ".join(w + (" #" if i % 4 == 0 else "") for i, w in enumerate(PROSE.split())),
    "ellipses": " ".join(w + (" ... " if i % 5 == 0 else "") for i, w in enumerate(PROSE.split())),
    "bullets": "\n".join(f"- {s.strip()}." for s in PROSE.split(".") if s.strip()),
    "ellipsis_lines": "\n".join(f"{s.strip()} ..." for s in MANY.split(".") if len(s.strip()) > 40),
    "letters": " ".join(w + (f" {i * 37} {i * 91}" if i % 3 == 0 else "") for i, w in enumerate(PROSE.split())),
    "stop_words": " ".join(w for w in MANY.split() if w.lower() not in gopher.STOP_WORDS["en"]),
    "lorem": PROSE + "\nHere stands lorem ipsum for the rest of it.",
    "curly": PROSE + "\nA set is written like {a, b} in many books of that kind.",
    "sentences": "\n".join(
        ["Read the whole thing to the end of it and have a look with care", " ".join(MANY.replace(".", ",").split())]
    ),
    "punct_lines": "\n".join(f"{s.strip()} and so on and on" for s in MANY.split(".") if s.strip())
    + "\n"
    + PROSE[:0]
    + "It ends. It does. It has to. It was. Be it so",
    "short_lines": "\n".join([MANY] + [f"Line {i} of the list here" for i in range(8)]),
    "dup_chars": "\n".join(
        [MANY, "A line that comes more than once.", PROSE.split(".")[1] + ".", "A line that comes more than once."]
    ),
    "newlines": "\n".join(
        " ".join(three) + ("." if i % 6 == 0 else "")
        for i, three in enumerate(zip(*[iter(w for w in MANY.split() if w.isalpha())] * 3, strict=False))
    ),
}
DATATROVE = {
    "dup_para_frac": "dup_paragraphs",
    "dup_para_char_frac": "dup_paragraph_chars",
    "dup_line_frac": "dup_lines",
    "dup_line_char_frac": "dup_line_chars",
    **{f"top_{n}_gram": f"top_{n}" for n in gopher.TOP},
    **{f"duplicated_{n}_n_grams": f"dup_{n}" for n in gopher.DUPLICATED},
    "gopher_short_doc": "few_words",
    "gopher_long_doc": "many_words",
    "gopher_below_avg_threshold": "short_words",
    "gopher_above_avg_threshold": "long_words",
    "gopher_too_many_hashes": "hashes",
    "gopher_too_many_ellipsis": "ellipses",
    "gopher_too_many_bullets": "bullets",
    "gopher_too_many_end_ellipsis": "ellipsis_lines",
    "gopher_below_alpha_threshold": "letters",
    "gopher_enough_stop_words": "stop_words",
    "lorem_ipsum": "lorem",
    "curly_bracket": "curly",
    "too_few_sentences": "sentences",
    "line_punct_ratio": "punct_lines",
    "short_line_ratio": "short_lines",
    "char_dup_ratio": "dup_chars",
    "list_ratio": "newlines",
    "empty": "empty",
    None: None,
}


def datatrove_reason(text, t=PUBLISHED):
    """The first reason datatrove's own filters give, in FineWeb's order, under our name for it."""
    pytest.importorskip("datatrove", reason="datatrove is a test-only dependency (make test installs it)")
    pytest.importorskip("spacy", reason="datatrove cuts words with spacy")
    from datatrove.data import Document
    from datatrove.pipeline.filters.c4_filters import C4QualityFilter
    from datatrove.pipeline.filters.fineweb_quality_filter import FineWebQualityFilter
    from datatrove.pipeline.filters.gopher_quality_filter import GopherQualityFilter
    from datatrove.pipeline.filters.gopher_repetition_filter import GopherRepetitionFilter

    page = Document(text=text, id="0")
    for step in (
        GopherRepetitionFilter(
            t.dup_lines_max,
            t.dup_paragraphs_max,
            t.dup_line_chars_max,
            t.dup_paragraph_chars_max,
            tuple((n, getattr(t, f"top_{n}_max")) for n in gopher.TOP),
            tuple((n, getattr(t, f"dup_{n}_max")) for n in gopher.DUPLICATED),
        ),
        GopherQualityFilter(
            t.words_min,
            t.words_max,
            t.word_length_min,
            t.word_length_max,
            t.symbols_max,
            t.bullets_max,
            t.ellipsis_lines_max,
            t.letters_min,
            t.stop_words_min,
        ),
        C4QualityFilter(
            filter_no_terminal_punct=t.end_mark,
            min_num_sentences=t.sentences_min or -1,
            min_words_per_line=t.line_words,
            filter_lorem_ipsum=t.lorem,
            filter_javascript=t.javascript,
            filter_curly_bracket=t.curly,
            filter_policy=t.policy,
        ),
        FineWebQualityFilter(
            line_punct_thr=t.punct_lines_min,
            short_line_thr=t.short_lines_max,
            char_duplicates_ratio=t.dup_chars_max,
            new_line_ratio=t.newlines_max,
        ),
    ):
        answer = step.filter(page)
        if answer is not True:
            return DATATROVE[answer[1]]
    return None


def real_pages():
    import pyarrow.parquet as pq

    folder = Path(os.environ.get("PLAYGROUND_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    path = folder / "fineweb" / "fineweb_sample_300.parquet"
    if not path.exists():
        pytest.skip(f"no real FineWeb pages in {folder}")
    return tuple(pq.read_table(path)["text"].to_pylist())


@pytest.mark.parametrize("rule", BREAKERS)
def test_a_page_made_to_break_a_rule_breaks_it_here_and_in_datatrove(rule):
    text = BREAKERS[rule]
    judged = Pages((text,), ("en",), (1.0,)).judge(PUBLISHED)
    assert judged.dead[0, NAMES.index(rule)], dict(zip(NAMES, judged.values[0], strict=True))
    only = Thresholds(
        **(NOTHING | {"line_words": 3} | {r.field: getattr(PUBLISHED, r.field) for r in RULES if r.name == rule})
    )
    assert first_reason(text, only) in (rule, "ellipses", "hashes")
    assert datatrove_reason(text) == first_reason(text)


def test_good_prose_passes_every_rule_here_and_in_datatrove():
    assert first_reason(MANY) is None
    assert datatrove_reason(MANY) is None


def test_on_real_pages_the_decisions_are_datatroves_but_for_marks_that_are_cut_otherwise():
    """All rules but one agree on all 300; "words with a letter" sits near its cut, where a mark more or less decides."""
    pages = real_pages()
    judged = Pages(pages, ("en",) * len(pages), (1.0,) * len(pages)).judge(PUBLISHED)
    ours = [NAMES[i] if i >= 0 else None for i in judged.first]
    theirs = [datatrove_reason(text) for text in pages]
    different = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    assert all("letters" in pair for pair in different), different
    assert len(different) <= 0.03 * len(pages)


def test_moved_thresholds_decide_as_datatrove_does():
    pages = real_pages()[:80]
    moved = replace(
        PUBLISHED, punct_lines_min=0.5, short_lines_max=0.2, words_min=200, letters_min=0.0, sentences_min=12
    )
    found = Pages(pages, ("en",) * len(pages), (1.0,) * len(pages)).judge(moved)
    ours = [NAMES[i] if i >= 0 else None for i in found.first]
    theirs = [datatrove_reason(text, moved) for text in pages]
    agree = np.mean([a == b for a, b in zip(ours, theirs, strict=True)])
    assert sum(reason is not None for reason in theirs) > 20
    assert agree >= 0.95, [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]


def test_an_empty_page_has_a_number_for_every_rule_and_the_reason_empty():
    assert first_reason("") == first_reason(" \n ") == "empty"
    judged = Pages(("", "\n\n", "one line"), ("en",) * 3, (1.0,) * 3).judge(PUBLISHED)
    assert np.isfinite(judged.values).all()
    assert not judged.stays.any()


def test_a_collection_is_judged_like_its_pages_one_by_one():
    texts = tuple(BREAKERS.values())
    together = Pages(texts, ("en",) * len(texts), (1.0,) * len(texts)).judge(PUBLISHED)
    for i, text in enumerate(texts):
        alone = Pages((text,), ("en",), (1.0,)).judge(PUBLISHED)
        assert np.allclose(alone.values[0], together.values[i])


def test_the_language_score_must_be_strictly_above_and_the_language_the_profiles():
    assert first_reason(MANY, score=0.65) == "language"
    assert first_reason(MANY, score=0.651) is None
    assert first_reason(MANY, language="vi") == "language"
    assert first_reason(MANY, replace(PUBLISHED, language_min=0.0), score=0.0) is None


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_every_threshold_reaches_its_rule(rule):
    """There is a setting of its slider at which the rule removes a middling page, and one at which it does not."""
    value = 0.5 if rule.name not in ("few_words", "many_words", "stop_words", "sentences") else 150
    value = {
        "short_words": 5,
        "long_words": 5,
        "stop_words": 3,
        "lorem": 1,
        "curly": 1,
        "sentences": 8,
        "dup_chars": 0.2,
    }.get(rule.name, value)
    ends = []
    for at in (
        Thresholds.__dataclass_fields__[rule.field].metadata["low"],
        Thresholds.__dataclass_fields__[rule.field].metadata["high"],
    ):
        setting = replace(
            PUBLISHED,
            **{
                rule.field: (at if at is not None else False)
                if not isinstance(getattr(PUBLISHED, rule.field), bool)
                else len(ends) == 0
            },
        )
        ends.append(bool(kills(rule, np.array([value]), setting)[0]))
    assert set(ends) == {True, False}, (rule.name, ends)


def test_repeated_runs_are_counted_as_by_hand():
    words = list("abcdexabcdeabcde")
    found = gopher.repeated_runs([words], np.array([100]))
    assert found["dup_5"][0] == pytest.approx(10 / 100)  # twice more, five letters each
    assert found["dup_6"][0] == 0
    assert found["top_2"][0] == pytest.approx(3 * 3 / 100)  # "a b", three times
    assert gopher.repeated(["a", "bb", "a", "bb", "bb"]) == (3, 5)


def test_c4s_line_rules_drop_lines_and_keep_the_page():
    dropped = "This site uses cookies to improve it.\nPlease enable JavaScript to go on."
    page = f"Home\n{MANY}\n{dropped}\nSee [1] and [edit] here, too."
    lines = c4.look([page])
    left = c4.clean(lines)
    assert c4.kept_text(lines, left, 0) == f"{MANY}\nSee  and  here, too."
    assert left.values["sentences"][0] == web_words.sentences(MANY) + 1
    assert c4.clean(lines, end=True).lines.sum() == 2


def test_the_rule_to_loosen_is_the_one_that_kills_most_alone():
    pages = Pages((MANY, MANY[:200], "curly { " + MANY), ("en",) * 3, (1.0,) * 3)
    strict = replace(PUBLISHED, words_min=1000)
    assert loosen(pages.judge(strict)) == "few_words"
    assert cut(RULES[NAMES.index("curly")], replace(PUBLISHED, curly=False)) == float("inf")
