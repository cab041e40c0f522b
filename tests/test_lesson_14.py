"""What lesson 14 says, on runs made to show it: the verdicts follow the numbers, the answers come from the run."""

from dataclasses import replace

import pytest

from app.i18n import same
from app.lesson import Arm
from app.view import ArmView, View, inline
from core.events import Finished, Metric, Started, Table
from core.experiments import dropout_calls, dropout_mask, mask_ensemble
from core.result import Result
from core.runs import Status
from pages import verdict_14 as rules
from pages import verdict_14_trained as trained
from pages.figures_14 import share_chart, share_rows
from pages.figures_14_calls import obey_rows
from pages.figures_14_trained import best_point, world_rows
from pages.lesson_14_dropout import QUICK, calls_arms, masks_arms, numbers_arms, worlds_arms

TOKENS = {"little": 1000, "much": 400_000}


def seen(arm, result):
    return ArmView(arm, arm.label, Status("done", 0, 0), result, "live")


def said(rule, view):
    return " ".join(line.en for line in rule(view))


def numbers(**values):
    config = replace(dropout_mask.Config(), **values)
    arms = numbers_arms(config, {})
    return View(tuple(ArmView(a, a.label, Status("done", 0, 0), inline(a.config), "inline") for a in arms), {})


def test_each_case_of_the_numbers_has_its_own_sentence():
    assert "the mean is kept" in said(rules.numbers_verdict, numbers())
    assert "the mean sinks" in said(rules.numbers_verdict, numbers(rescale=False))
    assert "only its residual" in said(rules.numbers_verdict, numbers(p=1.0))
    assert "What goes in comes out" in said(rules.numbers_verdict, numbers(mode="eval"))
    assert "now meets 1.00" in said(rules.numbers_verdict, numbers(mode="eval", rescale=False))
    assert "multiplied by 20" in said(rules.numbers_verdict, numbers(p=0.95, n=1000))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"p": 0.05, "n": 10, "seed": 1}, "By luck this mask dropped none of 10: all are multiplied by 1.05."),
        ({"p": 0.05, "n": 10, "seed": 1, "rescale": False}, "dropped none of 10: all pass as they are."),
        ({"p": 0.99, "n": 10}, "dropped all 10, by luck"),
        ({"mean": 0.0, "std": 0.0}, "Zeros alone go in"),
        ({"mean": 0.0, "std": 1.0, "p": 0.5, "n": 2000, "rescale": False}, "A mean of 0 has nothing to lose"),
        ({"mean": 0.1, "std": 1.0, "p": 0.5, "rescale": False}, "the mean goes from 0.00168 to 0.0389."),
    ],
)
def test_a_mask_of_luck_and_means_that_cannot_sink_are_told_as_they_are(values, words):
    text = said(rules.numbers_verdict, numbers(**values))
    assert words in text and "the spread is not" not in text and "Look at the spread" not in text


def test_the_test_losses_of_who_forgot_are_called_alike_only_where_they_are():
    def words(p, right, forgot):
        first, *trained = calls_arms(replace(dropout_calls.Config(), p=p), {})
        views = [seen(first, Result(tuple(dropout_calls.run(first.config, {}))))]
        for arm, loss in zip(trained, (right, forgot), strict=True):
            end = arm.config.steps
            told = (
                Started(end, {}),
                Metric(end, "train_loss", 2.0),
                Metric(end, "test_loss", loss),
                Finished(end, "done"),
            )
            views.append(replace(seen(arm, Result(told)), status=Status("done", end, end)))
        return said(rules.calls_verdict, View(tuple(views), {}))

    assert "would not have told you" in words(0.2, 2.18, 2.17) and "train with" not in words(0.2, 2.18, 2.17)
    assert "is lower too" in words(0.95, 3.0, 2.18) and "is higher" in words(0.5, 2.1, 2.2)
    assert "the two runs train with 0.99" in words(1.0, 3.71, 2.34)


def test_the_questions_on_numbers_are_answered_by_the_course_s_setting_only():
    assert rules.SURVIVOR.answer(numbers()) == "1.25"
    assert rules.ZEROS.answer(numbers()) == pytest.approx(20, abs=rules.ZEROS.tolerance + 5)
    assert rules.ZEROS.answer(numbers(n=200)) is None and rules.SURVIVOR.answer(numbers(p=0.5)) is None


def test_another_press_is_another_mask_and_the_same_softmax():
    one, two = (numbers_arms(dropout_mask.Config(), {"again": n}) for n in (0, 1))
    assert one[0].config != two[0].config and one[2].config == two[2].config


def called(**values):
    config = replace(dropout_calls.Config(), **values)
    arm = Arm("calls", same("calls"), config)
    return View((seen(arm, Result(tuple(dropout_calls.run(config, {})))),), {"call": "module"})


def test_red_cells_are_those_that_drop_in_eval_or_no_longer_drop_in_training():
    rows = obey_rows(called())
    bad = set(rows.loc[rows["state"] == "bad", "call"])
    assert bad == {dropout_calls.CODE[name] for name in ("bare", "p", "attention")}
    forgotten = obey_rows(called(forget=True))
    quiet = forgotten[(forgotten["state"] == "bad") & (forgotten["word"].str.startswith("passes"))]
    assert len(quiet) == 3


def test_what_the_calls_answer_is_what_was_counted():
    view = called()
    assert rules.BARE.answer(view) == "half" and rules.AGAIN.answer(view) == "on"
    assert rules.AGAIN.answer(called(forget=True)) is None
    assert "default is p = 0.5" in said(rules.calls_verdict, view)


def worlds(little, much, dropout=0.4):
    """little, much: ({step: test loss} with p = 0, {step: test loss} with p)."""
    config = replace(QUICK, dropout=dropout, steps=200)
    arms = []
    for arm in worlds_arms(config, {}):
        place, which = arm.label.split()
        losses = {"little": little, "much": much}[place][which == "p"]
        events = [Started(200, {"train_tokens": TOKENS[place]})]
        events += [Metric(s, "train_loss", 1.0) for s in range(1, max(losses) + 1)]
        events += [Metric(s, "test_loss", v) for s, v in losses.items()]
        done = [Finished(200, "done")] if max(losses) == 200 else []
        arms.append(seen(arm, Result((*events, *done))))
    return View(tuple(arms), {})


FALLS = {0: 5.0, 100: 0.7, 200: 0.6}
COSTS = {0: 5.0, 100: 0.8, 200: 0.65}
OVERFITS = {0: 5.0, 100: 1.3, 200: 2.0}
SLOWER = {0: 5.0, 100: 1.5, 200: 1.7}


def test_a_win_at_the_end_and_a_loss_at_the_best_point_are_both_said():
    view = worlds((OVERFITS, SLOWER), (FALLS, COSTS))
    text = said(trained.worlds_verdict, view)
    assert "1.70 against 2.00" in text and "stopping early beats dropout" in text and "0.650 against 0.600" in text
    assert [p.answer(view) for p in (trained.END, trained.BEST, trained.MUCH)] == ["some", "none", "none"]
    assert "0.650 with p = 0.4" in trained.MUCH.why(view).en


def test_other_outcomes_are_said_as_they_are():
    assert "costs loss here" in said(trained.worlds_verdict, worlds((FALLS, COSTS), (FALLS, FALLS)))
    assert "end alike" in said(trained.worlds_verdict, worlds((FALLS, FALLS), (FALLS, FALLS)))
    assert "does not cost" in said(trained.worlds_verdict, worlds((FALLS, FALLS), (FALLS, FALLS)))
    assert "ends lower" in said(trained.worlds_verdict, worlds((COSTS, FALLS), (FALLS, FALLS)))


@pytest.mark.parametrize(
    ("none", "some", "words"),
    [
        (0.746, 0.752, "does not cost anything that counts, 0.752 against 0.746 (less than 0.02 apart)"),
        (0.623, 0.638, "does not cost anything that counts, 0.638 against 0.623"),
        (0.638, 0.623, "does not cost anything that counts, 0.623 against 0.638"),
        (0.6, 0.65, "nothing to learn by heart, and dropout only costs: 0.650 against 0.600"),
        (0.65, 0.6, "here dropout ends lower, 0.600 against 0.650"),
    ],
)
def test_with_much_text_a_difference_counts_from_where_it_does_elsewhere(none, some, words):
    view = worlds((FALLS, FALLS), ({0: 5.0, 200: none}, {0: 5.0, 200: some}))
    text = said(trained.worlds_verdict, view)
    assert words in text
    assert trained.MUCH.answer(view) == ("same" if "counts" in words else "none" if some > none else "some")


def test_a_text_that_was_read_over_is_not_said_to_hold_nothing_to_learn_by_heart(monkeypatch):
    monkeypatch.setitem(TOKENS, "much", 40_000)
    text = said(trained.worlds_verdict, worlds((FALLS, FALLS), (FALLS, COSTS)))
    assert "Much text, number of passes 2.6: dropout costs loss here, 0.650 against 0.600." in text


def test_nothing_is_decided_while_a_run_is_on_its_way_or_without_dropout():
    half = worlds((OVERFITS, {0: 5.0, 100: 1.5}), (FALLS, COSTS))
    assert trained.END.answer(half) is None and "Little text" not in said(trained.worlds_verdict, half)
    alone = worlds((OVERFITS, OVERFITS), (FALLS, FALLS), dropout=0.0)
    assert trained.END.answer(alone) is None and "raise p" in said(trained.worlds_verdict, alone)


def test_the_picture_marks_best_and_end_and_says_how_often_the_text_was_read():
    rows = world_rows(worlds((OVERFITS, SLOWER), (FALLS, COSTS)))
    marks = rows[(rows["world"] == "little") & (rows["name"] == "p = 0")].set_index("kind")["label"]
    assert marks["best"] == "◆ 1.30" and marks["end"] == "● 2.00"
    assert "1,000 tokens, read 102 times" in rows.loc[rows["kind"] == "fact", "label"].iloc[0]
    assert best_point(Result((Metric(0, "test_loss", 1.0),))) is None


def test_the_gap_is_test_minus_training():
    view = worlds((OVERFITS, SLOWER), (FALLS, COSTS))
    rows = world_rows(View(view.arms, {"gap": True}))
    gap = rows[(rows["kind"] == "gap") & (rows["world"] == "little") & (rows["name"] == "p = 0")]
    assert gap.set_index("step")["value"].to_dict() == pytest.approx({100: 0.3, 200: 1.0})


def test_the_learner_s_run_comes_first_and_zero_stands_beside_it():
    arms = worlds_arms(QUICK, {})
    assert [a.label for a in arms] == ["little p", "little 0", "much p", "much 0"] and arms[0].config == QUICK
    assert len(worlds_arms(QUICK, {"sweep": True})) == 8  # 0.4 is there already
    assert [a.label for a in worlds_arms(replace(QUICK, dropout=0.0), {})] == ["little p", "much p"]


def test_the_last_playground_reads_a_run_of_the_third():
    read_ones = {mask_ensemble.trained(arm.config) for arm in masks_arms(mask_ensemble.Config(), {})}
    assert read_ones < {arm.config for arm in worlds_arms(QUICK, {})}


def read(single, averaged, off, **values):
    config = replace(mask_ensemble.Config(), **values)
    numbers, end = {"single": single, "averaged": averaged, "eval_loss": off}, config.steps
    numbers |= {"train_eval": 0.2, "train_single": 0.6, "train_accuracy": 0.9, "eval_accuracy": 0.6}
    events = [Started(end), *(Metric(end, k, v) for k, v in numbers.items())]
    events += [Table(end, "ensemble", {"masks": [1, 16], "loss": [single, averaged]}), Finished(end, "done")]
    return View(tuple(seen(arm, Result(tuple(events))) for arm in masks_arms(config, {})), {})


def test_the_best_way_of_reading_is_the_lowest_loss():
    assert trained.READ_MUCH.answer(read(1.9, 1.7, 1.75)) == "many"
    assert trained.READ_LITTLE.answer(read(1.9, 1.7, 1.65)) == "none"
    assert trained.READ_LITTLE.answer(read(1.9, 1.7, 1.65, masks=1)) is None
    assert "Little text: one mask 1.900" in said(trained.ensemble_verdict, read(1.9, 1.7, 1.65))
    assert "correct one another" in said(trained.ensemble_verdict, read(1.9, 1.7, 1.75))
    assert "all masks are equal" in said(trained.ensemble_verdict, read(1.9, 1.9, 1.9, dropout=0.0))
    assert len(trained.ensemble_readouts(read(1.9, 1.7, 1.75))) == 4


@pytest.mark.parametrize("pinned", [False, True])
def test_a_young_run_beside_old_ones_is_left_out_of_the_picture_until_it_is_measured(pinned):
    old = worlds((OVERFITS, SLOWER), (FALLS, COSTS))
    young = seen(old.arms[0].arm, Result((Started(200, {}), Metric(5, "train_loss", 4.5), Metric(5, "test_loss", 4.6))))
    if pinned:
        view = View(old.arms, {}, pinned=(replace(young, arm=replace(young.arm, label="pin1", name=same("pin"))),))
    else:
        view = View((young, *old.arms[1:]), {})
    rows = world_rows(view)
    assert set(rows.loc[rows["kind"] == "test", "step"]) == {100, 200}
    assert set(world_rows(View((young,), {}))["step"]) >= {5}  # alone, it is the picture


@pytest.mark.parametrize("p", [0.01, 0.2, 0.99])
def test_no_line_of_the_histogram_runs_through_a_name(p):
    """A name stands in the row where its own line begins: only lines that begin in rows above can cross it."""
    layers = share_chart(numbers(p=p)).to_dict()["layer"]
    marks = [(mark["mark"], mark["encoding"]) for mark in layers]
    tops = [code["y"]["value"] for mark, code in marks if mark["type"] == "rule"]
    assert tops == sorted(tops) and len(set(tops)) == 3
    for seed in range(60):
        rows = share_rows(numbers(p=p, seed=seed))
        lines = rows[rows["kind"].isin(["rule", "sd", "now"])].set_index("kind")
        low, high = rows["x"].min(), rows["x2"].max()
        rule, now = lines.loc["rule"], lines.loc["now"]
        assert list(lines["label"].dropna()) == [rule["label"], now["label"]]  # the dashed ones, lowest, have none
        end = now["x"] + (0.11 if now["side"] == "right" else -0.11) * (high - low)  # as long as it is on a desk
        assert not min(now["x"], end) < rule["x"] < max(now["x"], end)
        assert low - 1e-9 <= end <= high + 1e-9


def test_the_histogram_and_the_readout_beside_it_speak_of_percent():
    view = numbers()
    assert "p = 20 ± 4.00 %" in set(share_rows(view)["label"])
    assert "20 ± 4.00 %" in rules.numbers_readouts(view)[1].help.en
    assert "p = 0 %" in set(share_rows(numbers(mode="eval"))["label"])


def test_the_sum_of_a_hundred_numbers_is_a_hundred_times_their_mean():
    view = next(v for v in (numbers(seed=seed) for seed in range(200)) if v.result("mask").final("zeros") == 23)
    assert "(1.00 → 0.963)" in said(rules.numbers_verdict, view)
    assert rules.numbers_readouts(view)[3].value == "100 → 96.25"
    assert rules.hundredths(-0.001) == "0" and rules.hundredths(-1234.5) == "−1,234.5"
