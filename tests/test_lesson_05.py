"""Why a run of lesson 5 stands where it stands: one rule after the other, on losses as real runs had them."""

from dataclasses import replace

import pytest

from app.view import ArmView, View
from core.events import Finished, Metric, Started
from core.experiments import model1
from core.result import Result
from core.runs import Status
from pages import lesson_05_train_model_1 as page
from pages import verdict_05

QUICK = model1.Config(steps=2000)
PROSE = replace(QUICK, corpus="manual")
TALES = {"references": {"uniform": 7.6, "unigram": 4.32, "best": 1.342}, "counted_floor": 1.333, "epoch_steps": 3075}
MANUAL = {"references": {"uniform": 7.6, "unigram": 6.16}, "counted_floor": 3.075, "epoch_steps": 489}


def run(test, own=None, *, facts=TALES, reads=None, end=None, reason="done") -> Result:
    """Losses {step: value}; own text as the test text where nothing else is said; the training loss is `reads` throughout, save
    in the small last batch of every pass. end: the step at which it ended."""
    end, own = end or max(test), own or test
    events = [
        Metric(s, name, v) for name, points in (("test_loss", test), ("text_loss", own)) for s, v in points.items()
    ]
    if reads is not None:
        events += [
            Metric(s, "train_loss", reads if s % facts["epoch_steps"] else 9.0, s / 100) for s in range(1, end + 1)
        ]
    else:
        events.append(Metric(end, "train_loss", 5.0, 1.0))
    return Result((Started(2000, facts), *events, Finished(end, reason)))


def said(config, result, lang="en") -> str:
    return " ".join(line(lang) for line in verdict_05.judge(page.arm(config), result))


SLOW = {0: 7.681, 10: 6.68, 20: 5.699, 50: 3.301}  # lr=0.003 seed=4
SHORT = {0: 7.653, 10: 6.069, 20: 4.577, 50: 2.257, 100: 1.558}  # the quick run, 100 steps
THIN = {0: 7.644, 10: 7.241, 20: 6.824, 50: 5.331, 100: 3.125}  # width=16, 100 steps


@pytest.mark.parametrize("end", [51, 78])
def test_a_run_stopped_by_hand_is_not_held_by_its_settings(end):
    result = run(SLOW, end=end, reason="stopped")
    text = said(QUICK, result)
    assert "4.36 nats above its floor at step 20, 1.96 at step 50. Too early to say" in text
    assert text.endswith(f"You stopped it at step {end}: let it run on.") and "hold" not in text
    assert f"Bạn đã dừng nó ở bước {end}" in said(QUICK, result, "vi")


@pytest.mark.parametrize("width, test, away", [(64, SHORT, "0.216"), (16, THIN, "1.78")])
def test_a_short_run_is_too_early_to_be_judged(width, test, away):
    text = said(replace(QUICK, width=width, steps=100), run(test))
    assert f"{away} at step 100. Too early to say where it will stop. Give it more steps." in text
    assert "hold" not in text and "fit" not in text and "You stopped" not in text


@pytest.mark.parametrize("lang, words", [("en", "6.17 nats at step 10. Too early"), ("vi", "6.17 nats ở bước 10. Còn")])
def test_a_loss_is_told_with_the_step_it_was_measured_at(lang, words):
    assert words in said(QUICK, run({0: 7.653, 10: 6.17}, end=13, reason="stopped"), lang)


def test_no_knob_stands_where_nothing_follows_it():
    from app.controls import belonging

    shown = {p.slug: {c.field for c in belonging(page.LESSON, p)} for p in page.LESSON.playgrounds}
    assert {slug: {"rank", "stage"} & fields for slug, fields in shown.items()} == {
        "train": {"rank", "stage"},
        "start": set(),
        "ahead": set(),
    }


def test_a_later_stop_is_told_beside_the_fall():
    text = said(QUICK, run(SLOW | {100: 1.928, 200: 1.469}, end=251, reason="stopped"))
    assert "still falling, 0.459 nats from step 100 to 200" in text and "You stopped it at step 251" in text


HEAVY = {0: 7.653, 10: 6.984, 20: 7.088, 50: 7.348, 100: 7.289, 200: 6.989}  # weight_decay=10
HEAVY_600 = HEAVY | {300: 7.074, 400: 7.067, 500: 7.151, 600: 7.209}


@pytest.mark.parametrize("test", [HEAVY, HEAVY_600, HEAVY_600 | {1900: 7.061, 2000: 7.021}])
def test_a_run_held_by_weight_decay_will_not_arrive_and_another_learning_rate_does_not_help(test):
    text = said(replace(QUICK, weight_decay=10), run(test))
    assert "Weight decay 10 holds it there" in text and "less decay will" in text
    assert "arrive" not in text and "dead start" not in text and "Raise" not in text


def test_a_slow_start_promises_nothing_that_was_not_measured():
    cold = {0: 7.653, 100: 7.621, 500: 7.493, 600: 7.461}  # lr=1e-5
    text = said(replace(QUICK, lr=1e-5), run(cold))
    assert "dead start. 600 steps have brought only 0.192 nats, 0.0320 of them since step 500: slow" in text
    assert text.endswith("Raise the learning rate.")
    assert "less weight decay" in said(replace(QUICK, lr=1e-5, weight_decay=10), run(cold))


def test_a_high_loss_that_wavers_is_not_told_to_raise_the_learning_rate():
    wavers = {0: 7.66, 100: 7.2, 500: 7.3, 600: 7.25}
    assert "Raise" not in said(replace(QUICK, lr=0.5), run(wavers))


ADAM = {0: 7.644, 100: 6.53, 500: 5.065, 1000: 4.852, 1500: 4.788, 1900: 4.763, 2000: 4.761}  # width=16, decay 0.01
DECAYED = {0: 7.644, 100: 4.456, 500: 2.176, 900: 1.973, 1000: 1.956}  # width=16 weight_decay=1
ROSE = {0: 7.653, 50: 5.033, 100: 4.279, 500: 4.826, 600: 4.89}  # Adam, width 64, decay 0.01


@pytest.mark.parametrize("offset", [1, 2])
@pytest.mark.parametrize(
    "knobs, test, why",
    [
        ({"width": 16, "optimizer": "adam"}, ADAM, "adds it to the gradient"),
        ({"optimizer": "adam"}, ROSE, "adds it to the gradient"),
        ({"optimizer": "sgd", "lr": 1.0}, ROSE, "adds it to the gradient"),
        ({"width": 16, "weight_decay": 1.0}, DECAYED, "pulls every weight back"),
        ({"width": 2, "weight_decay": 1.0}, DECAYED, "pulls every weight back"),
    ],
)
def test_what_the_decay_does_is_blamed_neither_on_the_width_nor_on_the_step_size(knobs, test, why, offset):
    text = said(replace(QUICK, offset=offset, **knobs), run(test))
    assert "holds it there" in text and why in text
    assert "fit" not in text and "ten times smaller" not in text


def test_the_same_curve_without_decay_is_not_blamed_on_it():
    assert "decay 0 " not in said(replace(QUICK, optimizer="adam", weight_decay=0.0), run(ADAM))
    assert "ten times smaller" in said(QUICK, run(ROSE))


def test_decay_that_will_hold_a_run_is_told_while_it_falls():
    text = said(replace(QUICK, width=16, optimizer="adam"), run({0: 7.644, 500: 5.065, 600: 4.992}))
    assert "still falling" in text and "Weight decay 0.01 slows it" in text and "more steps" not in text


@pytest.mark.parametrize(
    "width, facts, fits", [(2, TALES, False), (4, TALES, False), (8, TALES, True), (16, TALES, True)]
)
def test_the_table_does_not_fit_only_where_no_learning_rate_made_it_fit(width, facts, fits):
    text = said(replace(QUICK, width=width), run({0: 7.6, 1900: 1.601, 2000: 1.6}, facts=facts))
    assert ("does not fit" in text) is not fits and ("not the model" in text) is fits


def test_real_prose_needs_more_numbers_per_token_than_tales():
    flat = {0: 7.6, 1900: 3.987, 2000: 3.985}
    assert "16 numbers per token" in said(replace(PROSE, width=16), run(flat, facts=MANUAL))
    assert "not the model" in said(replace(PROSE, width=64), run(flat, facts=MANUAL))


def test_a_narrow_table_and_a_wild_step_are_both_named():
    flat = {0: 7.74, 500: 3.95, 600: 3.96}
    assert "Learning rate 1 may cost more" in said(replace(QUICK, width=2, lr=1.0), run(flat))
    assert "may cost" not in said(replace(QUICK, width=2), run(flat))


SPARSE = {"context": 1, "stride": 64, "batch": 512}
ENDS = {0: 7.653, 100: 1.7, 400: 1.454, 500: 1.453, 600: 1.461}  # Tales, one token in 64
OWN = {0: 7.65, 100: 1.69, 400: 1.436, 500: 1.436, 600: 1.443}


def test_text_that_was_skipped_is_not_the_optimizers_fault():
    result = run(ENDS, OWN, facts=TALES | {"epoch_steps": 13}, reads=1.36)
    text = said(replace(QUICK, **SPARSE), result)
    assert "stride 64 and context length 1 it reads 1.56 % of the text, by now 46 times over" in text
    assert "1.36 there, 1.44 on the whole text and 1.46 on unseen text" in text
    assert "optimizer" not in text and "học thuộc" in said(replace(QUICK, **SPARSE), result, "vi")
    assert "reads 1.56" not in said(replace(QUICK, context=64, stride=64), result)


def test_skipped_text_that_is_read_as_badly_as_the_rest_explains_nothing():
    assert "by heart" not in said(
        replace(QUICK, **SPARSE), run(ENDS, OWN, facts=TALES | {"epoch_steps": 13}, reads=1.44)
    )


@pytest.mark.parametrize(
    "test, own, reads",
    [
        ({0: 7.663, 50: 6.644, 100: 6.966, 200: 7.931, 300: 8.547}, {0: 7.66, 50: 6.5, 200: 7.637, 300: 8.207}, 1.37),
        ({0: 7.663, 500: 6.629, 1900: 7.86, 2000: 7.966}, {0: 7.66, 500: 6.3, 1900: 7.588, 2000: 7.667}, 1.56),
    ],
)
def test_a_small_part_learned_by_heart_is_not_thrown_about(test, own, reads):
    text = said(replace(PROSE, context=1, stride=64), run(test, own, facts=MANUAL | {"epoch_steps": 16}, reads=reads))
    assert f"its loss is {reads:.2f} there" in text and "learns that part by heart" in text
    assert "ten times smaller" not in text and "never met" not in text


def test_real_prose_that_gets_worse_on_unseen_text_is_learned_by_heart():
    test, own = (
        {0: 7.663, 600: 4.644, 1000: 4.607, 1900: 4.658, 2000: 4.693},
        {0: 7.66, 600: 3.759, 1000: 3.546, 1900: 3.371, 2000: 3.369},
    )
    text = said(PROSE, run(test, own, facts=MANUAL))
    assert "by heart since step 1000" in text and "4.61 then and is at 4.69 now" in text and "optimizer" not in text
    flat = run({0: 7.654, 500: 5.876, 600: 5.883}, {0: 7.65, 500: 4.961, 600: 4.872}, facts=MANUAL)
    text = said(PROSE, flat)
    assert "still falling on its own text, 0.0890 nats" in text and "On unseen text it falls no longer" in text
    falls = run({0: 7.663, 500: 4.688, 600: 4.644}, {0: 7.66, 500: 3.851, 600: 3.759}, facts=MANUAL)
    assert "Give it more steps" in said(PROSE, falls)


# --- how far ahead -------------------------------------------------------------------------------------------------

TESTS = (4.84, 5.92, 6.27, 6.37, 6.39, 6.41, 6.43, 6.42)  # Python's manual, lr 0.01, 200 steps
OWNS = (4.12, 5.19, 5.56, 5.69, 5.74, 5.78, 5.79, 5.80)


def distances(tests, owns, lang="en"):
    arms = page.distances(replace(PROSE, lr=0.01, steps=200), {})
    results = [run({0: 7.66, 200: t}, {0: 7.66, 200: o}, facts=MANUAL) for t, o in zip(tests, owns, strict=True)]
    views = [ArmView(a, a.label, Status("done", 200, 200), r, "live") for a, r in zip(arms, results, strict=True)]
    return " ".join(line(lang) for line in verdict_05.ahead_verdict(View(tuple(views), {})))


def test_points_above_the_unigram_line_do_not_say_that_the_token_has_forgotten():
    text = distances(TESTS, OWNS)
    assert "points above that line: 6 of 8." in text and "eight ahead stands at 5.80" in text
    assert "nor the grey curve" in text and "forgotten" not in text and "attention" not in text
    assert "số chấm cao hơn đường ấy: 6 trên 8" in distances(TESTS, OWNS, "vi")


def test_points_above_the_line_that_have_not_come_below_it_at_home_have_not_learned_enough():
    text = distances((5.40, 6.09, 6.25, 6.29, 6.31, 6.31, 6.32, 6.32), (5.17, 5.9, 6.1, 6.2, 6.2, 6.2, 6.2, 6.227))
    assert "not learned enough" in text and "by heart" not in text


def test_the_prose_of_the_distances_says_where_the_curve_flatters():
    prose = page.LESSON.playgrounds[2].prose
    assert "On Tales" in prose.en and "flatters" in prose.en and "quá lạc quan" in prose.vi
