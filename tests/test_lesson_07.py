"""Lesson 7's words and pictures on runs that show what they say."""

import math
from dataclasses import replace

import pytest

from app.lesson import Arm, discover
from app.view import ArmView, View
from core.events import Finished, Metric, Started
from core.experiments import borrowed
from core.result import Result
from core.runs import Status
from pages import controls_07, figures_07, figures_07_inside, verdict_07

LESSON = discover()[7]
QUICK = borrowed.Config()


def arm_view(arm, losses, reason="done"):
    """A run that tested at these steps: {step: test loss}."""
    facts = {"references": {"uniform": 7.6}, "parameters": 10, "trainable": 5}
    points = [Metric(step, name, value) for step, value in losses.items() for name in ("test_loss", "same_loss")]
    last = max(losses)
    events = (Started(250, facts), *points, Finished(last, reason))
    return ArmView(arm, arm.label, Status(reason, last, 250), Result(events), "live")


def compared(config, **finals):
    """A View of the comparison in which each arm ends at its value, and was never better."""
    arms = controls_07.against(config, {})
    return View(tuple(arm_view(a, {0: 9.0, 250: finals[a.label]}) for a in arms), {})


def crossed(**ends):
    """A View of the crossover: {kind: losses at the four amounts}."""
    arms = controls_07.amounts(QUICK, {})
    value = {f"{kind} {n}": v for kind, row in ends.items() for n, v in zip(controls_07.AMOUNTS, row, strict=True)}
    return View(tuple(arm_view(a, {0: 9.0, 250: value[a.label]}) for a in arms), {"score": "final"})


def text(lines):
    return " ".join(line.en for line in lines)


def test_your_run_takes_the_name_of_the_comparison_it_equals_and_is_not_run_twice():
    arms = controls_07.against(replace(QUICK, freeze="always"), {"arms": "frozen,free"})
    assert [a.label for a in arms] == ["yours", "free"]
    assert arms[0].dash and arms[0].name == controls_07.ARMS["frozen"][1]


def test_what_you_do_to_your_embedding_leaves_the_comparisons_alone():
    before = controls_07.against(QUICK, {})
    after = controls_07.against(replace(QUICK, ratio=0.1, std=0.5, shuffle=0.2, dropout=0.3), {})
    assert [a.config for a in before[1:]] == [a.config for a in after if a.label not in ("yours", "free")]


@pytest.mark.parametrize(("shuffled", "answer"), [(7.25, "same"), (7.5, "worse"), (7.0, "better")])
def test_the_shuffle_is_decided_by_a_tenth_of_a_nat(shuffled, answer):
    view = compared(QUICK, yours=6.7, frozen=6.3, random=7.27, shuffled=shuffled)
    assert verdict_07.shuffle_answer(view) == answer


def test_the_verdict_says_who_wins_and_what_geometry_is_worth():
    said = text(verdict_07.verdict(compared(QUICK, yours=6.7, frozen=6.3, random=7.27, shuffled=7.29)))
    assert "worth 0.59" in said and "no better than noise" in said and "freezing wins by 0.40" in said
    said = text(verdict_07.verdict(compared(QUICK, yours=4.7, frozen=4.8, random=5.1, shuffled=5.1)))
    assert "freezing loses by 0.10" in said
    said = text(verdict_07.verdict(compared(QUICK, yours=4.70, frozen=4.71, random=4.7, shuffled=4.7)))
    assert "no difference you can trust" in said and "the loan does not show" in said


def test_a_run_worse_than_guessing_and_a_diverged_one_are_called_so():
    said = text(verdict_07.verdict(compared(QUICK, yours=9.4, frozen=6.3, random=7.2, shuffled=7.2)))
    assert "worse than guessing" in said
    arm = Arm("yours", controls_07.ARMS["free"][1], QUICK)
    view = View((arm_view(arm, {0: 8.0, 20: math.nan}, "diverged"),), {})
    assert "diverged at step 20." in text(verdict_07.verdict(view))


def test_the_crossing_lies_where_two_straight_lines_over_log_n_meet():
    view = crossed(frozen=(7.5, 6.3, 5.2, 4.8), free=(8.1, 6.7, 5.3, 4.7), random=(8.7, 7.3, 5.8, 5.1))
    n = figures_07.crossing(figures_07.crossover_points(view))
    assert n == pytest.approx(math.sqrt(15_000 * 50_000), rel=1e-6), "gaps -0.1 and +0.1: half way"
    assert verdict_07.crossover_answer(view) == "frozen-free"
    never = crossed(frozen=(7, 6, 5, 4), free=(8, 7, 6, 5), random=(9, 8, 7, 6))
    assert math.isnan(figures_07.crossing(figures_07.crossover_points(never)))
    assert verdict_07.crossover_answer(never) == "frozen-frozen"


def test_nothing_is_judged_before_it_has_ended():
    view = crossed(frozen=(7, 6, 5, 4), free=(8, 7, 6, 5), random=(9, 8, 7, 6))
    open_ = View(tuple(replace(a, result=Result(a.result.events[:-1])) for a in view.arms), view.values)
    assert verdict_07.crossover_verdict(open_) == [] and verdict_07.crossover_answer(open_) is None


@pytest.mark.parametrize(
    ("values", "winner"), [((6.3, 6.35, 6.7, 7.2, 7.7), "r = 0"), ((4.8, 4.77, 4.67, 4.64, 4.7), "r = 3")]
)
def test_the_dial_names_its_lowest_dot(values, winner):
    arms = controls_07.dial(QUICK, {})
    view = View(tuple(arm_view(a, {0: 9.0, 250: v}) for a, v in zip(arms, values, strict=True)), {})
    assert winner in text(verdict_07.dial_verdict(view))


def test_stopping_in_time_is_another_score():
    arm = arm_view(Arm("yours", controls_07.ARMS["free"][1], QUICK), {0: 8.0, 50: 5.9, 250: 6.7})
    assert figures_07.score(arm.result, {"score": "best"}) == 5.9
    assert figures_07.score(arm.result, {"score": "final"}) == 6.7


@pytest.mark.parametrize(("updates", "steps"), [(1, "After one step of training"), (30, "After 30 steps of training")])
def test_one_step_is_not_steps(updates, steps):
    (play,) = [p for p in LESSON.playgrounds if p.slug == "memory"]
    config = replace(play.config, updates=updates)
    found = {f"{way}_difference": 0.0 for way in ("copy_", "alias", "assign", "late")} | {"alias_donor_change": 1e-4}
    result = Result((Started(0), *(Metric(0, name, value) for name, value in found.items()), Finished(0, "done")))
    (arm,) = play.arms(config, {})
    view = View((ArmView(arm, "main", Status("done", 0, 0), result, "live"),), {})
    assert steps in text(verdict_07.memory_verdict(view))


# --- what no run supports is not said --------------------------------------------------------------------------------


def test_runs_that_are_no_comparison_are_not_compared():
    hot = compared(QUICK, yours=8.4, frozen=8.1, random=8.4, shuffled=8.4)
    assert "borrow" not in text(verdict_07.verdict(hot)) and "freezing" not in text(verdict_07.verdict(hot))
    view = compared(QUICK, yours=6.7, frozen=6.3, random=7.27, shuffled=7.29)
    short = replace(view.arms[1], result=arm_view(view.arms[1].arm, {0: 9.0, 60: 6.9}, "stopped").result)
    said = text(verdict_07.verdict(View((view.arms[0], short, *view.arms[2:]), {})))
    assert "freezing" not in said and "worth 0.59" in said
    lost = replace(view.arms[3], result=arm_view(view.arms[3].arm, {0: 9.0, 250: 7.3}, "diverged").result)
    gone = View((*view.arms[:3], lost), {})
    assert "worth" not in text(verdict_07.verdict(gone)) and verdict_07.shuffle_answer(gone) is None


def test_vectors_that_do_better_at_the_wrong_tokens_are_told_so():
    said = text(verdict_07.verdict(compared(QUICK, yours=6.7, frozen=6.3, random=6.2, shuffled=6.2)))
    assert "do better by 0.50 nats" in said and "-0" not in said


@pytest.mark.parametrize(("shuffled", "ends"), [(6.71, "the loan does not show."), (6.2, "the loan is no help.")])
def test_a_loan_that_does_not_show_is_not_said_to_be_shown_by_the_shuffled_vectors(shuffled, ends):
    arms = controls_07.against(QUICK, {"arms": "shuffled"})
    finals = {"yours": 6.7, "shuffled": shuffled}
    said = text(verdict_07.verdict(View(tuple(arm_view(a, {0: 9.0, 250: finals[a.label]}) for a in arms), {})))
    assert said.endswith(ends) and "show it" not in said
    beside = text(verdict_07.verdict(compared(QUICK, yours=6.7, frozen=6.3, random=shuffled, shuffled=shuffled)))
    assert f"{ends} The shuffled vectors are no better than noise (+0.00)." in beside


def test_no_readout_of_a_diverged_run_says_nan():
    made = arm_view(Arm("yours", controls_07.ARMS["free"][1], QUICK), {0: 8.0, 20: math.nan}, "diverged")
    facts = {"trainable": 5, "parameters": 10, "start_std": 1.0, "donor_std": None, "kinds": 5, "vocabulary": 9}
    view = View((replace(made, result=Result((Started(250, facts), *made.result.events[1:]))),), {})
    assert verdict_07.readouts(view) and not any("NaN" in str(r.value) for r in verdict_07.readouts(view))


ROWS = {"frozen": (7.5, 6.3, 5.2, 4.8), "free": (8.1, 6.7, 5.3, 4.7), "random": (8.7, 7.3, 5.8, 5.1)}


def test_the_crossover_is_open_at_another_score_or_a_tie_and_tells_only_its_own_reason():
    view = crossed(**ROWS)
    assert verdict_07.crossover_answer(View(view.arms, {"score": "best"})) is None
    assert verdict_07.crossover_answer(crossed(**ROWS | {"free": (8.1, 6.7, 5.3, 4.79)})) is None
    other = crossed(**ROWS | {"free": (7.0, 6.0, 5.0, 4.0)})
    assert verdict_07.crossover_answer(other) == "free-free" and "by heart" not in verdict_07.crossover_why(other).en
    assert "by heart" in verdict_07.crossover_why(view).en


def crossings(**ends):
    """What the crossover says in words, and the labels of its picture's vertical line."""
    view = crossed(random=(7.0, 7.0, 7.0, 7.0), **ends)
    rows = figures_07.crossover_rows(view)
    return text(verdict_07.crossover_verdict(view)), list(rows[rows["what"] == "cross"]["label"])


def test_lines_that_nothing_tells_apart_on_one_side_do_not_cross():
    """lr 7e-4: 0.0026 nats apart at 2,000 tokens, where "no difference you can trust" stands."""
    for first in (5.9974, 5.98):
        said, drawn = crossings(frozen=(first, 5.9, 5.5, 5.2), free=(6.0, 5.7, 5.2, 4.8))
        assert "no difference you can trust" in said and "cross" not in said and drawn == []
    said, drawn = crossings(frozen=(6.02, 5.69, 5.0, 5.0), free=(6.0, 5.7, 5.2, 4.8))
    assert "cross at about 27,000" in said and "27,000" in drawn[0], "not at the tie to the left of it"
    said, _ = crossings(frozen=(5.8, 5.71, 5.0, 5.0), free=(6.0, 5.7, 4.8, 4.8))
    assert "cross at about 4,800" in said, "where the drawn lines meet"


def test_lines_of_models_worse_than_guessing_cross_nowhere():
    said, drawn = crossings(frozen=(9.0, 9.0, 9.0, 9.0), free=(9.5, 9.2, 8.9, 8.5))
    assert said.count("no comparison") == 2 and "cross" not in said and drawn == []
    said, drawn = crossings(frozen=(9.0, 7.0, 6.5, 6.0), free=(8.0, 7.2, 6.6, 5.9))
    assert "cross at about 27,000" in said and len(drawn) == 1, "the amounts that are a comparison still are one"


def test_a_run_that_was_stopped_or_diverged_is_no_point_of_the_crossover():
    view = crossed(**ROWS)
    for reason in ("stopped", "diverged"):
        short = replace(view.arms[0], result=arm_view(view.arms[0].arm, {0: 9.0, 60: 6.9}, reason).result)
        assert 2000 not in figures_07.crossover_points(View((short, *view.arms[1:]), view.values))["frozen"]


@pytest.mark.parametrize(
    ("values", "reason", "words"),
    [
        ((4.9, 4.8, 4.6, 4.7, 4.8), "done", "lowest at r = 1 (4.60 nats): 0.300 below frozen."),
        ((4.61, 4.61, 4.6, 4.62, 4.61), "done", "no difference you can trust"),
        ((4.9, 4.8, 4.6, 4.7, 4.8), "diverged", "Diverged at r = 0, step 250"),
    ],
)
def test_the_dial_tells_a_tie_r_1_and_a_divergence(values, reason, words):
    arms = controls_07.dial(QUICK, {})
    view = View(tuple(arm_view(a, {0: 9.0, 250: v}, reason) for a, v in zip(arms, values, strict=True)), {})
    assert words in text(verdict_07.dial_verdict(view))


def test_more_text_is_advised_only_where_there_is_more():
    for keep, more in ((QUICK.keep, True), (controls_07.MOST, False)):
        arms = controls_07.dial(replace(QUICK, keep=keep), {})
        at = zip(arms, (6.3, 6.35, 6.7, 7.2, 7.7), strict=True)
        seen = View(tuple(arm_view(a, {0: 9.0, 250: v}) for a, v in at), {})
        assert ("more text" in text(verdict_07.dial_verdict(seen))) == more


@pytest.mark.parametrize(
    ("corpus", "ends", "there", "gone"),
    [
        ("manual", (5.0, 5.8, 6.4, 6.2, 6.5, 6.5), "it has met", "read docstrings"),
        ("tales-en", (5.0, 5.8, 6.4, 6.2, 6.5, 6.5), "read docstrings", "same kind"),
        ("manual", (6.5, 6.5, 6.5, 6.5, 6.5, 6.5), "bring", "it has met"),
        ("manual", (9.0, 9.5, 9.6, 9.7, 9.8, 9.9), "no comparison", "worth"),
    ],
)
def test_a_donor_is_praised_only_for_what_it_brought(corpus, ends, there, gone):
    arms = controls_07.givers(replace(QUICK, corpus=corpus), {})
    view = View(tuple(arm_view(a, {0: 9.0, 250: v}) for a, v in zip(arms, ends, strict=True)), {})
    said = text(verdict_07.giver_verdict(view))
    assert there in said and gone not in said


def test_before_any_step_the_alias_has_changed_nothing():
    (play,) = [p for p in LESSON.playgrounds if p.slug == "memory"]
    found = {f"{way}_difference": 0.0 for way in ("copy_", "alias", "assign", "late")} | {"alias_donor_change": 0.0}
    result = Result((Started(0), *(Metric(0, name, value) for name, value in found.items()), Finished(0, "done")))
    (arm,) = play.arms(replace(play.config, updates=0), {})
    view = View((ArmView(arm, "main", Status("done", 0, 0), result, "live"),), {})
    assert "Nothing is trained yet" in text(verdict_07.memory_verdict(view)) and verdict_07.alias_answer(view) is None


def test_the_length_of_a_row_that_is_gone_stands_beside_its_bar():
    assert "datum.factor < 0.25" in str(figures_07_inside.freeze_chart(View((), {})).to_dict(validate=False))


# --- sentences held against the numbers of real runs -------------------------------------------------------------------


def test_where_the_loan_does_not_show_no_cause_is_named():
    """Weight decay 3 on 50,000 tokens: all trained rows end alike, and the frozen one shows what the loan was worth."""
    said = text(verdict_07.verdict(compared(QUICK, yours=6.53, frozen=5.35, random=6.53, shuffled=6.56)))
    assert "0.03 nats apart" in said and "nothing to borrow" not in said and "freezing wins by 1.18" in said
    why = verdict_07.shuffle_why(compared(QUICK, yours=6.53, frozen=5.35, random=6.53, shuffled=6.56)).en
    assert "neighbours" not in why
    assert "neighbours" in verdict_07.shuffle_why(compared(QUICK, yours=6.7, frozen=6.3, random=7.27, shuffled=7.29)).en


def test_freezing_that_loses_to_a_run_past_its_best_is_not_laid_to_the_text():
    """Weight decay 1 on 2,000 tokens: 6.52 frozen, 6.47 trainable, which had been at 6.16."""
    ends = {"frozen": (6.52, 5.77, 5.18, 4.94), "free": (6.46, 5.83, 5.42, 5.32), "random": (6.7, 6.1, 5.7, 5.6)}
    view = crossed(**ends)
    arms = [
        replace(a, result=arm_view(a.arm, {0: 9.0, 50: 6.16, 250: 6.46}).result) if a.arm.label == "free 2000" else a
        for a in view.arms
    ]
    said = text(verdict_07.crossover_verdict(View(tuple(arms), view.values)))
    assert "loses by 0.06 nats." in said and "improve on the loan" not in said
    assert "cross at about" in said, "the order may turn round the other way"


def test_yours_that_began_far_up_and_is_falling_is_not_called_too_fast():
    """A shuffled donor with its head at std 3 and lr 1e-4: 17.2 at the start, 16.9 after 50 steps."""
    arms = controls_07.against(QUICK, {"arms": ""})
    view = View((arm_view(arms[0], {0: 17.2, 50: 16.9}),), {})
    said = text(verdict_07.verdict(view))
    assert "began at 17.2" in said and "too high" not in said
    thrown = View((arm_view(arms[0], {0: 7.7, 250: 9.4}),), {})
    assert "too high" in text(verdict_07.verdict(thrown)), "same on its own text and above its start"


def test_the_dial_names_what_lies_too_near_its_lowest_dot():
    arms = controls_07.dial(QUICK, {})
    at = zip(arms, (6.564, 6.563, 6.562, 6.628, 7.147), strict=True)
    said = text(verdict_07.dial_verdict(View(tuple(arm_view(a, {0: 9.0, 250: v}) for a, v in at), {})))
    assert "no difference you can trust: r = 0, 0.1." in said and "Now give it" not in said


def test_notes_and_captions_say_what_their_runs_show():
    notes = {p.name: p.look_for.en for p in LESSON.playgrounds[0].presets}
    assert "catches up" not in notes["scale"] and "Four lines" in notes["quick"]
    assert "nothing of the donor" not in notes["hot"], "the median cosine is 0.65 after ten steps"
    assert "lower than the others ever get" in notes["whole"], "5.18 at step 0; the others' best is 5.81"
    assert "Left of the crossing" not in figures_07.crossover.help.en, "weight decay turns it round"
    assert "a little by weight decay" not in figures_07_inside.movement.help.en
    assert "that ships" in figures_07_inside.neighbours.help.en


def test_every_claim_can_be_read_alone():
    for claim in LESSON.claims:
        said = claim.text.en
        assert not said.startswith(("…", "Its ", "It ")) and " it starts" not in said, claim.id
