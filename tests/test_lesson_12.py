"""Lesson 12's rules in words: on flights that are computed here and on made-up runs of the small GPT."""

from dataclasses import replace

import pytest

from app.lesson import Arm
from app.view import ArmView, View, inline, look
from core.events import Finished, Metric, Started, Table
from core.experiments import flight, one_layer
from core.result import Result
from core.runs import Status
from pages import figures_12, figures_12_gpt, verdict_12, verdict_12_gpt
from pages import lesson_12_weight_initialization as page


def fly(arms=page.fly, **values):
    return View(tuple(look(a) for a in arms(replace(page.FLIGHT, **values), {})), {"layer_at": 10})


CASES = {
    "overflow": ({"std": 1.0}, "∞ at layer 32; theory had said 32"),
    "vanished": ({"scheme": "zeros"}, "nothing but zeros from layer 1"),
    "shrinks": ({}, "of a spread of 1, 1.71e-25 is left"),
    "grows": ({"std": 0.1}, "has become"),
    "kept": ({"std": 0.0625}, ": kept, 0.9"),
    "bounded": ({"std": 0.068}, "kept within bounds (0.0500 to 100)"),
    "clones": ({"scheme": "constant", "activation": "tanh", "std": 0.004}, "copies of one"),
    "nobody": ({"activation": "gelu"}, "No scheme here keeps it"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_flights_verdict_names_what_became_of_the_signal(case):
    values, words = CASES[case]
    assert words in " ".join(line.en for line in verdict_12.flight_verdict(fly(**values)))


def test_the_race_is_decided_only_by_the_race():
    single, half = (verdict_12.race_answer(d) for d in ("float32", "float16"))
    assert single(fly(std=1.0)) == 32 and single(fly()) is None and single(fly(std=1.0, activation="relu")) is None
    assert half(fly(std=1.0, dtype="float16")) == 4 and half(fly(std=1.0)) is None
    assert "16^32" in verdict_12.race_why(fly(std=1.0)).en


def test_layernorm_is_the_rescuer_on_five_seeds():
    found = [verdict_12.rescue_answer(fly(page.rescue, std=1.0, activation="gelu", seed=s)) for s in range(5)]
    assert found == ["layernorm"] * 5
    assert verdict_12.rescue_answer(fly(page.rescue, std=0.02)) is None


def test_the_limit_of_the_format_is_drawn_only_where_a_line_comes_near():
    assert "largest" in set(figures_12.flight_rows(fly(std=1.0))["what"])
    assert "largest" not in set(figures_12.flight_rows(fly(std=0.0625))["what"])
    assert "normal" in set(figures_12.flight_rows(fly(std=0.01))["what"])


def run(first, last, reason="done", rows=256, ratio=0.7):
    facts = {"references": {"uniform": 7.6, "unigram": 6.2}}
    events = [Started(120, facts), Metric(0, "test_loss", first), Metric(0, "train_loss", first, 0.0)]
    events += [Metric(0, "gradient_ratio", ratio), Metric(120, "test_loss", last), Metric(120, "rows", rows)]
    events += [Metric(120, "train_loss", last, 1.0)]
    events += [Table(0, "blocks", {"block": [0, 1, 2], "gradient": [1.0, 0.5, 0.3], "stream": [1.0, 2.0, 3.0]})]
    events += [Table(120, "moved", {"matrix": ["wte"], "moved": [0.5]}), Finished(120, reason)]
    return Result(tuple(events))


def gpt(results, family="sweep", lang="en"):
    arms = [a for a in page.starts(page.GPT, {"starts": family, "seeds": 1}) if a.label in results]
    seen = tuple(ArmView(a, a.label, Status("done", 120, 120), results[a.label], "live") for a in arms)
    return View(seen, {"starts": family}, lang)


@pytest.mark.parametrize(
    ("one", "answer", "words"),
    [
        (run(28.0, 8.5), "bad", "bad start, no overflow"),
        (run(28.0, 27.9), "flat", "bad start, no overflow"),
        (run(28.0, 6.0), "fine", "bad start, no overflow"),
        (run(28.0, 28.0, reason="diverged"), "nan", "diverged at step 120"),
    ],
)
def test_what_became_of_std_one_is_read_from_the_run(one, answer, words):
    view = gpt({"0.02": run(7.6, 5.9), "1": one})
    assert verdict_12_gpt.one_answer(view) == answer
    assert words in " ".join(line.en for line in verdict_12_gpt.gpt_verdict(view))


def test_dead_starts_and_clones_are_called_that():
    view = gpt({"0.02": run(7.6, 5.9), "zeros": run(7.6, 7.6, rows=1), "zero blocks": run(7.6, 5.8, rows=1)}, "dead")
    said = " ".join(line.en for line in verdict_12_gpt.gpt_verdict(view))
    assert "all zero: the loss has not moved" in said and "zero blocks: learning, but" in said


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("family", ["sweep", "schemes", "dead"])
def test_every_figure_of_the_small_gpt_draws(family, lang):
    labels = [a.label for a in page.starts(page.GPT, {"starts": family, "seeds": 1})]
    view = gpt({label: run(7.6, 6.0) for label in labels}, family, lang)
    for figure in (figures_12_gpt.sweep, figures_12_gpt.curves, figures_12_gpt.blocks, figures_12_gpt.moved):
        assert len(figure.rows(view))
        charts = figure.chart(view)
        for chart in charts if isinstance(charts, tuple) else (charts,):
            chart.to_dict()


def test_a_start_of_your_own_joins_the_sweep_and_seeds_multiply_it():
    own = page.starts(replace(page.GPT, std=0.05), {"starts": "sweep", "seeds": 2})
    assert own[0].config.std == 0.05 and len(own) == 14
    assert {a.config.seed for a in own} == {0, 1}
    assert len(page.starts(page.GPT, {"starts": "sweep", "seeds": 1})) == 6


def test_arms_differ_and_a_scheme_is_not_drawn_twice():
    assert len(page.fly(flight.Config(scheme="he_normal"), {})) == 3
    assert isinstance(page.fly(flight.Config(), {})[0], Arm)


def test_every_claim_of_the_course_is_there():
    ids = [c.id for c in page.LESSON.claims]
    assert ids[:10] == [f"12.{letter}" for letter in "abcdefghij"]
    assert not {s for c in page.LESSON.claims for s in c.seeds if c.kind == "training"} & set(range(5))


# --- results nobody hopes for ----------------------------------------------------------------------------------------


def told(view):
    return " ".join(line.en for line in verdict_12_gpt.gpt_verdict(view))


def with_gradient(result, value):
    return Result((result.events[0], Metric(0, "gradient", value), *result.events[1:]))


def test_a_start_that_diverged_is_neither_the_lowest_nor_the_worst():
    said = told(gpt({"0.02": run(7.6, 5.9), "1": run(28.0, 4.0, reason="diverged"), "0.1": run(7.6, 6.2)}))
    assert "Lowest here: σ 0.02" in said and "σ 1: bad start" not in said


def test_a_loss_that_hardly_moves_is_dead_only_without_a_gradient():
    still = run(7.6, 7.6)
    assert "exactly zero" not in told(gpt({"0.02": with_gradient(still, 0.5), "0.1": run(7.6, 6.0)}))
    assert "exactly zero" in told(gpt({"0.02": with_gradient(still, 0.0), "0.1": run(7.6, 6.0)}))
    begun = Result((*(e for e in still.events if getattr(e, "step", 0) == 0), Finished(0, "stopped")))
    assert "exactly zero" not in told(gpt({"0.02": begun, "0.1": begun}))


@pytest.mark.parametrize("values", [{"steps": 20}, {"optimizer": "sgd"}, {"lr": 1e-5}])
def test_what_a_start_of_one_comes_to_is_left_open_where_the_steps_decide(values):
    view = gpt({"0.02": run(7.6, 7.5), "1": run(28.0, 27.9)})
    arms = tuple(replace(a, arm=replace(a.arm, config=replace(a.arm.config, **values))) for a in view.arms)
    assert verdict_12_gpt.one_answer(View(arms, view.values)) is None


def test_a_start_of_one_that_diverged_is_not_said_to_stay_finite():
    view = gpt({"0.02": run(7.6, 5.9), "1": run(28.0, float("nan"), reason="diverged")})
    why = verdict_12_gpt.one_why(view)
    assert "NaN" not in why.en and "finite" not in why.en
    assert "NaN" not in " ".join(str(r.value) for r in verdict_12_gpt.gpt_readouts(gpt({"1": run(28.0, float("nan"))})))


@pytest.mark.parametrize(
    "other",
    [{"activation": "linear"}, {"std": 3.0}, {"dtype": "float16"}, {"scheme": "uniform"}, {"depth": 100, "lsuv": True}],
)
def test_the_rescue_is_decided_by_the_stack_of_the_question(other):
    values = {"std": 1.0, "activation": "gelu"} | other
    assert verdict_12.rescue_answer(fly(page.rescue, **values)) is None


def test_one_block_has_no_other_to_be_compared_with():
    arms = [a for a in page.starts(replace(page.GPT, blocks=1), {"starts": "sweep", "seeds": 1})][:1]
    view = View((ArmView(arms[0], "x", Status("done", 120, 120), run(7.6, 6.0), "live"),), {})
    assert "One block" in verdict_12_gpt.deep_verdict(view)[0].en


def test_nothing_to_measure_is_said_in_words():
    value = verdict_12.flight_readouts(fly(scheme="zeros"))[0].value
    assert value.en == "nothing to measure" and value.vi != value.en
    assert "choose “normal”" in " ".join(
        t.en for t in verdict_12.flight_verdict(fly(scheme="pytorch", activation="gelu", depth=100))
    )


# --- sentences held against the numbers beside them ------------------------------------------------------------------


def test_a_start_too_close_to_the_lowest_is_not_ranked_behind_it():
    said = told(gpt({"0.02": run(7.6, 5.95), "0.1": run(7.9, 5.81), "0.3": run(10.5, 6.21)}))
    assert "Lowest here: σ 0.1, 5.81 nats. Too close to tell apart from it: σ 0.02 (less than 0.2 nats apart" in said
    assert "Too close" not in told(gpt({"0.02": run(7.6, 6.5), "0.1": run(7.9, 5.81)}))


def test_several_seeds_are_ranked_by_their_means():
    arms = page.starts(page.GPT, {"starts": "sweep", "seeds": 2})
    last = {"0.02": 5.7, "0.02/1": 6.3, "0.1": 5.8, "0.1/1": 5.9}  # the lowest single run is none of the best start's
    seen = tuple(
        ArmView(a, a.label, Status("done", 120, 120), run(7.6, last[a.label]), "live") for a in arms if a.label in last
    )
    said = told(View(seen, {"starts": "sweep", "seeds": 2}))
    assert "Lowest here: σ 0.1, mean of 2 seeds, 5.85 nats" in said and "Too close" not in said


def test_a_bad_start_that_has_caught_up_is_not_behind():
    caught = told(gpt({"0.02": run(7.6, 6.246), "1": run(28.0, 6.243), "0.1": run(7.9, 6.23)}))
    assert "by now it has caught up" in caught and "nats behind" not in caught
    assert "still 2.44 nats behind" in told(gpt({"0.1": run(7.9, 5.812), "1": run(28.0, 8.252)}))


def test_a_run_that_was_stopped_or_has_not_begun_is_not_ranked():
    half = Result((*(e for e in run(7.6, 6.9).events if getattr(e, "step", 0) == 0), Metric(20, "test_loss", 6.9)))
    half = Result((*half.events, Finished(20, "stopped")))
    assert told(gpt({"0.02": half, "0.1": run(7.9, 5.8)})) == ""
    view = gpt({"0.02": run(7.6, 7.6), "1": run(28.0, 28.0)})
    arms = tuple(replace(a, arm=replace(a.arm, config=replace(a.arm.config, steps=0))) for a in view.arms)
    said = told(View(arms, view.values))
    assert said.startswith("No step yet") and "Lowest" not in said and "behind" not in said


def test_the_factor_of_a_layer_is_claimed_only_where_it_is_one():
    def help(**values):
        return verdict_12.flight_readouts(fly(**values))[1].help.en

    assert "The factor of one linear layer" in help()
    assert "is no factor here" in help(lsuv=True, std=1.0)
    assert "σ·width = 5.12" in help(scheme="constant", std=0.02)  # 50 layers grow by 4.85 each


def test_notes_of_presets_say_what_their_runs_show():
    notes = {p.name: p.look_for.en for g in page.LESSON.playgrounds for p in g.presets}
    assert "hardly moves" not in notes["sgd"]  # 7.61 to 6.40 in 120 steps
    assert "half of what they want" not in notes["unequal"]
    config = one_layer.Config(layer_scheme="xavier_uniform", n_in=512, n_out=50)
    result = inline(config)
    assert result.final("forward") > 1.2 and result.final("backward") < 0.6  # "signals grow, gradients shrink"
