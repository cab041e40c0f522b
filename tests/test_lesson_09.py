"""Lesson 9: the walks against closed forms and PyTorch, the refusals, and what the page says of runs that show it."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from app.lesson import discover, start
from app.view import ArmView, View, look
from core.events import Finished, Metric, Started
from core.experiments import arrival_map, lm_losses, loss_calls, loss_logits, loss_path, loss_points
from core.result import Result
from core.runs import Status

LESSON = discover()[9]
PLAY = {p.slug: p for p in LESSON.playgrounds}
L1, L2 = loss_path.Config(loss="l1"), loss_path.Config(loss="l2")


def result(experiment, config) -> Result:
    return Result(tuple(experiment.run(config, {})))


def view_of(slug, **values) -> View:
    playground = PLAY[slug]
    values = start(LESSON, playground) | values
    own = {f: v for f, v in values.items() if f in type(playground.config).__dataclass_fields__}
    config = replace(playground.config, **own)
    return View(tuple(look(arm) for arm in playground.arms(config, values)), values)


def said(slug, **values) -> str:
    view = view_of(slug, **values)
    lines = PLAY[slug].verdict(view)
    assert all(line.en and line.vi for line in lines)
    return " ".join(line.en for line in lines)


@pytest.mark.parametrize(("distance", "steps"), [(1.0, 19), (1.5, 29), (2.0, 39), (8.0, 159)])
def test_l1_arrives_after_distance_less_tolerance_over_the_learning_rate(distance, steps):
    run = result(loss_path, replace(L1, target=2 + distance, steps=200))
    assert run.final("arrival") == steps == math.ceil((distance - 0.06) / 0.05)


@pytest.mark.parametrize("distance", [1.0, 2.0, 3.0, 8.0])
def test_l2_arrives_after_the_logarithm_of_the_distance(distance):
    run = result(loss_path, replace(L2, target=2 + distance, steps=200))
    assert run.final("arrival") == math.ceil(math.log(distance / 0.06) / -math.log(1 - 2 * 0.05))


@pytest.mark.parametrize("loss", ["l1", "l2"])
def test_the_path_is_pytorchs_to_the_last_digit_that_counts(loss):
    w = torch.tensor([2.0], requires_grad=True)
    opt, path = torch.optim.SGD([w], lr=0.05), [2.0]
    for _ in range(50):
        opt.zero_grad()
        ((w - 3).abs() if loss == "l1" else (w - 3) ** 2).mean().backward()
        opt.step()
        path.append(w.item())
    mine = list(result(loss_path, replace(L1, loss=loss)).metrics["w"].values())
    np.testing.assert_allclose(mine, path, rtol=1e-6)


def test_l1_swings_by_its_learning_rate_unless_it_lands_exactly():
    assert result(loss_path, L1).final("swing") == pytest.approx(0.05, rel=1e-4)
    assert result(loss_path, replace(L1, lr=0.5)).final("swing") == 0
    assert result(loss_path, replace(L1, decay="linear")).final("swing") < 0.02


def test_what_overflows_ends_the_walk_as_diverged():
    run = result(loss_path, replace(L2, lr=5.0, steps=100))
    assert run.finished.reason == "diverged" and run.final("arrival") == -1
    assert all(math.isfinite(w) for w in run.metrics["w"].values())


def test_the_map_agrees_with_single_walks():
    table = result(arrival_map, arrival_map.Config()).tables["map"][arrival_map.STEPS]
    for i in range(0, len(table["lr"]), 97):
        lr, target = table["lr"][i], table["distance"][i]
        for loss in ("l1", "l2"):
            alone = result(loss_path, replace(L1, loss=loss, start=0.0, target=target, lr=lr, steps=500))
            assert abs(alone.final("arrival") - table[loss][i]) <= 1, (loss, target, lr)  # a tie may round either way


def test_each_loss_walks_to_the_place_where_its_mean_is_lowest():
    for loss, slack in (("l2", 1e-3), ("huber", 1e-3), ("log_cosh", 1e-3), ("l1", 0.05), ("pinball", 0.05)):
        run = result(loss_points, loss_points.Config(loss=loss, steps=500))
        assert run.final("w") == pytest.approx(run.final("rest"), abs=slack), loss


def test_a_loss_without_reduction_is_refused_with_the_number_of_its_values():
    run = result(loss_points, loss_points.Config(reduction="none", outliers=2))
    assert run.finished.reason == "failed"
    assert run.finished.facts == {"code": "loss_not_scalar", "values": 6}


def test_a_label_that_is_no_class_is_refused_in_pytorchs_words():
    run = result(loss_logits, loss_logits.Config(label=12))
    assert run.finished.facts["code"] == "label_out_of_range"
    message = result(loss_calls, loss_calls.Config()).samples["label"][0].text
    assert message in said("logits", label=12)


def test_the_messages_quoted_on_the_page_are_pytorchs():
    calls = result(loss_calls, loss_calls.Config())
    message = calls.samples["no_reduction_many"][0].text.removeprefix("RuntimeError: ")
    assert message in said("points", reduction="none")
    assert calls.final("no_reduction_one") == 0 and calls.final("correlation") == 1
    assert calls.final("gap") < 1e-6


def test_nll_on_raw_logits_falls_by_the_learning_rate_at_every_step():
    run = result(loss_logits, loss_logits.Config(objective="raw", lr=0.2, steps=100))
    assert run.final("loss") - run.at("loss", 0) == pytest.approx(-0.2 * 100)


def test_squared_probabilities_hardly_push_where_the_model_is_surely_wrong():
    def start_push(objective):
        return result(loss_logits, loss_logits.Config(objective=objective, lead=12.0)).at("push", 0)

    assert start_push("squares") < 0.01 < 1 < start_push("ce")
    assert "squared probabilities: hardly moved" in said("logits", objectives="ce,squares", lead=12.0)


def test_the_three_names_of_cross_entropy_are_one_curve_and_the_page_says_so():
    assert "are one loss: over all steps they differ by at most" in said("logits", objectives="ce,nll,twice")


def test_a_sum_over_five_values_makes_l2_jump_for_ever():
    text = said("points", reduction="sum", lr=0.2)
    assert "L2: not settled" in text and "L1: not settled" not in text
    assert "not settled" not in said("points")


# --- what the page says -----------------------------------------------------------------------------------------------


def test_the_race_says_who_arrives_and_who_swings():
    text = said("race")
    assert "L1 at step 19, L2 at step 27" in text and "L1: never comes to rest" in text


def test_the_race_says_who_runs_away_and_that_nothing_moves():
    text = said("race", lr=1.1)
    assert "L2: runs away, w = −9,097 after 50 steps" in text and "L1 runs away" not in text
    assert "no step is taken" in said("race", lr=0.0)
    assert "Not within 50 steps: L1" in said("race", target=10.0)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("3", "slope of this loss is 0 everywhere"),
        ("e", "no minimum"),
        ("(e - 0.5)**2", "lowest point of this loss is at e = 0.5"),
        ("abs(yhat - y)", "Unknown name `yhat`"),
        ("", "Type a loss first"),
        ("e" * 130, "at most 120"),
        ("e**2 +", "not a complete formula"),
    ],
)
def test_every_odd_expression_is_explained_and_l1_and_l2_stay_in_the_picture(expression, words):
    assert words in said("own", expression=expression)
    rows = PLAY["own"].figures[0].rows(view_of("own", expression=expression))
    assert {"L1", "L2"} <= set(rows["name"])


def test_the_answers_of_the_questions_are_those_of_the_runs():
    near, far = PLAY["race"].predictions
    assert near.answer(view_of("race")) == "l1" and far.answer(view_of("race")) is None
    assert far.answer(view_of("race", target=10.0, steps=200)) == "l2"
    assert near.answer(view_of("race", lr=0.1)) is None
    (ends,) = PLAY["points"].predictions
    assert ends.answer(view_of("points")) == "median_mean"
    assert ends.answer(view_of("points", outlier=30.0)) is None
    (bottom,) = PLAY["logits"].predictions
    assert bottom.answer(view_of("logits")) == "below"


def test_inline_playgrounds_draw_every_figure_with_every_preset():
    for slug in ("race", "own", "points", "logits"):
        for preset in PLAY[slug].presets:
            view = view_of(slug, **preset.values)
            PLAY[slug].verdict(view), PLAY[slug].readouts(view)
            for figure in PLAY[slug].figures:
                rows, charts = figure.rows(view), figure.chart(view)
                assert rows is not None
                for chart in charts if isinstance(charts, tuple) else (charts,):
                    chart.to_dict()


def test_moving_a_knob_of_one_loss_trains_no_other_loss_anew():
    def ids(**values):
        config = replace(PLAY["model"].config, **values)
        return {arm.label: arm.config for arm in PLAY["model"].arms(config, {})}

    usual = ids()
    assert {k for k, v in ids(smoothing=0.3).items() if v != usual[k]} == {"smoothing"}
    assert {k for k, v in ids(gamma=4.0).items() if v != usual[k]} == {"focal"}
    assert {k for k, v in ids(extra="doubt").items() if v != usual[k]} == {"extra"}
    assert set(usual) - set(ids(extra_weight=0.0)) == {"extra"}


# --- the language model -----------------------------------------------------------------------------------------------

TINY = lm_losses.Config(tokenizer="words", width=8, batch=16, steps=10)


@pytest.mark.usefixtures("private_home")
def test_what_is_measured_on_the_pairs_is_what_a_walk_over_the_text_gives():
    from core import corpora

    run = result(lm_losses, TINY)
    model, tokenizer = lm_losses.build(TINY)
    held = torch.from_numpy(corpora.tokens("tales-en", "words", "test").astype(np.int64))
    with torch.no_grad():
        logits = model(held[None, :-1])[0]
    log_p, y = torch.log_softmax(logits, -1), held[1:]
    p, own = log_p.exp(), log_p[torch.arange(len(y)), y]
    assert run.at("test_loss", 0) == pytest.approx(-own.mean().item(), rel=1e-5)
    assert run.at("accuracy", 0) == pytest.approx((p.argmax(-1) == y).float().mean().item(), abs=1e-6)
    assert run.at("confidence", 0) == pytest.approx(p.max(-1).values.mean().item(), rel=1e-5)
    assert run.at("entropy", 0) == pytest.approx(-(p * log_p).sum(-1).mean().item(), rel=1e-5)
    brier = ((p - torch.nn.functional.one_hot(y, p.shape[-1])) ** 2).sum(-1).mean().item()
    assert run.at("own_squares", 0) == pytest.approx(brier, rel=1e-5)
    smooth = torch.nn.functional.cross_entropy(logits, y, label_smoothing=TINY.smoothing).item()
    assert run.at("own_smoothing", 0) == pytest.approx(smooth, rel=1e-5)
    assert run.at("own_focal", 0) == pytest.approx((-((1 - own.exp()) ** TINY.gamma) * own).mean().item(), rel=1e-5)
    lengths = torch.tensor([float(len(piece)) for piece in tokenizer.pieces])
    assert run.at("letters", 0) == pytest.approx((p @ lengths).mean().item(), rel=1e-5)


@pytest.mark.usefixtures("private_home")
def test_each_objective_trains_on_its_own_number():
    first = {
        o: result(lm_losses, replace(TINY, objective=o, steps=1)).at("train_loss", 1) for o in lm_losses.OBJECTIVES
    }
    assert len({round(v, 6) for v in first.values()}) == len(first)
    zero = result(lm_losses, replace(TINY, objective="extra", extra_weight=0.0))
    assert zero.final("test_loss") == result(lm_losses, TINY).final("test_loss")


@pytest.mark.usefixtures("private_home")
def test_a_length_penalty_shortens_the_tokens_and_an_entropy_bonus_raises_the_doubt():
    plain = result(lm_losses, replace(TINY, steps=60))
    short = result(lm_losses, replace(TINY, steps=60, objective="extra", extra="short", extra_weight=2.0))
    doubt = result(lm_losses, replace(TINY, steps=60, objective="extra", extra="doubt", extra_weight=2.0))
    assert short.final("letters") < plain.final("letters") - 0.1
    assert doubt.final("entropy") > plain.final("entropy") + 0.05


# --- results nobody hopes for ----------------------------------------------------------------------------------------


def models(ends: dict, reason: str = "done", **values) -> View:
    """The five models, each with these last values of its metrics (started at a loss of 7.6)."""
    config = replace(PLAY["model"].config, **values)
    seen = []
    for arm in PLAY["model"].arms(config, {}):
        usual = {"test_loss": 5.0, "own_smoothing": 5.3, "own_focal": 4.0, "own_squares": 0.9, "accuracy": 0.3}
        end = usual | {"confidence": 0.3, "letters": 3.0} | ends.get(arm.label, {})
        events = [Started(300), Metric(0, "test_loss", 7.6), *(Metric(300, n, v) for n, v in end.items())]
        result = Result((*events, Finished(300, reason if arm.label in ends else "done")))
        seen.append(ArmView(arm, arm.label, Status("done", 300, 300), result, "live"))
    return View(tuple(seen), {})


def told(view: View) -> str:
    return " ".join(line.en for line in PLAY["model"].verdict(view))


def test_a_model_that_diverged_is_called_that_and_enters_no_comparison():
    text = told(models({"focal": {"test_loss": math.inf}}, "diverged"))
    assert "diverged at step 300" in text
    assert "Lowest plain test loss" in text and "∞" not in text
    assert PLAY["model"].predictions[0].answer(models({"ce": {"test_loss": math.nan}}, "diverged")) is None


def test_where_no_model_has_learned_no_loss_is_praised():
    ends = {arm: {"test_loss": 7.6} for arm in ("ce", "smoothing", "focal", "squares", "extra")}
    text = told(models(ends))
    assert "has learned anything" in text and "Lowest" not in text and "own loss" not in text


def test_a_loss_is_judged_by_one_and_the_same_knob():
    # at ε = 0.5 the run itself measures another loss than the others do at 0.1: 6.5 is their 5.3
    view = models({"smoothing": {"own_smoothing": 6.4, "test_loss": 5.2}}, smoothing=0.5)
    assert "Best on its own loss: label smoothing" in told(view).replace("smoothing,", "smoothing")
    rows = PLAY["model"].figures[1].rows(view).set_index(["name", "judge"])["value"]
    assert rows[("cross-entropy", "smoothed")] == pytest.approx(5.0 + 0.3 * 5)
    other = PLAY["model"].figures[1].rows(models({}, gamma=4.0))
    assert len(other[other["judge"] == "focal"]) == 1 and not other[other["judge"] == "focal"]["best"].any()
    assert "focal" not in told(models({}, gamma=4.0)).split("own loss")[-1]


def test_the_question_about_a_tenth_is_answered_for_a_tenth():
    ask = PLAY["model"].predictions[0]
    assert ask.answer(models({"smoothing": {"test_loss": 5.2}})) == "worse"
    assert ask.answer(models({"smoothing": {"test_loss": 5.2}}, smoothing=0.5)) is None
    assert "what you minimise" not in ask.why(models({})).en  # both at 5.0


def test_a_swing_around_a_near_target_is_no_running_away():
    values = {"start": 2.9, "target": 3.0, "tolerance": 0.001, "lr": 2.0}
    assert "L1 runs away" not in said("race", **values)
    text = said("own", expression="e", lr=2.0)
    assert "walks away" in text and "Its slope grows" not in text.split("walks away")[0]


def test_a_loss_that_is_no_number_at_the_start_neither_runs_nor_fails_to_settle():
    for slug in ("own", "points"):
        text = said(slug, expression="sqrt(e)")
        assert "is not a number" in text and "away from the target" not in text and "your loss: not settled" not in text


def test_who_never_arrives_has_no_step():
    _, far = PLAY["race"].predictions
    assert (
        "not within 50 steps" in far.why(view_of("race", target=10.0)).en
        and "-1" not in far.why(view_of("race", target=10.0)).en
    )
    assert "–" not in " ".join(r.help.en for r in PLAY["race"].readouts(view_of("race", lr=2.0, steps=500)))


def test_few_steps_do_not_decide_where_a_loss_without_bottom_goes():
    (bottom,) = PLAY["logits"].predictions
    assert bottom.answer(view_of("logits", lead=12.0, lr=0.001, steps=10)) is None
    alone = said("logits", objectives="squares", lead=12.0)
    assert "hardly moved" in alone and "–" not in alone and "that of cross-entropy" not in alone


# --- sentences held against the numbers of real runs -------------------------------------------------------------------


def test_a_weight_that_has_landed_is_not_said_to_swing():
    text = said("race", lr=0.5, steps=10)  # 2.5, 3, 3, 3 ...: ten weights that span 0.5, and then stand still
    assert "L1 at step 2" in text and "comes to rest" not in text


def test_a_last_step_within_the_tolerance_is_no_arrival():
    text = said("race", optimizer="momentum", lr=1.5)  # at 3.007 on its way through, swinging by 2
    assert "L1: within the tolerance only since step 50" in text and "Arrived to stay: L1" not in text
    assert "Arrived to stay: L2 at step 47" in said("race", target=10.0)


def test_only_a_loss_that_jumps_across_its_target_is_told_to_slow_down():
    text = said("own", expression="-e*e")  # its slope grows, and always points away
    assert "walks away" in text and "Try a tenth" not in text
    assert "Try a tenth" in said("race", losses="custom,l2", expression="e**4", target=10.0)


@pytest.mark.parametrize("slug", ["points", "logits"])
def test_at_learning_rate_0_nothing_falls_and_no_step_is_too_long(slug):
    text = said(slug, lr=0.0)
    assert "no step is taken" in text and "still falling" not in text and "not settled" not in text


def test_what_is_wrong_with_the_steps_is_read_off_the_path():
    assert "L2: not settled, w = 2.00 after 500 steps. Its steps are too long." in said(
        "points", reduction="sum", lr=0.2
    )
    assert "Its steps are too short or too few." in said("points", lr=0.001)
    assert "rests at" not in said("points", lr=0.001)


def test_between_two_middle_values_l1_lies_still():
    text = said("points", a=-10.0, b=-9.0, c=9.0, d=10.0, outliers=0)
    assert "any place from −9.00 to 9.00 is equally good" in text and "L1: not settled" not in text and "e-" not in text


@pytest.mark.parametrize("values", [{"reduction": "none"}, {"reduction": "sum", "lr": 0.2}, {"lr": 0.0}, {"lr": 0.001}])
def test_where_the_steps_have_not_led_there_the_question_is_open(values):
    assert PLAY["points"].predictions[0].answer(view_of("points", **values)) is None


def test_the_fall_of_a_loss_without_bottom_is_that_of_its_last_steps():
    assert "still falling, 2.00 a step" in said("logits", optimizer="momentum"), "1.91 on average"


def test_differences_that_are_none_make_no_winner():
    text = told(models({"squares": {"own_squares": 0.905}}))  # all others are equal
    assert "Within 0.03 of it, about equal: label smoothing, focal" in text
    assert "Beaten even on its own loss: squared probabilities." in text and "Best on its own loss" not in text
    assert "Level with the best on its own loss: label smoothing, focal." in text
    plain = told(models({}, smoothing=0.0, gamma=0.0)).split("own loss")
    assert all("smoothing" not in part and "focal" not in part for part in plain[1:]), "they are cross-entropy itself"


def test_modesty_is_no_losss_doing_where_cross_entropy_is_modest_too():
    shy = {"confidence": 0.004, "accuracy": 0.18}
    text = told(models({"ce": shy, "smoothing": shy, "focal": shy}))
    assert "Even cross-entropy is still too modest, 0.4 % sure" in text and "focal: too modest" not in text
    assert "focal: too modest" in told(models({"focal": {"confidence": 0.25}}))


def test_formulas_of_sgd_are_called_sgds():
    from pages import figures_09, figures_09_classes

    lr = next(c for c in LESSON.controls if c.field == "lr")
    for words in (
        lr.help.en,
        figures_09.shape.help.en,
        figures_09.distance.title.en,
        figures_09_classes.effect.help.en,
    ):
        assert "nder SGD" in words
    assert "hardly starts" not in str(PLAY["own"].presets[1].look_for.en), "it arrives at step 369 of 500"


def test_under_adam_the_two_paths_are_one_for_ten_steps_and_no_longer():
    note = next(p for p in PLAY["race"].presets if p.name == "adam").look_for.en
    view = view_of("race", optimizer="adam")
    l1, l2 = (view.result(code).metrics["w"] for code in ("l1", "l2"))
    assert max(abs(l1[s] - l2[s]) for s in range(11)) < 0.02 < 0.15 < max(abs(l1[s] - l2[s]) for s in l1)
    assert "for ten steps the two paths are one" in note


def test_every_claim_can_be_read_alone():
    for claim in LESSON.claims:
        assert not claim.text.en.startswith("The cause") and "of the two" not in claim.text.en, claim.id


@pytest.mark.parametrize("expression", ["e**20", "e**100"])
def test_a_weight_beyond_the_largest_number_after_a_step_or_two_has_run_away(expression):
    """Its path has one point or two: no slope can be read off it."""
    text = said("race", losses="custom", expression=expression, target=10.0)
    assert "runs away at once" in text and "walks away" not in text


def test_a_slope_that_is_a_number_moves_the_weight_though_the_loss_is_none():
    text = said("own", expression="log(e)")
    assert "(e = −1) this loss is not a number, but its slope is" in text and "no direction" not in text
    moved = view_of("own", expression="log(e)").result("custom").metrics["w"]
    assert moved[1] != moved[0]
    assert "slope of this loss is 0 everywhere" in said("own", expression="1/0")


def test_one_value_without_a_slope_stops_the_walk_to_several():
    lost = said("points", expression="log(e)")  # starts on one of the values: there the slope is infinite
    assert "no direction to go" in lost and "your loss: not settled" not in lost
    assert "has a direction to go" in said("points", expression="log(e)", start=2.1)


def test_where_a_loss_is_no_number_anywhere_no_step_is_called_too_short():
    text = said(
        "points", expression="sqrt(-1) + e**2", lr=1.0
    )  # it jumps to and fro, and its lowest place is not known
    assert "L2: not settled" in text and "your loss: not settled" not in text
