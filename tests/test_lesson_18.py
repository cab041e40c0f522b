"""What lesson 18 says, on runs made to show it: the verdicts follow the numbers, the answers come from the run."""

import math
from dataclasses import replace

import pytest

from app.i18n import same
from app.lesson import Arm
from app.view import ArmView, View
from core.events import Finished, Metric, Note, Started, Table
from core.experiments import gradient_signal, head_cost
from core.result import Result
from core.runs import Status
from pages import claims_18, figures_18, figures_18_costs, verdict_18, verdict_18_costs
from pages.claims_18 import QUICK
from pages.lesson_18_final_token_loss import race_arms, text_arms, two_arms

STEPS = (0, 10, 20, 50, 100)


def made(final: float, *, seconds: float = 0.05, begin: float = 7.6, steps: int = 100, true: float | None = None):
    """A run whose loss falls on a straight line from `begin` to `final`, `seconds` a step."""
    events = [Started(steps, {"references": {"uniform": 7.6, "unigram_table": 6.3}})]
    for step in range(1, steps + 1):
        events.append(Metric(step, "train_loss", begin + (final - begin) * step / steps, seconds * step))
    for step in STEPS:
        value = begin + (final - begin) * step / steps
        events += [Metric(step, "last_loss", value), Metric(step, "last_se", 0.01)]
        events.append(Metric(step, "test_loss", value if true is None else true))
    events.append(Table(steps, "places", {"place": list(range(1, 65)), "loss": [final] * 64, "se": [0.1] * 64}))
    events.append(Table(steps, "close", {"last": [1.0, 3.0, 5.0, 7.0], "all": [3.5, 4.0, 4.0, 4.5]}))
    return Result((*events, Finished(steps, "done")))


def view(results: dict, config=QUICK, **values):
    arms = race_arms(config, {"beside": "1,16,4,all"})
    seen = [
        ArmView(arm, arm.label, Status("done", 100, 100), results[arm.label], "live")
        for arm in arms
        if arm.label in results
    ]
    return View(tuple(seen), values)


def said(rule, seen):
    return " ".join(line.en for line in rule(seen))


def test_the_chosen_run_comes_first_and_no_run_is_drawn_twice():
    assert [a.label for a in race_arms(QUICK, {"beside": "1,16,4,all"})] == ["1", "all", "16", "4"]
    assert [a.label for a in race_arms(replace(QUICK, graded=64), {"beside": "1,16,4,all"})] == ["all", "16", "4", "1"]
    assert [a.label for a in race_arms(replace(QUICK, context=8), {"beside": "1,16,4,all"})] == ["1", "all", "4"]
    assert [a.label for a in two_arms(replace(QUICK, graded=4), {})] == ["4", "all"]
    assert len({a.config for a in text_arms(QUICK, {})}) == 4


def test_the_run_graded_everywhere_is_one_run_whatever_stands_beside_it():
    for values in ({"graded": 1}, {"graded": 4, "graded_at": "random"}, {"graded": 4, "head_at": "graded"}):
        assert two_arms(replace(QUICK, **values), {})[1].config == two_arms(QUICK, {})[1].config


def test_the_verdict_names_the_winner_at_the_last_position():
    assert "Grading everywhere wins by 0.600" in said(verdict_18.verdict, view({"1": made(6.5), "all": made(5.9)}))
    assert "this is not usual" in said(verdict_18.verdict, view({"1": made(5.5), "all": made(5.9)}))
    assert "less than the measurement can tell apart" in said(
        verdict_18.verdict, view({"1": made(5.905), "all": made(5.9)})
    )
    assert "nothing to compare" in said(verdict_18.verdict, view({"all": made(5.9)}, replace(QUICK, graded=64)))


def test_a_negative_loss_is_called_impossible_and_the_true_one_stands_beside_it():
    raw = replace(QUICK, wiring="raw_nll")
    words = said(verdict_18.verdict, view({"1": made(-1.2, true=6.64), "all": made(-8.0, true=6.35)}, raw))
    assert "−1.20" in words and "6.64" in words and "log-softmax is missing" in words


def test_a_run_that_diverged_is_named_and_the_others_are_not():
    broken = Result((Started(100), Metric(4, "train_loss", math.nan), Finished(4, "diverged")))
    words = said(verdict_18.verdict, view({"1": broken, "all": made(5.9)}))
    assert "last one only: diverged at step 4" in words and words.count("diverged") == 1


def test_equal_steps_are_read_off_between_the_points_of_the_curve():
    seen = view({"1": made(6.6), "all": made(5.6)})  # 1 nat below in 100 steps against 2: half the steps
    assert verdict_18.equal(seen, "step") == pytest.approx((50, 100, 6.6))
    assert verdict_18.steps_answer(seen) == 50 and verdict_18.who(seen) == "all"
    meets, end, _ = verdict_18.equal(seen, "predictions")
    assert (meets, end) == pytest.approx((50 * 16 * 64, 100 * 16))
    assert "50 steps graded everywhere = 100 of yours" in " ".join(r.value.en for r in verdict_18.readouts(seen)[:1])


def test_equal_seconds_end_with_the_faster_run():
    seen = view({"1": made(6.6, seconds=0.02), "all": made(5.6, seconds=0.05)}, x="seconds")
    assert verdict_18.equal_time(seen) == pytest.approx((2.0, 6.6, 6.8))  # after 2 s: all 100 steps, and 40 steps
    assert "After the same 2.00 s" in said(verdict_18.verdict, seen)


def test_seconds_on_a_busy_machine_come_with_a_warning():
    slow = made(6.6)
    events = [
        replace(e, seconds=0.05 * e.step + 0.04 * (e.step % 2)) if e.kind == "metric" and e.seconds else e
        for e in slow.events
    ]
    seen = view({"1": Result(tuple(events)), "all": made(5.6)}, x="seconds")
    assert "The machine was busy" in said(verdict_18.verdict, seen)
    assert "busy" not in said(verdict_18.verdict, view({"1": slow, "all": made(5.6)}, x="seconds"))


def test_a_busy_machine_is_named_beside_a_run_whose_steps_are_not_known_yet():
    busy = Result(tuple(Metric(s, "train_loss", 6.0, 0.05 * s + 0.04 * (s % 2)) for s in range(1, 30)))
    for order in (("1", "all"), ("all", "1")):
        results = dict(zip(order, (made(6.6, steps=3), busy), strict=True))
        assert "The machine was busy" in said(verdict_18.seconds_words, view(results))


def test_a_question_is_answered_only_by_the_run_it_asks_about():
    raw = replace(QUICK, wiring="raw_nll")
    assert verdict_18.who(view({"1": made(6.5), "all": made(5.9)}, raw)) is None
    assert verdict_18.who(view({"4": made(6.5), "all": made(5.9)}, replace(QUICK, graded=4))) is None


def test_the_noise_of_the_meter_is_the_spread_over_the_root_of_n():
    words = said(verdict_18.place_verdict, view({"1": made(6.5), "all": made(5.9)}, meter_windows=4))
    assert "±1.29 nats at the last position" in words  # sd of 1, 3, 5, 7 is 2.582
    rows = figures_18.meter_rows(view({"1": made(6.5), "all": made(5.9)}, meter_windows=4))
    assert len(rows) == 2 * figures_18.DRAWS and set(rows["mean"]) == {4.0}


def test_octaves_of_the_window_average_their_positions():
    rows = figures_18.place_rows(view({"1": made(6.5), "all": made(5.9)}))
    octaves = rows[(rows["kind"] == "octave") & (rows["y"] == 6.5)]
    assert len(octaves) == 7  # 1, 2-3, 4-7, 8-15, 16-31, 32-63, 64
    widths = (octaves["high"] - octaves["y"]).tolist()
    assert widths[0] == pytest.approx(0.2) and widths[2] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("k", "how", "lit"), [(1, "last", {64}), (2, "every", {32, 64}), (64, "last", set(range(1, 65)))]
)
def test_the_triangle_lights_the_graded_columns_each_with_its_past(k, how, lit):
    rows = figures_18.triangle_rows(alone(graded=k, graded_at=how))
    assert set(rows[rows["kind"] == "graded"]["position"]) == lit
    assert len(rows) == 64 * 65 // 2 and (rows["seen"] <= rows["position"]).all()


def alone(**values):
    arm = Arm("x", same("x"), replace(QUICK, **values))
    return View((ArmView(arm, "x", Status("done", 0, 0), Result(()), "live"),), {})


def test_windows_beyond_the_drawing_are_drawn_in_steps():
    rows = figures_18.triangle_rows(alone(context=256))
    assert len(rows) == 64 * 65 // 2 and set(rows[rows["kind"] == "graded"]["position"]) == {256}


def metrics(config, values, *more):
    result = Result((Started(0), *(Metric(1, k, v) for k, v in values.items()), *more, Finished(1, "done")))
    return View((ArmView(Arm("warm", same("warm"), config), "x", Status("done", 1, 1), result, "live"),), {})


def test_the_signal_verdict_says_what_a_position_is_worth_and_nothing_where_the_signal_drowned():
    found = {"snr_all": 1.0, "snr_last": 0.04, "snr_one_window": 0.06, "snr_many_windows": 0.16}
    words = said(verdict_18_costs.signal_verdict, metrics(gradient_signal.Config(), found))
    assert "a factor of 25.0" in words and "0.375 of a prediction" in words
    few = metrics(gradient_signal.Config(), found | {"snr_last": 0.01})
    assert "Read more windows" in said(verdict_18_costs.signal_verdict, few)
    young = metrics(gradient_signal.Config(), found | {"snr_last": 1 / 60})
    assert "counts in full" in said(verdict_18_costs.signal_verdict, young)
    drowned = metrics(
        gradient_signal.Config(), found | {"snr_last": -0.01}, Note(1, "signal_lost", {"pairs": "1 × 16"})
    )
    assert said(verdict_18_costs.signal_verdict, drowned) == "" and verdict_18_costs.signal_readouts(drowned) == []


def test_the_cost_verdict_reads_the_ratios_and_distrusts_a_busy_machine():
    found = {"slice_ratio": 0.78, "head_ratio": 0.4, "head_share": 0.53, "spread": 0.05}
    quiet = metrics(head_cost.Config(), found)
    assert "saves 22 %" in said(verdict_18_costs.cost_verdict, quiet) and "scatter" not in said(
        verdict_18_costs.cost_verdict, quiet
    )
    slower = metrics(head_cost.Config(), found | {"slice_ratio": 1.03})
    assert (
        "keeping only the last position saves no time. Not computing the others at all saves 60 % of the time."
        in said(verdict_18_costs.cost_verdict, slower)
    )
    assert "scatter by 40 %" in said(
        verdict_18_costs.cost_verdict, metrics(head_cost.Config(), found | {"spread": 0.4})
    )
    assert [
        verdict_18_costs.COST_PREDICTION.answer(metrics(head_cost.Config(), {"slice_ratio": r}))
        for r in (0.8, 0.5, 0.1)
    ] == ["most", "half", "few"]


def test_the_text_verdict_notices_that_the_sign_turns_with_the_unit(monkeypatch):
    monkeypatch.setattr(
        verdict_18_costs, "bytes_per_token", lambda corpus, _: {"manual": 3.5, "docs-python": 2.0}[corpus]
    )
    arms = text_arms(QUICK, {"second": "docs-python"})
    finals = {"manual/all": 5.9, "manual/last": 6.5, "docs-python/all": 5.2, "docs-python/last": 5.6}
    seen = tuple(ArmView(a, a.label, Status("done", 100, 100), made(finals[a.label]), "live") for a in arms)
    words = said(verdict_18_costs.text_verdict, View(seen, {}))
    assert "0.600 nats on the manual and 0.400" in words and "The sign turns" in words


def test_bytes_of_a_token_are_counted_on_the_held_out_text(private_home):
    assert figures_18_costs.bytes_per_token("manual", "bytes") == pytest.approx(1.0)
    assert (
        1.5 < figures_18_costs.bytes_per_token("docs-python", "bpe") < figures_18_costs.bytes_per_token("manual", "bpe")
    )


def test_the_claims_measure_what_they_say():
    pair = {"last": made(6.6, seconds=0.02, steps=100), "every": made(5.6)}
    assert claims_18.gap(pair) == pytest.approx(1.0)
    assert claims_18.early(pair["last"]) == 6.6
    assert claims_18.steps_ratio(pair) == pytest.approx(300 / 50)
    assert claims_18.equal_seconds(pair) == pytest.approx(6.6 - 6.8)
    assert claims_18.meter_ratio(pair) == pytest.approx(2.582 / 0.408, rel=1e-3)
    assert claims_18.course_head_share() == pytest.approx(0.301, abs=5e-4)


@pytest.mark.parametrize("label", ["1", "all"])
def test_a_run_that_diverged_is_named_and_not_compared(label):
    runs = {"1": made(6.5), "all": made(5.9)}
    events = [e for e in runs[label].events if e.kind != "finished"]
    lost = (Metric(100, "last_loss", math.nan), Metric(100, "last_se", math.nan), Finished(100, "diverged"))
    text = said(verdict_18.verdict, view(runs | {label: Result((*events, *lost))}))
    assert "diverged at step 100" in text and "NaN" not in text and "tell apart" not in text


def test_losses_without_bound_are_not_subtracted():
    assert verdict_18.who(view({"1": made(math.inf), "all": made(5.9)})) is None


def test_places_that_are_no_numbers_are_not_drawn_and_nothing_is_said_of_them():
    """A run can diverge in the very step that is looked at closely; a log has null for what is no number."""
    whole, lost = made(5.9), made(6.5)
    tables = [
        Table(100, "places", {"place": [1, 2], "loss": [None, 3.0], "se": [None, 0.1]}),
        Table(100, "close", {"last": [None, 2.0], "all": [None, 3.0]}),
    ]
    lost = Result(
        (*(e for e in lost.events if e.kind not in ("table", "finished")), *tables, Finished(100, "diverged"))
    )
    seen = view({"1": lost, "all": lost})
    assert verdict_18.place_verdict(seen) == [] and figures_18.meter_rows(seen).empty
    assert figures_18.place_rows(seen).empty and not figures_18.place_rows(view({"1": lost, "all": whole})).empty
    single = Result((*lost.events[:-3], Table(100, "close", {"last": [2.0], "all": [3.0]}), Finished(100, "done")))
    assert verdict_18.place_verdict(view({"all": single})) == [] and figures_18.meter_rows(view({"all": single})).empty


# --- sentences that a strict student holds against the numbers -----------------------------------------------------


def test_the_answer_tells_apart_what_the_verdict_tells_apart():
    def noisy(final):
        events = (replace(e, value=0.08) if getattr(e, "name", "") == "last_se" else e for e in made(final).events)
        return Result(tuple(events))

    close = view({"1": noisy(5.98), "all": noisy(5.90)})
    assert "less than the measurement can tell apart" in said(verdict_18.verdict, close)
    assert verdict_18.who(close) == "same" and "exercises" not in verdict_18.who_why(close).en
    far = view({"1": noisy(6.5), "all": noisy(5.90)})
    assert verdict_18.who(far) == "all" and "64 times as many exercises" in verdict_18.who_why(far).en
    assert verdict_18.who(view({"1": noisy(5.4), "all": noisy(5.9)})) == "last"


def test_a_report_that_is_not_negative_is_not_called_so():
    raw = replace(QUICK, wiring="raw_nll")
    words = said(verdict_18.verdict, view({"1": made(0.02, true=7.5), "all": made(-8.0, true=6.35)}, raw))
    assert "log-softmax is missing" in words and "negative" not in words


def test_a_prediction_is_called_worth_less_only_where_more_of_them_were_needed():
    def tip(k):
        seen = view({str(k): made(6.6), "all": made(5.6)}, replace(QUICK, graded=k, context=64))
        (row,) = (r for r in verdict_18.readouts(seen) if r.label.en == "predictions for that loss")
        return row

    assert "worth less" in tip(1).help.en
    few = view(
        {"1": made(7.55), "all": made(-100.0)}
    )  # 64 times the predictions a step, in far fewer steps than 1 in 64
    (row,) = (r for r in verdict_18.readouts(few) if r.label.en == "predictions for that loss")
    assert "worth less" not in row.help.en


@pytest.mark.parametrize(("snr", "lost"), [(0.0026, True), (0.035, False)])
def test_single_positions_below_their_own_noise_are_not_judged(snr, lost):
    config = gradient_signal.Config(batch=1)
    values = {"snr_all": 50 * snr, "snr_last": snr, "snr_one_window": 0.19, "snr_many_windows": 0.24}
    table = Table(1, "pairs", {"graded": [64, 1], "batch": [1, 1], "draws": [64, 256], "snr": [50 * snr, snr]})
    words = said(verdict_18_costs.signal_verdict, metrics(config, values, table))
    assert ("Read more windows" in words) == lost and ("partly say the same" in words) == (not lost)


def test_positions_that_seem_worth_more_than_whole_windows_are_not_said_to_repeat_each_other():
    found = {"snr_all": 1.0, "snr_last": 0.04, "snr_one_window": 0.16, "snr_many_windows": 0.12}
    words = said(verdict_18_costs.signal_verdict, metrics(gradient_signal.Config(), found))
    assert "Read more windows" in words and "partly the same" not in words


def test_an_old_model_is_not_called_young():
    found = {"snr_all": 1.0, "snr_last": 1 / 60, "snr_one_window": 0.06, "snr_many_windows": 0.07}
    words = said(verdict_18_costs.signal_verdict, metrics(gradient_signal.Config(warm=400), found))
    assert "after 400 steps nearly every position counts in full" in words and "young" not in words


def test_what_is_cut_out_is_named_by_its_number_and_the_question_about_one_waits_for_one():
    found = {"slice_ratio": 0.78, "head_ratio": 0.4, "head_share": 0.53, "spread": 0.05}
    ask = verdict_18_costs.COST_PREDICTION.answer
    assert "keeping only the last position saves" in said(
        verdict_18_costs.cost_verdict, metrics(head_cost.Config(), found)
    )
    sixteen = metrics(head_cost.Config(graded=16), found)
    assert "keeping only the last 16 positions saves" in said(verdict_18_costs.cost_verdict, sixteen)
    assert ask(sixteen) is None and ask(metrics(head_cost.Config(context=32), found)) is None
    assert ask(metrics(head_cost.Config(), found)) == "most"


def text_view(finals, steps=100):
    arms = text_arms(QUICK, {"second": "docs-python"})
    runs = tuple(
        ArmView(a, a.label, Status("done", 100, 100), made(finals[a.label], steps=steps), "live") for a in arms
    )
    return View(runs, {})


def test_texts_are_compared_at_the_end_and_shorter_tokens_blamed_only_where_they_are(monkeypatch):
    scale = {"manual": 2.0, "docs-python": 3.5}
    monkeypatch.setattr(verdict_18_costs, "bytes_per_token", lambda corpus, _: scale[corpus])
    longer = {"manual/all": 5.0, "manual/last": 6.5, "docs-python/all": 5.6, "docs-python/last": 5.9}
    words = said(verdict_18_costs.text_verdict, text_view(longer))
    assert "Changing the text" in words and "tokens are shorter" not in words
    stopped = text_view(longer)
    stopped = replace(stopped, arms=(*stopped.arms[:3], replace(stopped.arms[3], result=cut(stopped.arms[3].result))))
    assert verdict_18_costs.text_verdict(stopped) == []


def cut(result, step=50):
    """The same run, stopped there by its learner."""
    return Result((*(e for e in result.events if e.kind == "metric" and e.step <= step), Finished(step, "stopped")))


@pytest.mark.parametrize("meets", [32.6, 10.04, 2.347])
def test_the_factor_in_the_picture_is_that_of_the_steps_beside_it(meets):
    seen = view({"1": made(7.6 - 2 * meets / 100), "all": made(5.6)})
    steps = float(verdict_18.readouts(seen)[0].value.en.split(" steps")[0])
    assert steps == pytest.approx(meets, rel=5e-3)
    (text,) = (t for t in figures_18.race_rows(seen)["text"] if t)
    assert text == f"same loss: {100 / steps:.{0 if steps <= 10 else 1}f}× as many steps"


@pytest.mark.parametrize(
    ("short", "where", "mean"),
    [(1, "Position 1,", 1), (2, "Position 1,", 1), (8, "Positions 1 to 7,", 4), (32, "Positions 1 to 31,", 16)],
)
def test_the_first_positions_end_where_the_short_prompt_does(short, where, mean):
    def slanted(final):
        events = [e for e in made(final).events if getattr(e, "name", "") != "places"]
        table = Table(100, "places", {"place": list(range(1, 65)), "loss": list(range(1, 65)), "se": [0.1] * 64})
        return Result((*events[:-1], table, events[-1]))

    words = said(verdict_18.place_verdict, view({"1": slanted(6.5), "all": slanted(5.9)}, short=short))
    assert f"{where} where a short prompt lives: {mean:.3g}" in words.replace(".00", "").replace(".0", "")
    brief = replace(QUICK, context=16)
    assert short < 32 or "Positions 1 to 16," in said(
        verdict_18.place_verdict, view({"1": slanted(6.5), "all": slanted(5.9)}, brief, short=short)
    )


def test_the_numbers_of_two_texts_stand_outside_their_lines_and_are_read_on_a_dark_page():
    finals = {"manual/all": 5.9, "manual/last": 6.5, "docs-python/all": 5.2, "docs-python/last": 5.6}
    marks = figures_18_costs.text_chart(text_view(finals)).to_dict()["layer"]
    left, right = (m for m in marks if m["mark"]["type"] == "text")
    assert (left["mark"]["align"], left["mark"]["dx"]) == ("right", -12) and "all positions" in str(left["transform"])
    assert (right["mark"]["align"], right["mark"]["dx"]) == ("left", 12) and "last one only" in str(right["transform"])
    signal = figures_18_costs.signal_chart(metrics(gradient_signal.Config(), {})).to_dict()["layer"]
    for mark in (m for m in (*marks, *signal) if m["mark"]["type"] == "text"):
        color = mark["encoding"]["color"]
        assert "luminance(background)" in str(color.get("condition", color)["value"])
