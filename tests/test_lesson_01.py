"""Lesson 1's rules on runs that show each case."""

import dataclasses
import math

import pytest

from app.lesson import Arm, discover, start
from app.view import ArmView, View, look
from core.events import Finished, Metric, Started
from core.experiments import compute_cost, cost_spread, transfer
from core.result import Result
from core.runs import Status
from pages import figures_01, verdict_01_costs
from pages import figures_01_costs as cost
from pages import verdict_01 as words
from pages.figures_01 import crossing, curve_rows, donor_steps

LESSON = discover()[1]
PLAY = {p.slug: p for p in LESSON.playgrounds}
UNIFORM = 7.6


def run(start_, losses, zero=5.0, tokens=50_000, reason="done"):
    """An arm whose test losses are {step: value}."""
    config = transfer.Config(start=start_, text_tokens=tokens, steps=max(losses))
    facts = {"references": {"uniform": UNIFORM}, "train_tokens": tokens, "zero_shot": zero}
    events = [Started(max(losses), facts)]
    for step, value in losses.items():
        events += [
            Metric(step, "test_loss", value),
            Metric(step, "read_loss", value - step / 50),  # its own text becomes easier
            Metric(step, "train_loss", value),
        ]
    result = Result((*events, Finished(max(losses), reason)))
    arm = Arm(start_, PLAY["start"].arms(config, {})[0].name, config)
    return ArmView(arm, f"transfer-{start_}-{tokens}", Status(reason, max(losses), max(losses)), result, "live")


def said(*arms, rule=words.start_verdict, lang="en"):
    return " ".join(line(lang) for line in rule(View(arms, {})))


SCRATCH = {0: 7.7, 100: 6.0, 200: 5.0}


def test_a_good_donor_is_worth_so_many_times_fewer_steps():
    arms = run("pretrained", {0: 5.4, 20: 4.9, 200: 4.8}), run("scratch", SCRATCH)
    assert crossing(View(arms, {})) == (20, 200)
    assert "10 times fewer" in said(*arms)
    arms = run("pretrained", {0: 5.4, 80: 4.9, 400: 4.8}), run("scratch", {0: 7.7, 400: 5.0})
    assert (
        words.first_answer(View(arms, {})) == "tuned" and "paid for the grammar" in words.first_why(View(arms, {})).en
    )


def test_a_donor_that_only_gets_worse_is_to_be_left_alone():
    assert "Leave it alone" in said(run("pretrained", {0: 5.2, 20: 5.4, 200: 7.5}), run("scratch", SCRATCH))


def test_a_donor_that_starts_worse_than_guessing_is_a_bad_one():
    assert "bad donor" in said(run("pretrained", {0: 9.2, 100: 6.0, 200: 5.1}), run("scratch", SCRATCH))


def test_a_donor_below_everything_scratch_ends_with_needs_no_step():
    text = said(run("pretrained", {0: 5.2, 20: 5.08, 200: 5.97}), run("scratch", {0: 7.6, 60: 6.3, 200: 6.9}))
    assert "Before its first step" in text and "by heart" in text


def test_a_hot_start_forgets_before_it_learns():
    text = said(run("pretrained", {0: 5.2, 5: 5.6, 40: 5.2, 200: 5.0}), run("scratch", {0: 7.6, 200: 5.1}))
    assert "forgot faster than it learned" in text


def test_divergence_is_said_first_and_alone():
    text = said(run("pretrained", {0: 5.2, 3: math.inf}, reason="diverged"), run("scratch", SCRATCH))
    assert text.startswith("fine-tuned") and "diverged at step 3" in text


def test_nothing_is_decided_while_a_run_is_on_its_way():
    half = run("scratch", SCRATCH)
    half = dataclasses.replace(half, result=Result(half.result.events[:-1]))
    view = View((run("pretrained", {0: 5.4, 200: 4.8}), half), {})
    assert words.start_verdict(view) == [] and words.first_answer(view) is None


def test_the_donors_own_steps_move_its_curve_and_not_the_other():
    arms = run("pretrained", {0: 5.4, 20: 4.9}), run("scratch", {0: 7.7, 20: 6.0})
    rows = curve_rows(View(arms, {"donor_bill": True}))
    first = rows[rows.kind == "test"].groupby("arm").step.min()
    assert first["scratch"] == 0 and first["pretrained"] == donor_steps(arms[0].arm.config) == 800


def test_the_stored_quick_run_decides_the_first_question_as_five_seeds_do():
    view = View(tuple(look(a) for a in PLAY["start"].arms(PLAY["start"].config, {})), {})
    assert words.first_answer(view) == "tuned"
    view = View(tuple(look(a) for a in PLAY["much"].arms(PLAY["much"].config, {})), {})
    assert words.tiny_answer(view) == "leave"


def bill(config, **values):
    return View((look(Arm("you", cost.YOU, config, 3)),), start(LESSON, PLAY["cost"]) | values)


@pytest.mark.parametrize("preset", [p for p in PLAY["cost"].presets], ids=lambda p: p.name)
def test_every_bill_is_said_in_both_languages(preset):
    view = bill(dataclasses.replace(PLAY["cost"].config, **preset.values))
    for lang in ("en", "vi"):
        assert all("nan" not in line(lang) and "{" not in line(lang) for line in verdict_01_costs.cost_verdict(view))
    assert len(verdict_01_costs.cost_readouts(view)) == 8


def test_the_courses_estimate_separates_the_cluster_from_the_run():
    course = next(p for p in PLAY["cost"].presets if p.name == "course")
    text = verdict_01_costs.cost_verdict(bill(dataclasses.replace(PLAY["cost"].config, **course.values)))[0].en
    assert "$450M" in text and "not the price of the run" in text


def test_llamas_preset_gives_back_the_hours_of_its_card():
    llama = next(p for p in PLAY["cost"].presets if p.name == "llama")
    view = bill(dataclasses.replace(PLAY["cost"].config, **llama.values))
    assert view.main.final("hours") == pytest.approx(30.84e6, rel=0.01)
    assert view.main.final("tonnes") == pytest.approx(8930, rel=0.01)


def test_a_cleaner_grid_is_seven_times_less_and_two_fits_differ_fivefold():
    view = bill(compute_cost.Config())
    assert verdict_01_costs.grid_answer(view) == "seven" and verdict_01_costs.fits_answer(view) == "five"


def test_no_loss_above_a_uniform_guess_is_ever_repeated():
    far = bill(compute_cost.Config(parameters=1.24e8, tokens=142_000))
    text = " ".join(r.value("en") if callable(r.value) else r.value for r in verdict_01_costs.map_readouts(far))
    assert text.count("outside the fitted range") == 2 and "17" not in text
    assert "knows nothing" in verdict_01_costs.map_verdict(far)[0].en


def test_doubts_of_a_factor_of_two_make_a_headline_known_to_a_factor_of_three():
    view = View((look(Arm("you", cost.YOU, cost_spread.Config(), 3)),), {})
    assert verdict_01_costs.doubt_answer(view) == "three"
    sure = cost_spread.Config(by_parameters=1, by_tokens=1, by_mfu=1, by_price=1)
    assert "No doubt" in verdict_01_costs.doubt_verdict(View((look(Arm("you", cost.YOU, sure, 3)),), {}))[0].en


@pytest.mark.parametrize(
    ("value", "text"), [(2.9851, "$2.99"), (1536, "$1,536"), (62.7e6, "$62.7M"), (450e6, "$450M"), (1.2e9, "$1.2B")]
)
def test_dollars_are_read_as_people_say_them(value, text):
    assert cost.money(value) == text


def test_a_ratio_near_one_is_told_as_what_it_is():
    tuned = {0: 5.4, 300: 5.0, 400: 4.9}
    arms = run("pretrained", tuned), run("scratch", {0: 7.7, 300: 5.5, 400: 5.0})
    assert crossing(View(arms, {})) == (300, 400)
    assert "1.3 times fewer" in said(*arms) and "ít hơn 1.3 lần" in said(*arms, lang="vi")
    assert "1.3 times fewer steps" in set(curve_rows(View(arms, {}))["label"].dropna())


@pytest.mark.parametrize("best", [200, 300])
def test_as_many_steps_or_more_are_not_called_fewer(best):
    arms = run("pretrained", {0: 5.4, 200: 5.3, 300: 4.9}), run("scratch", {0: 7.7, best: 5.0, 400: 5.2})
    assert "saves no steps" in said(*arms) and "times fewer" not in said(*arms)
    assert "no fewer steps" in set(curve_rows(View(arms, {}))["label"].dropna())


# --- what no run, or no setting, supports is not said ----------------------------------------------------------------


def view_of(config, *arms):
    """A View whose arms carry this Config, each with its own start."""
    arms = [
        dataclasses.replace(
            a, arm=dataclasses.replace(a.arm, config=dataclasses.replace(config, start=a.arm.config.start))
        )
        for a in arms
    ]
    return View(tuple(arms), {})


@pytest.mark.parametrize("knob", [{"text_tokens": 5000}, {"steps": 200}, {"corpus": "docstrings"}])
def test_the_first_question_is_open_where_a_knob_says_something_else(knob):
    if "corpus" in knob:
        knob = {"corpus": "tales-en", "donor": "tales-en"}
    config = transfer.Config(text_tokens=50_000, steps=400)
    arms = run("pretrained", {0: 5.4, 80: 4.9, 400: 4.8}), run("scratch", {0: 7.7, 400: 5.0})
    assert words.first_answer(view_of(config, *arms)) == "tuned"
    assert words.first_answer(view_of(dataclasses.replace(config, **knob), *arms)) is None


def test_a_donor_that_loses_has_not_paid_for_any_grammar():
    arms = run("pretrained", {0: 9.4, 80: 6.9, 400: 5.8}), run("scratch", {0: 7.7, 400: 5.0})
    assert words.first_answer(View(arms, {})) == "scratch" and "grammar" not in words.first_why(View(arms, {})).en


@pytest.mark.parametrize(
    ("tuned", "scratch", "word"),
    [
        ({0: 5.2, 200: 5.195}, SCRATCH, "hardly moved"),
        ({0: 5.2, 200: 5.0}, {0: 7.6, 200: 7.7}, "nothing to compare"),
    ],
)
def test_runs_that_learned_nothing_say_nothing_of_the_donor(tuned, scratch, word):
    text = said(run("pretrained", tuned), run("scratch", scratch))
    assert word in text and "Leave it alone" not in text and "does not pay" not in text


def test_a_rate_that_spoils_its_own_text_as_well_is_not_called_learning_by_heart():
    hot = run("pretrained", {0: 5.2, 20: 4.9, 200: 12.0})
    assert "by heart" not in said(hot, run("scratch", SCRATCH))
    assert "learning rate is too high" in said(run("pretrained", {0: 5.2, 20: 6.4, 200: 12.0}), run("scratch", SCRATCH))


def sized(lang="en", reason="done", **ends):
    arms = [
        run(start_, {0: 7.6 if start_ == "scratch" else 5.2, 200: end}, tokens=int(n[1:]), reason=reason)
        for n, pair in ends.items()
        for start_, end in zip(("pretrained", "scratch"), pair, strict=True)
    ]
    return View(tuple(arms), {}, lang)


def test_the_sizes_conclude_only_what_they_show():
    same = sized(n1000=(5.1, 7.1), n50000=(5.0, 7.1))
    assert "something else" not in words.size_verdict(same)[0].en, "worth two nats throughout: a head start"
    assert "something else" in words.size_verdict(sized(n1000=(6.0, 5.9), n50000=(5.1, 5.0)))[0].en
    assert "Diverged with 1,000" in words.size_verdict(sized(reason="diverged", n1000=(9.0, 9.0)))[0].en


def test_the_tiny_text_is_recited_only_where_it_was():
    view = sized(n1000=(5.0, 7.1))
    assert words.tiny_answer(view) == "tuned" and "recites" not in words.tiny_why(view).en
    assert words.tiny_answer(sized(reason="diverged", n1000=(5.0, 7.1))) is None
    longer = View(tuple(dataclasses.replace(a) for a in view.arms), {})
    assert (
        words.tiny_answer(view_of(dataclasses.replace(transfer.Config(text_tokens=1000), steps=50), *longer.arms))
        is None
    )


def test_a_readout_waits_for_the_run_from_scratch_and_names_its_own_donor():
    tuned = run("pretrained", {0: 5.2, 20: 4.9})
    facts = {**tuned.result.facts, "flop_per_step": 1, "multiplying": 1, "pairs_per_step": 512}
    events = (Started(20, facts), *tuned.result.events[1:])
    for donor, tokens in (("docstrings", "409,600 tokens"), ("tales-en", "307,200 tokens")):
        arm = dataclasses.replace(tuned.arm, config=dataclasses.replace(tuned.arm.config, donor=donor))
        view = View((dataclasses.replace(tuned, arm=arm, result=Result(events)),), {})
        values = [r.value.en if callable(r.value) else r.value for r in words.start_readouts(view)]
        assert not any("nan" in v for v in values) and tokens in values


@pytest.mark.parametrize(
    ("values", "there", "gone"),
    [
        ({"gpus": 1}, "on one accelerator", "1 accelerators"),
        ({"served": 1e16}, "1.33 × 10⁶ times", "e+"),
        ({"served": 1e6}, "of the operations", "e-"),
        ({"gpus": 30_000, "tokens": 1e6, "parameters": 1e6}, "in less than 1 ms (worth", "e-"),
        ({"buy": "buy", "years": 1.0}, "after one year)", "1 years"),
        ({"buy": "buy", "years": 1.0, "gpus": 1, "tokens": 2e13}, "before this run", "uses up"),
    ],
)
def test_a_bill_at_its_ends_is_read_as_people_say_it(values, there, gone):
    view = bill(dataclasses.replace(PLAY["cost"].config, **values))
    text = " ".join(line.en for line in verdict_01_costs.cost_verdict(view))
    assert there in text and gone not in text and "$0.00" not in text, text
    assert not any("e-0" in str(r.value) for r in verdict_01_costs.cost_readouts(view))


def test_the_headline_question_is_open_where_a_doubt_is_another():
    config = cost_spread.Config(by_price=5.0)
    assert verdict_01_costs.doubt_answer(View((look(Arm("you", cost.YOU, config, 3)),), {})) is None


def test_no_white_number_stands_on_orange_and_a_run_being_written_is_drawn():
    view = bill(compute_cost.Config())
    assert '"#111111"' in cost.money_chart(view).to_json()
    half = run("pretrained", {0: 5.2, 20: 4.9})
    half = dataclasses.replace(half, result=Result((*half.result.events[:-1], Metric(40, "test_loss", 4.8))))
    assert figures_01.memory_rows(View((half,), {}))["step"].tolist() == [0, 20]


# --- sentences that a strict student holds against the numbers -----------------------------------------------------


def test_at_the_best_split_no_gain_is_promised():
    n, d = verdict_01_costs.compute.FITS["besiroglu"].best(6 * 1e9 * 2e10)
    there = verdict_01_costs.map_verdict(bill(compute_cost.Config(parameters=n, tokens=d)))[0].en
    assert "the same loss, to 0.001 nats" in there and "lower" not in there
    assert "nats lower" in verdict_01_costs.map_verdict(bill(compute_cost.Config(parameters=1e9, tokens=1e12)))[0].en


def test_a_mean_at_the_middle_is_not_said_to_lie_above_it():
    def mean(config):
        return verdict_01_costs.doubt_readouts(View((look(Arm("you", cost.YOU, config, 3)),), {}))[-1]

    assert "Above the middle" in mean(cost_spread.Config()).help.en
    assert mean(cost_spread.Config(by_parameters=1, by_tokens=1, by_mfu=1, by_price=1)).help is None


def test_a_difference_of_a_hundredth_is_no_law_about_the_amount_of_text():
    assert "the less you need" not in words.size_verdict(sized(n1000=(5.1, 6.11), n50000=(5.0, 6.0)))[0].en
    assert "the less you need" in words.size_verdict(sized(n1000=(5.1, 6.5), n50000=(5.0, 6.0)))[0].en
