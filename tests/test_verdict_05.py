"""What lesson 5 says of its runs, on runs made to show each case; and its board, however far ahead the target is."""

import json
import math
import re
from dataclasses import replace

import pytest
import vl_convert

from app import charts
from app.i18n import same
from app.lesson import Arm
from app.view import ArmView, View
from core.events import Finished, Metric, Started, Table
from core.experiments import model1
from core.result import Result
from core.runs import Status
from pages import lesson_05_train_model_1 as page
from pages import verdict_05
from pages.controls_05 import CONTROLS
from pages.controls_05 import PRESETS as SETTINGS
from pages.figures_05 import bars_chart, bars_rows, board_chart, board_rows

QUICK = model1.Config()
FACTS = {"references": {"uniform": 7.6, "unigram": 4.3, "best": 1.34}, "counted_floor": 3.0}


def seen(arm, test, reason="done", **facts):
    """An arm whose test losses are {step: value}."""
    last = max(test)
    metrics = [Metric(s, name, v) for s, v in test.items() for name in ("test_loss", "text_loss")]
    result = Result((Started(last, FACTS | facts), *metrics, Finished(last, reason)))
    arm = replace(arm, config=replace(arm.config, steps=last))
    return ArmView(arm, arm.label, Status(reason, last, last), result, "live")


def ahead(near, far, lang="en", reason="done", corpus="tales-en", best=1.34):
    """The verdict over eight distances whose losses go evenly from `near` to `far`."""
    arms = page.distances(replace(QUICK, corpus=corpus), {})
    lines = FACTS["references"] | {"best": best}
    ends = [near + (far - near) * i / 7 for i in range(8)]
    views = [
        seen(arm, {0: 7.6, 200: v}, reason, references=lines if corpus.startswith("tales") else {"unigram": 4.3})
        for arm, v in zip(arms, ends, strict=True)
    ]
    return " ".join(line(lang) for line in verdict_05.ahead_verdict(View(tuple(views), {})))


def test_distances_are_compared_by_the_text_that_was_read():
    assert "still keeps" in ahead(1.4, 1.6) and "firm plans" in ahead(1.4, 1.6)
    assert "in real prose a single token has forgotten" in ahead(3.0, 4.2, corpus="manual")
    assert "Trong văn thật" in ahead(3.0, 4.2, "vi", corpus="manual")
    assert "in this text a single token" in ahead(3.0, 4.2, corpus="docs-python")
    assert "still keeps" in ahead(3.0, 3.2, corpus="manual") and "stories" not in ahead(3.0, 3.2, corpus="manual")
    assert "keeps only" in ahead(1.4, 4.2, best=4.1)


@pytest.mark.parametrize("lang, words", [("en", "not learned enough"), ("vi", "chưa học đủ")])
@pytest.mark.parametrize("corpus", ["tales-en", "manual"])
def test_distances_of_runs_that_learned_nothing_are_no_statement_about_the_text(lang, words, corpus):
    text = ahead(7.6, 7.6, lang, corpus=corpus)
    assert words in text and "attention" not in text and "prose" not in text


def test_distances_far_above_their_floors_measure_the_training():
    assert "measure the training, not the text" in ahead(1.86, 2.58)


def test_diverged_distances_are_named_and_nothing_else_is_said():
    text = ahead(math.nan, math.nan, reason="diverged")
    assert text.startswith("1 ahead, 2 ahead") and "8 ahead: diverged at step 200." in text
    assert "NaN" not in text and "attention" not in text


@pytest.mark.parametrize("kind, en, vi", [("gelu", "pass GELU", "qua GELU"), ("relu", "pass ReLU", "qua ReLU")])
def test_the_start_names_the_nonlinearity_that_is_chosen(kind, en, vi):
    assert en in started(kind, "en") and vi in started(kind, "vi")
    assert "LU" not in started("none", "en") + started("none", "vi")
    assert "straight to the outputs" in started("none", "en")


def started(kind, lang):
    arms = page.spreads(replace(QUICK, nonlinearity=kind, steps=0), {})
    view = View(tuple(seen(a, {0: 7.8}, start_loss=7.7) for a in arms), {})
    return " ".join(line(lang) for line in verdict_05.start_verdict(view))


def judged(test, reason="done"):
    view = seen(Arm("next", same("next"), QUICK), test, reason)
    return " ".join(line.en + line.vi for line in verdict_05.judge(view.arm, view.result))


def test_one_step_is_one_step_and_a_loss_that_is_no_number_has_diverged():
    assert "at step 1. Too early" in judged({0: 7.6, 1: 7.5}) and "1 steps" not in judged({0: 7.6, 1: 7.5})
    assert "diverged at step 60" in judged({0: 7.6, 60: math.nan}, "stopped")


def test_samples_of_runs_that_diverged_are_not_compared():
    view = View(tuple(with_pairs(seen(a, {0: 7.6, 600: math.nan})) for a in page.targets(QUICK, {})), {})
    assert "NaN" not in " ".join(line.en for line in verdict_05.verdict(view))


def with_pairs(a):
    share = 0.9 if a.arm.config.offset == 1 else 0.1
    return replace(a, result=Result((*a.result.events[:-1], Metric(600, "pairs_known", share), a.result.events[-1])))


def test_a_run_that_was_thrown_about_is_not_said_to_lack_pairs():
    def said(test):
        a = seen(Arm("next", same("next"), replace(QUICK, corpus="manual")), {0: 7.6, 60: test})
        events = [
            replace(e, value=0.9 * e.value) if e.kind == "metric" and e.name == "text_loss" else e
            for e in a.result.events
        ]
        return " ".join(line.en + line.vi for line in verdict_05.judge(a.arm, Result(tuple(events))))

    assert "worse than guessing" in said(4e15) and "never met" not in said(4e15) and "chưa từng gặp" not in said(4e15)
    assert "never met" in said(4.5) and "chưa từng gặp" in said(4.5)


@pytest.mark.parametrize("offset", [1, 2])
def test_two_targets_are_told_apart_by_their_names_whichever_stands_first(offset):
    arms = page.targets(replace(QUICK, offset=offset), {})
    ends = {1: 1.36, 2: 1.51}
    view = View(tuple(with_pairs(seen(a, {0: 7.6, 600: ends[a.config.offset]})) for a in arms), {})
    (told,) = verdict_05.twins(view)
    assert "next token 1.36, two ahead (the course's loop) 1.51" in told.en
    assert "“next token” writes, 90 %" in told.en and "of “two ahead (the course's loop)”, 10 %" in told.en
    assert "“token kế tiếp” viết, 90 %" in told.vi and "first" not in told.en and "thứ nhất" not in told.vi


@pytest.mark.parametrize("size", [1.0, 1.5])
def test_every_follower_is_named_on_the_axis(size):
    """Two arms with twelve followers each, none in common."""
    views = []
    for a in page.targets(QUICK, {}):
        words = [f"{a.label}word{i}" for i in range(12)]
        table = {"rank": [1] * 12, "context": ["the"] * 12, "token": words, "counted": [0.1] * 12, "model": [0.1] * 12}
        views.append(
            ArmView(a, a.label, Status("done", 0, 0), Result((Started(0, {}), Table(0, "bars", table))), "live")
        )
    view = View(tuple(views), {}, size=size)
    spec = charts.specification(bars_chart(view)) | {
        "data": {"values": bars_rows(view).to_dict("records")},
        "width": 600,
    }
    svg = vl_convert.vegalite_to_svg(json.dumps(spec))
    places = [float(y) for y in re.findall(r'translate\([-\d.]+,([-\d.]+)\)"[^>]*>k\dword\d+<', svg)]
    assert len(places) == 24
    assert min(b - a for a, b in zip(places, places[1:], strict=False)) >= 1.2 * 13 * size


# --- the board ----------------------------------------------------------------------------------------------------

WORDS = ["afternoon", ",", "while", "parrot", "mountain", "slept", "because", "grandmother"]


def boards(k: int, context: int = 8) -> View:
    """Two runs on one window of so many tokens, the main one's target k places on."""
    arms = page.targets(replace(QUICK, offset=k, context=context), {})
    text = WORDS * 3
    views = []
    for arm in arms:
        n = arm.config.offset
        table = {"place": list(range(context)), "x": text[:context], "y": text[n : n + context]}
        result = Result((Started(0, {}), Table(0, "board", table)))
        views.append(ArmView(arm, arm.label, Status("done", 0, 0), result, "live"))
    return View(tuple(views), {})


def drawn(k: int) -> tuple[float, list]:
    """(width, [(text, x, y)] of the slanted words) of the board at 600 px, the target k places on."""
    view = boards(k)
    spec = charts.specification(board_chart(view)) | {"data": {"values": board_rows(view).to_dict("records")}}
    svg = vl_convert.vegalite_to_svg(json.dumps(spec | {"width": 600}))
    found = re.findall(r'<text[^>]*transform="translate\(([-\d.]+),([-\d.]+)\) rotate\([^>]*>([^<]*)<', svg)
    return float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1]), [(word, float(x), float(y)) for x, y, word in found]


@pytest.mark.parametrize("k", [1, 2, 3, 8])
def test_the_board_keeps_its_words_apart_and_in_the_frame(k):
    width, words = drawn(k)
    ahead = max(k, 2)
    assert 600 <= width <= 620  # words that leave the frame would widen the picture
    assert len(words) == 8 + 8 + ahead
    for row in {y for _, _, y in words}:
        places = sorted(x for _, x, y in words if y == row)
        gap = min(b - a for a, b in zip(places, places[1:], strict=False))
        assert gap * math.sin(math.radians(40)) > 18  # between slanted lines of 14 px
        assert places[0] >= 80 and places[-1] <= 600


@pytest.mark.parametrize("context", [1, 2, 8])
@pytest.mark.parametrize("k", [1, 2, 3, 8])
def test_every_word_of_the_board_stands_at_its_place_and_every_arrow_ends_at_a_word(k, context):
    rows = board_rows(boards(k, context))
    words = rows[rows["what"] == "word"]
    assert all(word == (WORDS * 3)[place] for place, word in zip(words["from"], words["word"], strict=True))
    arrows, below = rows[rows["what"] == "arrow"], set(words[words["y"] == 0.0]["from"])
    assert set(words[words["y"] == 1.0]["from"]) == set(range(context)) and set(arrows["to"]) <= below


def test_the_last_stage_shows_the_end_of_the_longest_run():
    (course,) = [p for p in SETTINGS if p.name == "course"]
    (stage,) = [c for c in CONTROLS if c.field == "stage"]
    (arm, _) = page.targets(replace(QUICK, steps=course.values["steps"]), {})
    tables = [
        Table(step, "bars", {"rank": [1], "context": ["a"], "token": ["b"], "counted": [0.5], "model": [0.1]})
        for step in (5000, 8900)
    ]
    a = ArmView(arm, arm.label, Status("done", 8900, 8900), Result((Started(8900, {}), *tables)), "live")
    assert set(bars_rows(View((a,), {"stage": max(stage.values)}))["step"]) == {8900}
