"""Lesson 3's rules in words, on runs that show each case; its predictions; what its claims compute."""

import json
import math
from dataclasses import replace

import pytest

from app.lesson import start
from app.view import ArmView, View, look
from core.events import Finished, Metric, Started, Table
from core.experiments.decay_map import DECAYS, LRS
from core.result import Result
from core.runs import Status
from pages import claims_03, figures_03, verdict_03
from pages import lesson_03_adamw as page
from pages import verdict_03_trained as trained

PLAY = {p.slug: p for p in page.LESSON.playgrounds}


def seen(slug, lang="en", **values):
    """The view of an inline playground with these values over its quick preset."""
    play = PLAY[slug]
    values = start(page.LESSON, play) | values
    config = replace(play.config, **{k: v for k, v in values.items() if hasattr(play.config, k)})
    return View(tuple(look(arm) for arm in play.arms(config, values)), values, lang)


def said(view, slug):
    lines = PLAY[slug].verdict(view)
    assert all("{" not in line(lang) and "nan" not in line(lang) for line in lines for lang in ("en", "vi"))
    return " ".join(line.en for line in lines)


@pytest.mark.parametrize(
    ("slug", "values", "words"),
    [
        ("weight", {}, "kept 0.905"),
        ("weight", {"lr": 0.0}, "nothing can move"),
        ("weight", {"weight_decay": 0.0}, "one algorithm"),
        ("weight", {"lr": 0.3, "weight_decay": 5.0}, "overshoots"),
        ("weight", {"lr": 1.0, "weight_decay": 10.0, "steps": 1000}, "more than 2"),
        ("weight", {"eps": 0.1, "weight_decay": 1e-3}, "SGD with momentum"),
        ("weight", {"memory1": 100.0, "memory2": 2.0}, "v forgets faster"),
        ("noise", {}, "decays quiet weights hardest"),
        ("noise", {"ratio": 1.0}, "treats both alike"),
        ("noise", {"lr": 0.0}, "nothing can move"),
        ("noise", {"lr": 1.0, "weight_decay": 10.0}, "more than 2"),
        ("step", {}, "does not see the scale"),
        ("step", {"correction": False}, "3.16 lr instead of 1"),
        ("step", {"eps": 0.1, "scale": 1e-3}, "SGD with momentum"),
        ("step", {"memory1": 20.0, "memory2": 2.0}, "v forgets faster"),
        ("step", {"lr": 0.0}, "nothing can move"),
        ("step", {"scale": 1000.0, "lr": 1.0}, "does not see the scale"),
    ],
)
def test_the_verdict_names_what_happened(slug, values, words):
    view = seen(slug, **values)
    assert words in said(view, slug)
    for figure in PLAY[slug].figures:
        figure.rows(view)
        figure.chart(view).to_dict(validate=False)
    for readout in PLAY[slug].readouts(view):
        assert readout.label.en and readout.value


def test_the_predictions_are_decided_by_the_runs():
    assert verdict_03.rate_answer(None) == "smaller" and verdict_03.decay_answer(None) == "same"
    assert verdict_03.scale_answer(None) == "same"
    assert verdict_03.quiet_answer(seen("noise")) == "quiet"
    assert verdict_03.quiet_answer(seen("noise", ratio=1.0)) is None, "the question says: a hundred times louder"


def test_every_preset_of_an_inline_playground_has_something_to_say():
    for slug in ("weight", "noise", "step"):
        for preset in PLAY[slug].presets:
            assert said(seen(slug, **preset.values), slug), preset.name


# --- the map ----------------------------------------------------------------------------------------------------------


def map_result(best_wd, level, seeds=3):
    """A finished map whose best cell at every lr is best_wd[lr] (error `level`), all others twice that, one broken."""
    lr, wd = [a for a in LRS for _ in DECAYS], [b for _ in LRS for b in DECAYS]
    error = [level if best_wd[a] == b else 2 * level for a, b in zip(lr, wd, strict=True)]
    error[-1] = None
    events = [Started(400), Table(400, "map", {"lr": lr, "wd": wd, "error": error})]
    rows = {"lr": lr * seeds, "wd": wd * seeds, "seed": [s for s in range(seeds) for _ in lr]}
    events.append(Table(400, "seeds", rows | {"error": [e for _ in range(seeds) for e in error]}))
    best = LRS[5]
    for name, value in (
        ("best", level),
        ("best_lr", best),
        ("best_wd", best_wd[best]),
        ("near", 0.1),
        ("broken", 0.01),
    ):
        events.append(Metric(400, name, value))
    return Result((*events, Finished(400, "done")))


def map_view(results):
    arms = page.two(PLAY["map"].config, {})
    values = start(page.LESSON, PLAY["map"])
    return View(
        tuple(ArmView(a, a.label, Status("done", 400, 400), r, "live") for a, r in zip(arms, results, strict=True)),
        values,
    )


def test_the_map_says_who_wins_how_often_and_how_far_the_best_decay_moves():
    level, moving = dict.fromkeys(LRS, DECAYS[5]), {lr: DECAYS[3 + i % 5] for i, lr in enumerate(LRS)}
    view = map_view([map_result(level, 2.0), map_result(moving, 1.0)])
    text = said(view, "map")
    assert "AdamW 2.00, Adam + L2 1.00; on 3 of 3" in text and "0.0 decades with AdamW and 2.0 with Adam + L2" in text
    assert "1 % of AdamW's cells diverged" in text
    assert trained.map_answer(view) == "adam" and trained.map_why(view).vi
    rows = PLAY["map"].figures[0].rows(view)
    assert (rows["mark"] == "×").sum() == 2 and (rows["mark"] == "★").sum() == 2 and rows["best"].sum() == 20
    for figure in PLAY["map"].figures:
        assert len(figure.rows(view))
        figure.chart(view).to_dict(validate=False)


def test_a_decay_of_zero_counts_as_half_the_smallest_one():
    best = dict.fromkeys(LRS, DECAYS[1]) | {LRS[-1]: 0.0}
    assert trained.decades(map_result(best, 1.0), 0.02) == pytest.approx(math.log10(2))
    assert math.isnan(trained.decades(Result(()), 0.02))


# --- the language model -----------------------------------------------------------------------------------------------


def model_view(adamw, l2, none, config=page.QUICK, reason="done"):
    arms = page.decays(config, {"l2": 3e-5})
    results = [
        Result((Started(300), Metric(300, "text_loss", 3.7), Metric(300, "test_loss", v), Finished(300, reason)))
        for v in (adamw, l2, none)
    ]
    return View(
        tuple(ArmView(a, a.label, Status("done", 300, 300), r, "live") for a, r in zip(arms, results, strict=True)),
        {"l2": 3e-5},
    )


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ((4.57, 4.62, 4.75), ("buys 0.18", "AdamW ends 0.05")),
        ((4.75, 4.62, 4.75), ("next to nothing", "Adam + L2 ends 0.13")),
        ((6.0, 4.62, 4.75), ("Too much decay: 1.25",)),
        ((4.57, 4.575, 4.75), ("as far apart as two seeds",)),
    ],
)
def test_the_language_model_is_judged_against_no_decay_and_against_l2(losses, words):
    text = said(model_view(*losses), "model")
    assert all(w in text for w in words)


def test_a_model_that_diverged_or_never_moved_is_called_that():
    assert "diverged at step 300" in said(model_view(4.0, 4.0, 4.0, reason="diverged"), "model")
    assert "nothing can move" in said(model_view(8.0, 8.0, 8.0, config=replace(page.QUICK, lr=0.0)), "model")
    assert trained.model_answer(model_view(4.57, 4.62, 4.75)) == "adamw"


def test_claims_use_other_seeds_than_those_that_set_their_thresholds():
    training = [c for c in page.LESSON.claims if c.kind == "training"]
    assert training and not {s for c in training for s in c.seeds} & set(range(5))
    assert {f"3.{i}" for i in range(1, 14)} <= {c.id for c in page.LESSON.claims}


def test_the_claim_on_generalising_is_undecided_where_the_regression_says_otherwise():
    claim = next(c for c in claims_03.CLAIMS if c.id == "3.10")

    def runs(adamw, adam):
        loss = {
            k: Result((Metric(300, "test_loss", v),)) for k, v in (("w1", 4.6), ("w2", 4.5), ("a1", 4.7), ("a2", 4.6))
        }
        return loss | {k: Result((Metric(400, "best", v),)) for k, v in (("adamw", adamw), ("adam", adam))}

    assert claim.measure(runs(1.3, 0.9)) == pytest.approx(0.1)
    assert math.isnan(claim.measure(runs(0.9, 1.3)))


# --- what no run, or no setting, supports is not said ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "values", "there", "gone"),
    [
        ("noise", {"weight_decay": 0.0}, "No decay", "treats both alike"),
        ("noise", {"weight_decay": 10.0}, "gone already", "treats both alike"),
        ("noise", {"lr": 1.0}, "leaves the loud weight", "hardest"),
        ("step", {"correction": False, "memory2": 1.0}, "m starts at 0", "√v lags"),
        ("step", {"correction": False, "memory1": 1.0, "memory2": 1.0}, "equally late", "lags"),
    ],
)
def test_a_cause_is_named_only_where_it_is_one(slug, values, there, gone):
    text = said(seen(slug, **values), slug)
    assert there in text and gone not in text


@pytest.mark.parametrize("slug", ["weight", "noise", "step", "model"])
@pytest.mark.parametrize("values", [{"lr": 0.0}, {"weight_decay": 0.0}, {"lr": 0.1, "weight_decay": 10.0}])
def test_no_readout_says_infinity_or_not_a_number(slug, values):
    view = seen(slug, **values)
    for readout in PLAY[slug].readouts(view):
        for lang in ("en", "vi"):
            shown = readout.value(lang) if callable(readout.value) else readout.value
            assert not any(w in shown for w in ("∞", "NaN", "1.00 steps")), (readout.label, shown)


@pytest.mark.parametrize("values", [{"weight_decay": 0.0}, {"lr": 1.0, "weight_decay": 0.01}, {"ratio": 10.0}])
def test_the_quiet_question_is_open_where_a_knob_says_something_else(values):
    assert verdict_03.quiet_answer(seen("noise", **values)) is None


def test_one_data_set_is_not_data_sets_and_few_cells_are_not_none():
    level = dict.fromkeys(LRS, DECAYS[5])
    results = [map_result(level, error, seeds=1) for error in (1.0, 2.0)]
    view = map_view([Result((*r.events[:-1], Metric(400, "broken", 1 / 220), r.events[-1])) for r in results])
    text = said(view, "map")
    assert "of one data set" in text and "0.455 % of AdamW's cells" in text
    assert trained.map_answer(view) == "adamw" and "tình cờ" not in trained.map_why(view).vi


def hopeless_model(losses, uniform=7.6):
    view = model_view(*losses)
    facts = {"references": {"uniform": uniform}}
    arms = [replace(a, result=Result((Started(300, facts), *a.result.events[1:]))) for a in view.arms]
    return View(tuple(arms), view.values)


def test_models_worse_than_guessing_are_no_comparison():
    view = hopeless_model((9.0, 12.0, 20.0))
    assert "worse than guessing" in said(view, "model") and "buys" not in said(view, "model")
    assert trained.model_answer(view) is None and trained.model_answer(hopeless_model((4.5, 4.6, 4.7))) == "adamw"


@pytest.mark.parametrize(
    ("losses", "config", "words"),
    [
        ((4.751, 4.62, 4.75), page.QUICK, "(0.0010 nats/token), though its clock"),
        ((4.75, 4.62, 4.75), replace(page.QUICK, weight_decay=1e-3), "the run has fewer"),
    ],
)
def test_a_decay_without_effect_is_told_with_a_clock_that_is_so(losses, config, words):
    assert words in said(model_view(*losses, config=config), "model")


def test_the_language_question_is_open_where_a_knob_says_something_else_or_two_tie():
    assert trained.model_answer(model_view(4.57, 4.62, 4.75, config=replace(page.QUICK, weight_decay=1.0))) is None
    assert trained.model_answer(model_view(4.57, 4.575, 4.75)) is None
    assert trained.model_answer(model_view(4.57, 4.62, 4.75, reason="diverged")) is None
    view = model_view(4.57, 4.62, 4.75)
    assert trained.model_answer(View(view.arms, {"l2": 1e-2})) is None


def test_a_test_loss_below_its_own_text_is_not_above_it():
    help = trained.model_readouts(model_view(3.0, 4.0, 4.0))[1].help
    assert "−0.70" in help.en and "above" not in help.en


@pytest.mark.parametrize(
    ("lr", "decay", "value", "help"),
    [
        (0.01, 0.1, "1,000 steps", "After this time 36.8 % of a weight is left"),
        (0.1, 5.0, "2.00 steps", "After this time 25 % of a weight is left"),
        (0.3, 3.0, "1.11 steps", "After this time 7.74 % of a weight is left"),
        (0.1, 10.0, "one step", "After this time 0 % of a weight is left"),
        (0.3, 5.0, "none: decay overshoots", "lr·wd is 1.50 here"),
        (1.0, 3.0, "none: decay overshoots", "lr·wd is 3.00 here"),
    ],
)
def test_the_clock_says_how_much_it_leaves_and_that_there_is_none_where_decay_overshoots(lr, decay, value, help):
    view = seen("weight", lr=lr, weight_decay=decay)
    clock = PLAY["weight"].readouts(view)[1]
    assert clock.value.en == value and help in clock.help.en and clock.help.vi
    steps = view.config.steps
    drawn = json.dumps(PLAY["weight"].figures[0].chart(view).to_dict(validate=False), ensure_ascii=False)
    assert ("1/(lr·wd)" in drawn) == (steps >= 1 / (lr * decay) and lr * decay <= 1)


@pytest.mark.parametrize("slug", ["noise", "model"])
def test_no_other_clock_counts_steps_where_decay_overshoots(slug):
    shown = {r.label.en: r for r in PLAY[slug].readouts(seen(slug, lr=1.0, weight_decay=3.0))}["clock 1/(lr·wd)"]
    assert shown.value.en == "none: decay overshoots" and "3.00" in shown.help.vi


def test_a_decay_of_all_of_the_weight_is_not_said_to_overshoot():
    text = said(seen("weight", lr=0.1, weight_decay=10.0), "weight")
    assert "takes the whole weight" in text and "overshoots" not in text


def test_numbers_to_be_checked_by_hand_keep_four_digits():
    told = [figures_03.four(value) for value in (0.0123449, 73_640_000.0, -1.5e-6, 12.0, 0.0)]
    assert told == ["0.01234", "7.364e7", "−1.5e−6", "12", "0"]
