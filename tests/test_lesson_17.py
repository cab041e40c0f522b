"""Lesson 17's arms, rules in words and claims, on made-up runs that show each case."""

import math
from dataclasses import replace

import pytest

from app.controls import settings
from app.view import ArmView, View
from core import experiment
from core.events import Finished, Metric, Started, Table
from core.experiments import model5
from core.result import Result
from core.runs import Status
from pages import claims_17, figures_17, verdict_17
from pages import lesson_17_dropout_in_model_5 as page
from pages.controls_17 import PLACES

EVERYWHERE = "all,attention,embedding,mlp,residual"


def result(test, reason="done", **more):
    """A finished run whose test loss went through `test`, {step: value}; `more`: other metrics, one value or a list."""
    events = [Started(100, {"references": {"uniform": 7.6, "unigram": 6.2}})]
    for step, value in test.items():
        events += [Metric(step, "train_loss", value + 0.1 * (step % 3), 0.02 * step), Metric(step, "test_loss", value)]
    for name, values in more.items():
        events += [Metric(i, name, v) for i, v in enumerate(values if isinstance(values, list) else [values], 1)]
    return Result((*events, Finished(max(test), reason)))


def view(arms, results, values=None, lang="en"):
    seen = []
    for arm in arms:
        config = replace(arm.config, steps=results[arm.label].step) if hasattr(arm.config, "steps") else arm.config
        seen.append(ArmView(replace(arm, config=config), arm.label, Status("done", 1, 1), results[arm.label], "live"))
    return View(tuple(seen), values or {}, lang)


def places(deltas, seeds=1, lang="en", **values):
    """A view of the first playground: {place: how much it adds to 6.0, or a list, one a seed}."""
    values = {"sites": EVERYWHERE, "seeds": seeds} | values
    arms = page.sites(page.QUICK, values)
    results = {}
    for arm in arms:
        site, seed = figures_17.split(arm.label)
        delta = 0.0 if site == "none" else deltas.get(site, 0.0)
        results[arm.label] = result({0: 7.6, 100: 6.0 + (delta[seed] if isinstance(delta, list) else delta)})
    return view(arms, results, vars(page.QUICK) | values, lang)


def said(lines):
    return " ".join(line("en") for line in lines)


# --- which runs --------------------------------------------------------------------------------------------------


def drops_of(config, **values):
    return {arm.label: model5.drops(arm.config) for arm in page.sites(config, {"sites": EVERYWHERE} | values)}


def test_each_arm_drops_where_it_says_and_nowhere_else():
    found = drops_of(page.QUICK)
    assert found["none 0"] == {}
    assert all(found[f"{place} 0"] == {place: 0.4} for place in PLACES)
    assert found["all 0"] == dict.fromkeys(PLACES, 0.4)


def test_a_place_with_a_p_of_its_own_leaves_the_p_of_all():
    found = drops_of(replace(page.QUICK, drop_mlp=0.9, drop_attention=0.0))
    assert found["mlp 0"] == {"mlp": 0.9} and found["attention 0"] == {}
    assert found["all 0"] == {"embedding": 0.4, "residual": 0.4, "mlp": 0.9}


def test_the_same_probabilities_are_the_same_run_however_they_were_set():
    by_all, by_each = (
        page.sites(config, {"sites": "all"})[1].config
        for config in (page.QUICK, replace(page.QUICK, **{f"drop_{place}": 0.4 for place in PLACES}))
    )
    assert experiment.run_id(by_all) == experiment.run_id(by_each)


def test_every_seed_has_its_own_run_without_dropout():
    labels = [arm.label for arm in page.sites(page.QUICK, {"sites": "mlp", "seeds": 2})]
    assert labels == ["none 0", "mlp 0", "none 1", "mlp 1"]


def test_the_division_by_root_d_and_by_a_number_go_to_the_dashed_arms_only():
    for config, divisor in ((page.DIVIDED, 8.0), (replace(page.DIVIDED, divisor=2.0), 2.0)):
        found = {arm.label: (model5.divisor(arm.config), arm.dash) for arm in page.four(config, {})}
        assert found == {
            f"{size} {how}": (divisor if how == "divided" else 1.0, how == "divided")
            for size in ("small", "unit")
            for how in ("plain", "divided")
        }
    assert len(page.four(replace(page.DIVIDED, init_std=1.0), {})) == 2


def test_the_three_readings_read_one_and_the_same_run():
    arms = page.readings(page.eval_mode.Config(), {"dropout": 0.3, "steps": 200})
    parents = {arm.config.parent for arm in arms if arm.label != "calls"}
    assert len(parents) == 1
    parent = experiment.decode(parents.pop())
    assert (parent.dropout, parent.steps, parent.tokenizer) == (0.3, 200, "words")
    assert arms[-1].config.p == 0.3
    prose = page.readings(page.eval_mode.Config(), {"corpus": "manual"})[0].config
    assert experiment.decode(prose.parent).tokenizer == "bpe"


def test_a_reading_is_named_by_the_settings_of_the_run_it_reads():
    before, after = (settings(page.readings(page.eval_mode.Config(), {"dropout": p})[0].config) for p in (0.2, 0.4))
    assert {k: after[k] for k in after if after[k] != before[k]} == {"dropout": 0.4}


# --- the picture -------------------------------------------------------------------------------------------------


def test_costs_are_paired_by_seed():
    found = figures_17.costs(places({"mlp": [0.1, 0.3]}, seeds=2))
    assert found["mlp"] == pytest.approx({0: 0.1, 1: 0.3})
    assert found["attention"] == pytest.approx({0: 0.0, 1: 0.0})


def test_the_taps_follow_the_sliders_even_while_older_runs_are_drawn():
    rows = figures_17.block_rows(places({}, dropout=0.9, drop_mlp=0.25)).set_index("site")
    taps = rows[rows["kind"] == "tap"]["open"]
    assert taps["mlp"] == pytest.approx(0.75) and taps["residual"] == pytest.approx(0.1)


def test_the_shapes_are_those_of_the_settings():
    config = replace(page.QUICK, batch=2, context=16, width=96, heads=3)
    assert figures_17.shape_of(config, "attention") == "B × H × T × T = 2 × 3 × 16 × 16"
    assert figures_17.shape_of(config, "mlp") == "B × T × C = 2 × 16 × 96"


# --- the words ---------------------------------------------------------------------------------------------------

CASES = {
    "costs": ({"all": 0.3, "mlp": 0.2, "attention": -0.01}, 1, ("+0.300", "does not help", "MLP output costs most")),
    "helps": ({"all": -0.3}, 1, ("−0.300", "dropout helps")),
    "nothing": ({"all": 0.01}, 1, ("too little to see",)),
    "one seed": ({"mlp": 0.2}, 1, ("run three before you rank",)),
    "a sign": ({"mlp": [0.2, 0.1, 0.3], "residual": [0.1, -0.1, 0.1]}, 3, ("same sign for all 3 seeds: MLP output",)),
    "no sign": ({place: [0.1, -0.1, 0.1] for place in PLACES}, 3, ("no single place has a sign",)),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_said_about_the_places(case):
    deltas, seeds, words = CASES[case]
    text = said(verdict_17.places_verdict(places(deltas, seeds)))
    for word in words:
        assert word in text


def test_a_run_that_diverged_is_named_with_its_last_finite_loss():
    arms = page.sites(page.QUICK, {"sites": "mlp"})
    broken = result({0: 7.6, 10: 8.25, 20: math.nan}, reason="diverged")
    seen = view(arms, {"none 0": result({0: 7.6, 20: 6.0}), "mlp 0": broken})
    text = said(verdict_17.places_verdict(seen))
    assert "MLP output: diverged at step 20" in text and "8.25" in text


@pytest.mark.parametrize(
    ("deltas", "place", "together"),
    [
        ({"mlp": 0.1, "attention": 0.0, "all": 0.2}, "mlp", "higher"),
        ({"mlp": 0.0, "attention": 0.1, "all": -0.2}, "attention", "lower"),
        ({"mlp": 0.01, "attention": 0.0, "all": 0.0}, "same", "same"),
    ],
)
def test_the_predictions_about_places_are_decided_by_the_runs(deltas, place, together):
    seen = places(deltas)
    assert verdict_17.dearer(seen) == place and verdict_17.together(seen) == together
    for prediction in page.LESSON.playgrounds[0].predictions:
        assert prediction.answer(seen) in dict(prediction.options)
        assert "{" not in prediction.why(seen)("vi")


def readings(train, attention=0.0, steady=60.0):
    """A view of the second playground: evaluation at 1.0, the others above it."""
    arms = page.readings(page.eval_mode.Config(), {})
    six = range(1, 7)
    table = Table(0, "calls", {"call": ["module"], "mode": ["eval"], "zeros": [0.0], "difference": [0.0]})
    results = {
        "eval": result(dict.fromkeys(six, 1.0), steady=60.0),
        "train": result({i: 1.0 + train * (1 + 0.01 * (i % 2)) for i in six}, masks_loss=[1.1, 1.05]),
        "attention": result({i: 1.0 + attention * (1 + 0.01 * (i % 2)) for i in six}, steady=steady),
        "calls": Result((Started(0), table, Finished(0, "done"))),
    }
    return view(arms, results)


def test_a_bias_is_told_from_noise_and_the_silent_bug_is_named():
    text = said(verdict_17.modes_verdict(readings(0.1, 0.02, steady=3.0)))
    assert "6 readings, one number, 1.0000" in text
    assert "0.101 nats worse" in text and "times the noise" in text
    assert "attention that forgets" in text and "differs from token 4 on" in text
    quiet = said(verdict_17.modes_verdict(readings(0.0)))
    assert "Training mode changes nothing" in quiet and "forgets" not in quiet


@pytest.mark.parametrize(("gap", "answer"), [(0.001, "tiny"), (0.09, "tenth"), (0.8, "nat")])
def test_how_much_a_forgotten_eval_costs_is_decided_by_the_run(gap, answer):
    assert verdict_17.left_on(readings(gap)) == answer


def divided(small, unit):
    """Test losses divided minus undivided, for the two initial sizes."""
    arms = page.four(page.DIVIDED, {})
    cost = {"small divided": small, "unit divided": unit}
    return view(arms, {a.label: result({0: 7.6, 100: 6.0 + cost.get(a.label, 0.0)}, logit_std=[0.1, 1]) for a in arms})


@pytest.mark.parametrize(
    ("small", "unit", "answer", "words"),
    [
        (1.0, -4.0, "better", ("Init 0.02: dividing costs 1.00", "Init 1: dividing saves 4.00")),
        (-1.0, 0.01, "worse", ("Init 0.02: dividing saves", "Init 1: the division makes no difference")),
        (0.1, 0.1, "same", ("costs 0.100",)),
    ],
)
def test_the_division_is_judged_at_each_size(small, unit, answer, words):
    seen = divided(small, unit)
    assert verdict_17.undivided(seen) == answer
    for word in words:
        assert word in said(verdict_17.divide_verdict(seen))


@pytest.mark.parametrize(("step", "spoken"), [(0, False), (10, False), (20, True)])
def test_the_division_is_not_judged_before_anything_is_trained(step, spoken):
    arms = page.four(page.DIVIDED, {})
    start = {"small": 7.6, "unit plain": 43.7, "unit divided": 7.6}
    points = {a.label: next(v for k, v in start.items() if a.label.startswith(k)) for a in arms}
    seen = view(arms, {label: result(dict.fromkeys((0, step), loss)) for label, loss in points.items()})
    assert ("dividing saves 36.1 nats" in said(verdict_17.divide_verdict(seen))) == spoken
    assert ("makes no difference" in said(verdict_17.divide_verdict(seen))) == spoken


def test_evaluation_mode_is_judged_after_its_six_readings():
    seen = readings(0.1)
    first = replace(seen.arms[0], result=Result((Started(6), Metric(1, "test_loss", 1.0))))
    assert verdict_17.modes_verdict(replace(seen, arms=(first, *seen.arms[1:]))) == []


# --- the claims --------------------------------------------------------------------------------------------------


def test_log_softmax_loses_no_temperature_and_a_set_counts_as_well_as_numpy():
    assert claims_17.temperature_lost({}) < 1e-12
    assert claims_17.counted_twice({}) == 0


def test_stability_is_not_measured_where_evaluation_mode_scatters():
    noisy, calm = result({1: 1.0, 2: 1.1}), result({1: 1.0, 2: 1.0})
    assert claims_17.still({"eval": calm, "train": noisy}) > 0
    assert math.isnan(claims_17.still({"eval": noisy, "train": noisy}))


def test_the_bias_is_counted_in_readings():
    calm, noisy = result({1: 1.0, 2: 1.0}), result({1: 1.2, 2: 1.4})
    assert claims_17.bias({"eval": calm, "train": noisy}) == pytest.approx(0.3 / (0.2 / math.sqrt(2)))


@pytest.mark.parametrize("claim", page.LESSON.claims, ids=lambda claim: claim.id)
def test_every_claim_names_runs_that_exist(claim):
    for config in claim.needs(10).values():
        assert experiment.run_id(config)


def test_the_scatter_of_a_run_that_diverged_is_no_number_and_not_told():
    assert math.isnan(verdict_17.scatter(result({0: 7.6, 1: 7.5, 2: math.nan, 3: math.nan}, "diverged")))
    arms = page.sites(page.QUICK, {"sites": EVERYWHERE, "seeds": 1})
    bad = result({0: 7.6, 1: 7.5, 2: math.nan, 100: math.nan}, "diverged")
    seen = view(arms, {a.label: bad for a in arms}, vars(page.QUICK) | {"sites": EVERYWHERE, "seeds": 1})
    assert all("scatter" not in readout.label.en for readout in verdict_17.places_readouts(seen))


def test_a_division_that_ends_without_bound_is_not_put_in_numbers():
    seen = divided(math.inf, -math.inf)
    said = [line.en for line in verdict_17.divide_verdict(seen)]
    assert len(said) == 2 and all("diverged at step" in line and "inf" not in line for line in said)
    assert verdict_17.undivided(seen) is None


# --- sentences that a strict student holds against the numbers -----------------------------------------------------


def test_often_read_is_said_only_where_the_test_loss_has_turned_up():
    def seen(lowest):
        arms = page.sites(page.QUICK, {"sites": "all"})
        found = {"none 0": result({0: 7.6, 50: lowest, 100: 6.5}), "all 0": result({0: 7.6, 50: 6.4, 100: 6.2})}
        return said(verdict_17.places_verdict(view(arms, found, vars(page.QUICK))))

    assert "read so often" in seen(6.0)
    assert "has not turned up" in seen(6.7) and "read so often" not in seen(6.7)


def test_where_no_place_costs_none_is_said_to():
    text = said(verdict_17.places_verdict(places({p: -0.1 - 0.1 * i for i, p in enumerate(PLACES)})))
    assert "no place costs anything" in text and "costs most" not in text and "−0.400" in text


@pytest.mark.parametrize("seeds", [1, 2])
def test_two_seeds_are_not_called_one(seeds):
    assert "One or two seeds" in said(
        verdict_17.places_verdict(places({"mlp": [0.2, 0.1]} if seeds == 2 else {}, seeds))
    )


def test_the_scatter_is_that_of_forty_steps_in_a_row_or_not_told():
    def run(steps):
        points = [Metric(s, "train_loss", 7.6 if s < 60 else 6.0 + 0.1 * (s % 2)) for s in steps]
        return Result((Started(100), *points, Finished(100, "done")))

    assert verdict_17.scatter(run(range(1, 101))) == pytest.approx(0.0506, abs=1e-3)
    assert math.isnan(verdict_17.scatter(run(range(1, 101, 3)))) and math.isnan(verdict_17.scatter(run(range(1, 21))))


def test_the_questions_about_places_are_answered_at_their_p_and_length_alone():
    deltas = {"mlp": 0.2, "attention": 0.0, "all": 0.3}
    seen = places(deltas)
    assert verdict_17.dearer(seen) == "mlp" and verdict_17.together(seen) == "higher"
    strong = tuple(
        replace(a, arm=replace(a.arm, config=page.at(a.arm.config, dict.fromkeys(PLACES, 0.9)))) for a in seen.arms
    )
    assert (
        verdict_17.dearer(replace(seen, arms=strong)) is None
        and verdict_17.together(replace(seen, arms=strong)) is None
    )
    arms = page.sites(page.QUICK, {"sites": EVERYWHERE})
    longer = view(arms, {a.label: result({0: 7.6, 200: 6.0 + (0.2 if "mlp" in a.label else 0.0)}) for a in arms})
    assert verdict_17.dearer(longer) is None


def test_the_reason_for_a_dear_place_is_given_for_that_place_alone():
    assert "no stand-in" in verdict_17.dearer_why(places({"mlp": 0.2, "attention": 0.0})).en
    assert "no stand-in" not in verdict_17.dearer_why(places({"mlp": 0.0, "attention": 0.2})).en


def test_how_often_the_text_was_read_is_counted():
    arms = page.sites(page.QUICK, {"sites": "all"})
    known = Result((Started(100, {"train_tokens": 5120}), *result({0: 7.6, 100: 6.0}).events[1:]))
    seen = view(arms, {a.label: known for a in arms})
    assert "10.0 readings of its text" in verdict_17.together_why(seen).en


def test_a_reading_in_training_mode_that_is_lower_is_called_lower():
    text = said(verdict_17.modes_verdict(readings(-0.01)))
    assert "lower here" in text and "p is 0" not in text and "times the noise" not in text


def test_a_forgotten_eval_is_asked_about_at_one_fifth():
    seen = readings(0.09)
    assert verdict_17.left_on(seen) == "tenth" and "fool a comparison" in verdict_17.left_on_why(seen).en
    assert "fool" not in verdict_17.left_on_why(readings(0.8)).en
    other = [
        replace(a, arm=replace(a.arm, config=replace(a.arm.config, p=0.4))) for a in seen.arms if "calls" in a.run_id
    ]
    assert verdict_17.left_on(replace(seen, arms=(*seen.arms[:-1], *other))) is None


def test_the_division_is_explained_by_the_first_spread_of_the_logits():
    words = verdict_17.division_words
    assert "keeps them small" in words(0.8, 0.16).en and "keeps" not in words(0.6, 1.6).en
    assert "far too large" in words(-4.0, 8.1).en
    assert "though the logits started small" in words(-0.2, 0.16).en and "too large" not in words(-0.2, 0.16).en


@pytest.mark.parametrize("other", [{"divisor": 2.0}, {"init_std": 0.5}, {"steps": 200}])
def test_the_question_about_root_d_is_answered_for_init_002_and_100_steps_alone(other):
    seen = divided(1.0, -4.0)
    arms = tuple(replace(a, arm=replace(a.arm, config=replace(a.arm.config, **other))) for a in seen.arms)
    assert verdict_17.undivided(seen) == "better" and verdict_17.undivided(replace(seen, arms=arms)) is None


@pytest.mark.parametrize("other", [{"sampler": "epochs"}, {"steps": 500}, {"tokens": 10_000}])
def test_the_question_about_250_batches_is_answered_for_them_alone(other):
    (play,) = (p for p in page.LESSON.playgrounds if p.slug == "coverage")

    def seen(config):
        found = Result(tuple(page.coverage.run(config, {})))
        return View((ArmView(page.single(config, {})[0], "x", Status("done", 1, 1), found, "inline"),), {})

    (ask,) = play.predictions
    assert ask.answer(seen(play.config)) == pytest.approx(48, abs=1)
    assert ask.answer(seen(replace(play.config, **other))) is None
    assert "though" not in said(play.verdict(seen(replace(play.config, **other))))


def test_a_dropout_that_costs_little_time_is_not_called_slow():
    arm = page.single(page.attention_time.Config(), {})[0]
    found = Result((Started(512), Metric(512, "ratio", 0.95), Finished(512, "done")))
    text = said(verdict_17.time_verdict(View((ArmView(arm, "x", Status("done", 1, 1), found, "live"),), {})))
    assert "0.950 times as long" in text and "slow" not in text
