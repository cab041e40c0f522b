"""Lesson 8's rules in words, on made-up runs that show each case; its figures on the same; its claims' arithmetic."""

import json
import math
import re
from dataclasses import replace

import pytest
import vl_convert

from app import charts
from app.i18n import same
from app.lesson import Arm, quick
from app.theme import GREY
from app.view import ArmView, View, look
from core import events
from core.events import Finished, Metric, Started, Table
from core.experiment import make
from core.experiments import coverage, model5, tying
from core.result import Result
from core.runs import Status
from pages import claims_08, figures_08, figures_08_start, verdict_08
from pages import lesson_08_train_model_5 as page

REFERENCES = {
    "uniform": 7.6,
    "unigram": 4.3,
    "unigram_table": 4.33,
    "bigram": 1.33,
    "bigram_table": 1.34,
    "oracle": 0.48,
}


def result(points, reason="done", references=REFERENCES, train=1.0, **more):
    """A finished run whose test loss went through `points`, {step: value}, and whose training loss was `train` times that."""
    facts = {
        "references": references,
        "parameters": 10,
        "counted": 10,
        "start_loss": 7.6,
        "train_tokens": 1000,
        "test_windows": 192,
    }
    events = [Started(500, facts)]
    for step, value in points.items():
        events += [
            Metric(step, "train_loss", train * value, step / 100),
            Metric(step, "test_loss", value),
            Metric(step, "test_se", 0.03),
        ]
        events += [Metric(step, name, v) for name, v in more.items()]
        events += [Table(step, "by_place", {"place": [1, 2], "loss": [1.0, 0.5]})]
    return Result((*events, Finished(max(points), reason)))


def view(results, lang="en", arms=None):
    arms = arms or page.compare(page.QUICK, {"inits": ",".join(results)})
    # as long as its points go: a run that ended before what was asked for is not done
    arms = [replace(a, config=replace(a.config, steps=results[a.label].step)) for a in arms]
    seen = tuple(ArmView(a, a.label, Status("done", 500, 500), results[a.label], "live") for a in arms)
    return View(seen, {"inits": ",".join(results), "x": "step"}, lang)


CASES = {
    "worse than guessing": ({0: 8.0, 100: 9.0}, "worse than guessing"),
    "below chance only": ({0: 7.6, 100: 5.0}, "not even learned how often"),
    "between the tables": ({0: 7.6, 100: 3.0}, "behind a table of word pairs"),
    "past the table": ({0: 7.6, 100: 2.0, 200: 1.0}, "passed the table"),
    "near perfect": ({0: 7.6, 100: 0.6, 200: 0.5}, "of perfect"),
    "still falling": ({0: 7.6, 100: 1.0, 200: 0.8}, "not converged"),
    "by heart": ({0: 7.6, 100: 0.7, 200: 0.8}, "learns by heart", 0.1),
    "thrown about": ({0: 7.6, 100: 0.7, 200: 0.8}, "the steps are too long"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_names_what_happened(case):
    points, words, *train = CASES[case]
    said = " ".join(s.en for s in verdict_08.verdict(view({"gpt2": result(points, train=(*train, 1.0)[0])})))
    assert words in said


def played(slug, preset, **metrics):
    """The playground with a preset's values; every arm has run through, with these metrics at step 0."""
    (playground,) = [p for p in page.LESSON.playgrounds if p.slug == slug]
    (values,) = [p.values for p in playground.presets if p.name == preset]
    arms = playground.arms(replace(playground.config, **values), dict(values))
    seen = [result({0: 7.6}, **metrics) for _ in arms]
    views = (ArmView(a, a.label, Status("done", 0, 0), r, "live") for a, r in zip(arms, seen, strict=True))
    found = View(tuple(views), dict(values))
    return " ".join(line.en for line in playground.verdict(found))


def test_the_echo_is_put_down_to_the_tie_only_where_there_is_one():
    assert "taught it to stutter" in played("echo", "quick", p_repeat=0.9)
    untied = played("echo", "untied", p_repeat=0.00046)
    assert "the echo came from the sharing" in untied and "1/V = 0.000500" in untied and "stutter" not in untied


def test_two_decays_are_told_with_the_digits_in_which_they_differ():
    names = {"course_moved": 2.0}
    assert "0.9025 instead of 0.9500" in played("tying", "quick", **names, course_decay=0.9025, same_decay=0.95)
    assert "0.999980 instead of 0.999990" in played("tying", "mild", **names, course_decay=0.99998, same_decay=0.99999)


def test_a_diverged_run_is_called_that():
    said = verdict_08.verdict(view({"course": result({0: 8.0, 10: 50.0}, reason="diverged")}))
    assert "diverged at step 10" in said[0].en and "phân kỳ ở bước 10" in said[0].vi


def test_two_arms_are_compared():
    said = verdict_08.verdict(view({"course": result({0: 8.2, 100: 3.9}), "gpt2": result({0: 7.6, 100: 2.2})}))
    assert "1.7" in said[-1].en


@pytest.mark.parametrize(
    ("course", "gpt2", "table", "init"),
    [(3.9, 1.0, "model", "large"), (5.8, 5.7, "table", "small"), (2.0, 1.7, "table", "middle")],
)
def test_the_predictions_are_decided_by_the_run(course, gpt2, table, init):
    seen = view({"course": result({0: 8.2, 100: course}), "gpt2": result({0: 7.6, 100: gpt2})})
    assert verdict_08.table_answer(seen) == table and verdict_08.init_answer(seen) == init
    assert verdict_08.table_why(seen).vi and verdict_08.init_why(seen).en


def test_crossings_are_marked_at_the_first_step_below_a_line():
    rows = figures_08.loss_rows(view({"gpt2": result({0: 7.6, 50: 4.0, 100: 1.0})}))
    marks = rows[rows["what"] == "crossing"]
    assert marks["step"].tolist() == [50, 100]
    assert marks["under"].tolist() == [False, True], "at the right end the line's own name stands above it"
    assert rows[rows["what"] == "test"]["high"].iloc[0] == pytest.approx(7.66)


def test_crossings_beside_each_other_are_named_above_and_below():
    rows = figures_08.loss_rows(view({"course": result({0: 8, 40: 4.0, 500: 2}), "gpt2": result({0: 7.6, 50: 4.0})}))
    assert rows[rows["what"] == "crossing"].sort_values("x")["under"].tolist() == [False, True]


def raced(seconds, corpus="tales-en"):
    """The race on Tales as it was measured (2026): each run below the token frequencies at step 50, below the table at 200;
    seconds: {label: of a step}."""
    points = {0: 7.6, 50: 4.0, 100: 2.2, 200: 0.87, 400: 0.67}
    (race,) = [p for p in page.LESSON.playgrounds if p.slug == "race"]
    seen = []
    for arm in page.racers(replace(race.config, corpus=corpus), {}):
        events = [Started(400, {"references": REFERENCES if arm.label != "model1" else {}})]
        for step, value in points.items():
            at = seconds.get(arm.label, 0.005) * step
            events += [Metric(step, "train_loss", value, at), Metric(step, "test_loss", value, at)]
        events += [Finished(400, "done")]
        seen.append(ArmView(arm, arm.label, Status("done", 400, 400), Result(tuple(events)), "live"))
    return View(tuple(seen), {})


def test_a_step_that_runs_of_the_race_share_is_named_once_and_over_its_line():
    rows = figures_08.race.rows(raced({"blocks 1": 0.0160, "blocks 2": 0.0108, "blocks 3": 0.0136}))
    marks = rows[rows["what"] == "crossing"].sort_values("x")
    assert len(marks) == 6, "every diamond stays"
    first, second = marks[marks["step"] == 50], marks[marks["step"] == 200]
    assert first["text"].tolist() == ["", "", "step 50"] and not first["under"].any()
    assert first["at"].iloc[-1] == REFERENCES["unigram_table"], (
        "beside the diamond the dashed line would strike it through"
    )
    named = second[second["text"] != ""]
    assert not named["under"].any() and (named["at"] == REFERENCES["bigram_table"]).all()
    end = rows["x"].max()
    assert all(b - a >= figures_08.NEAR * end for a, b in zip(named["x"], named["x"][1:], strict=False))


def test_late_runs_that_share_a_step_share_the_name_below_it():
    ends = {name: result({0: 8.0, 400: 4.0, 500: 3.9}) for name in ("course", "gpt2")}
    rows = figures_08.loss_rows(view(ends))
    marks = rows[rows["what"] == "crossing"]
    assert marks["text"].tolist() == ["step 400", ""] and marks["under"].all() and (marks["at"] == 4.0).all()


def test_names_of_crossings_far_below_their_line_stay_at_their_diamond():
    rows = figures_08.loss_rows(view({"gpt2": result({0: 7.6, 100: 2.0, 500: 1.9})}))
    (mark,) = rows[rows["what"] == "crossing"].itertuples()
    assert mark.at == mark.y == 2.0 and mark.text == "step 100"


@pytest.mark.usefixtures("private_home")
def test_the_stored_race_goes_from_left_to_right():
    """What ships keeps few training losses, and with them went the clock of some tests: they stood at second 0."""
    (race,) = [p for p in page.LESSON.playgrounds if p.slug == "race"]
    seen = View(tuple(look(arm) for arm in quick(page.LESSON, race)), {})
    assert all(a.source == "stored" for a in seen.arms)
    rows = figures_08.race.rows(seen)
    for _, tests in rows[rows["what"] == "test"].groupby("run"):
        assert (
            len(tests) > 5 and tests["x"].is_monotonic_increasing and tests["x"].is_unique and tests["step"].is_unique
        )


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_every_figure_of_the_first_playground_draws(lang):
    seen = view(
        {"course": result({0: 8.2, 100: 3.9}, pairs_known=0.5), "gpt2": result({0: 7.6, 100: 2.2}, pairs_known=0.9)},
        lang,
    )
    for figure in page.LESSON.playgrounds[0].figures:
        figure.rows(seen)
        figure.chart(seen).to_dict(validate=False)


@pytest.mark.parametrize(
    ("chart", "least"),
    [(figures_08.writing_chart, 200), (figures_08_start.cosine_chart, 150)],
    ids=["writing", "cosines"],
)
@pytest.mark.parametrize("lang", ["en", "vi"])
def test_dashes_can_be_told_apart_in_their_legend(chart, least, lang):
    """Strokes in a grey for both themes: a point would hide what the stroke tells, and Vega's own is black on black."""
    ends = {"course": result({0: 8.2, 100: 3.9}), "gpt2": result({0: 7.6, 100: 2.2})}
    spec = charts.specification(chart(view(ends, lang)))
    names = [label(lang) for _, label in figures_08.STAGES]
    row = {"step": 0, "value": 0.5, "block": 0, "cosine": 0.5, "name": "GPT-2"}
    rows = [row | {"what": what, "step": step} for what in names for step in (0, 500)]
    svg = vl_convert.vegalite_to_svg(json.dumps(spec | {"width": 600, "data": {"values": rows}, "autosize": "fit"}))
    marks = re.findall(r'<path[^>]*class="[^"]*"|<path[^>]*>', svg.split("role-legend-symbol", 1)[1])
    dashes = [mark for mark in marks if f'stroke="{GREY}"' in mark and 'stroke-width="2"' in mark]
    patterns = {re.search(r'stroke-dasharray="([^"]*)"', mark)[1] for mark in dashes}
    assert len(patterns) == len(dashes) == (4 if "what" in json.dumps(spec) else 2)
    assert all(float(re.search(r"M-([\d.]+),0", mark)[1]) >= 20 for mark in dashes), "too short to show its dashes"
    frame = [float(h) for h in re.findall(r'class="background"[^>]*d="M0.5,0.5h[\d.]+v([\d.]+)', svg)]
    assert max(frame) >= least, "the legends leave the lines no room"


def test_the_name_of_the_table_stands_where_no_run_of_the_race_ends():
    """On prose at the left end, where all of them are still high above; on Tales a quick one is down there at once."""
    for corpus, align in (("manual", "left"), ("tales-en", "right")):
        seen = view({"course": result({0: 8.2, 100: 5.0}), "gpt2": result({0: 7.6, 100: 4.8})})
        seen = replace(
            seen,
            arms=tuple(replace(a, arm=replace(a.arm, config=replace(a.arm.config, corpus=corpus))) for a in seen.arms),
        )
        layers = figures_08.race.chart(seen).to_dict(validate=False)["layer"]
        texts = [one for one in layers if one["mark"]["type"] == "text" and "data" in one]
        sides = {row["label"]: one["mark"]["align"] for one in texts for row in one["data"].get("values", ())}
        assert sides["table of counted word pairs  1.34"] == align and sides["token frequencies  4.33"] == "right"


def test_what_a_law_says_of_the_unseen_tokens_is_told_beside_what_was_counted():
    (claim,) = [c for c in page.LESSON.claims if c.id == "8.3"]
    found = ran(coverage.Config()).main
    counted, law = found.final("unseen"), math.exp(-501 * 16 * 256 / 142_515)
    assert f"{100 * counted:.2f} %" in claim.explain.en and f"{100 * counted:.2f} %" in claim.explain.vi
    assert round(1e7 * law) == 6 and "6 tokens in ten million" in claim.explain.en


@pytest.mark.parametrize("chosen", ["", "course", "gpt2", "course,gpt2", "nonsense"])
def test_there_is_always_an_arm(chosen):
    assert len(page.compare(page.QUICK, {"inits": chosen})) >= 1


def test_equal_seconds_reads_the_last_point_in_time():
    slow, fast = result({0: 7.6, 100: 5.0, 500: 4.0}), result({0: 8.0, 100: 4.5})
    assert claims_08.race({"five": slow, "one": fast}) == pytest.approx(0.5)


def test_every_claim_of_the_course_is_there():
    ids = [c.id for c in page.LESSON.claims]
    assert ids[:11] == [f"8.{i}" for i in range(1, 12)]
    assert all(c.measure or c.requires for c in page.LESSON.claims)
    assert not set(seed for c in page.LESSON.claims for seed in c.seeds if c.kind == "training") & set(range(5))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_the_long_preset_ends_within_0_05_nats_of_the_perfect_predictor(seed):
    """On the same test windows, so that the difference has far less noise than either loss."""
    from core.experiment import make
    from core.experiments import model5

    values = next(p for p in page.PRESETS if p.name == "long").values
    known = {f for f in model5.Config.__dataclass_fields__}
    config = make(model5.Config, page.QUICK, **{k: v for k, v in values.items() if k in known}, init="gpt2", seed=seed)
    losses, references = [], {}
    for event in model5.run(config, {}):
        if event.kind == "started":
            references = event.facts["references"]
        elif event.kind == "metric" and event.name == "test_loss":
            losses.append(event.value)
    assert -0.01 < losses[-1] - references["oracle"] < 0.05


def test_where_no_story_goes_on_over_a_join_there_is_no_best_possible_line(monkeypatch, tmp_path):
    """Held-out blocks of Tales meet where nobody wrote on: the perfect predictor's loss there is infinite."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    config = make(model5.Config, corpus="tales-en", test_part="blocks", width=8, blocks=1, heads=1, steps=10)
    logged = [events.from_json(events.to_json(e)) for e in model5.run(config, {}) if e.kind != "snapshot"]
    facts = logged[0].facts["references"]
    assert "oracle" not in facts and facts["bigram_table"] > 0
    older = [replace(logged[0], facts=logged[0].facts | {"references": facts | {"oracle": None}}), *logged[1:]]
    for told in (logged, older):
        arm = ArmView(Arm("main", same("main"), config), "run", Status("done", 10, 10), Result(tuple(told)), "live")
        for lang in ("en", "vi"):
            view = View((arm,), {}, lang)
            assert "oracle" not in view.references
            assert "bigram_table" in view.references and verdict_08.verdict(view)
            for figure in (*page.LESSON.playgrounds[0].figures,):
                assert figure.chart(view) is not None
            assert figures_08.LINES["oracle"](lang) not in str(figures_08.loss_chart(view).to_dict())


def ran(config):
    """The main arm of a playground that computes at once, really run."""
    module = {"coverage": coverage, "tying": tying}[config.experiment]
    seen = ArmView(
        Arm("main", same("main"), config, 0), "main", Status("done"), Result(tuple(module.run(config, {}))), "live"
    )
    return View((seen,), {})


def test_two_starts_differ_in_weights_and_head_unless_the_head_is_chosen():
    ends = {"course": result({0: 8.2, 100: 3.9}), "gpt2": result({0: 7.6, 100: 2.2})}
    assert "divides by √d" in verdict_08.verdict(view(ends))[-1].en
    arms = page.compare(replace(page.QUICK, divide_logits="no"), {"inits": "course,gpt2"})
    assert "weights alone" in verdict_08.verdict(view(ends, arms=arms))[-1].en


def test_of_two_starts_the_better_one_is_named():
    ends = {"course": result({0: 8.2, 100: 2.2}), "gpt2": result({0: 7.6, 100: 3.9})}
    assert "course init ends 1.70 nats lower" in verdict_08.verdict(view(ends))[-1].en
    ends = {"course": result({0: 8.2, 100: 3.9}), "gpt2": result({0: 7.6, 100: 2.2})}
    assert "GPT-2 init ends 1.70 nats lower" in verdict_08.verdict(view(ends))[-1].en


@pytest.mark.parametrize("flat", ["course", "gpt2"])
def test_where_the_steps_are_too_long_nothing_is_put_down_to_the_starts(flat):
    """Lesson 8 at learning rate 0.1: one is thrown about, the other stands still."""
    thrown = {0: 8.2, 50: 3.57, 100: 3.58, 200: 3.65, 300: 3.83, 400: 3.70, 500: 3.74}
    still = {0: 7.6, 50: 4.37, 300: 4.38, 400: 4.37, 500: 4.36}
    ends = {which: result(still if which == flat else thrown) for which in ("course", "gpt2")}
    said = verdict_08.verdict(view(ends))[-1].en
    assert "ends 0.620 nats lower" in said and "too long to compare" in said and "3.57 nats" in said
    assert "differ in" not in said and "√d" not in said


def test_a_start_whose_run_learns_by_heart_is_compared_all_the_same():
    rising = {0: 8.2, 100: 0.7, 200: 0.9}
    ends = {"course": result(rising, train=0.1), "gpt2": result({0: 7.6, 100: 0.7, 200: 0.6})}
    assert "differ in the initial weights" in verdict_08.verdict(view(ends))[-1].en


def test_a_run_that_diverged_at_a_finite_loss_makes_no_difference_of_starts():
    ends = {"course": result({0: 8.2, 100: 90.0}, reason="diverged"), "gpt2": result({0: 7.6, 100: 2.2})}
    assert not [s for s in verdict_08.verdict(view(ends)) if "Same architecture" in s.en]


@pytest.mark.parametrize("context", [8, 32])
def test_what_is_missing_to_the_best_possible_is_no_more_than_a_number(context):
    """Windows of 8 tokens have no long copies: nobody has looked at what is missing."""
    arms = page.compare(replace(page.QUICK, context=context), {"inits": "gpt2"})
    points = {0: 7.6, 100: 1.3, 200: 1.0, 300: 0.8}
    said = [s.en for s in verdict_08.verdict(view({"gpt2": result(points)}, arms=arms))]
    assert f"0.320 nats above the best that is possible on these windows of {context} tokens (0.480)." in said
    assert "Still falling, 0.200 nats in the last 100 steps: not converged." in said
    assert not any("missing" in s or "copies" in s for s in said)


def test_a_difference_to_infinity_is_not_told():
    ends = {"course": result({0: 8.2, 100: math.nan}, reason="diverged"), "gpt2": result({0: 7.6, 100: 2.2})}
    assert not [s for s in verdict_08.verdict(view(ends)) if "NaN" in s.en]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (coverage.Config(tokens=1000, batch=4, context=50, steps=100), "read 20.0 times over"),
        (coverage.Config(tokens=10_000, batch=4, context=50, steps=5), "as many tokens were drawn as 10 % of the text"),
    ],
)
def test_a_text_is_read_over_only_when_it_was(config, said):
    assert said in verdict_08.coverage_verdict(ran(config))[0].en


@pytest.mark.parametrize(("sampler", "law"), [("random", "exp(−nBT/N)"), ("epochs", "1 − nBT/N")])
def test_the_law_is_that_of_the_sampler(sampler, law):
    rows = figures_08_start.unseen_rows(
        ran(coverage.Config(tokens=1000, batch=4, context=5, steps=20, sampler=sampler))
    )
    assert set(rows["what"]) == {"counted", f"law: {law}"}


def test_the_edge_is_said_to_starve_only_where_it_does():
    config = coverage.Config(tokens=1001, batch=4, context=50, steps=100)
    random, shuffled = (figures_08_start.edge_rows(ran(replace(config, sampler=s))) for s in ("random", "epochs"))
    assert random["windows"].iloc[0] < 0.2 * random["windows"].max() and shuffled["windows"].nunique() == 1
    figure = figures_08_start.edge
    assert "starve" not in figure.title.en and "đói" not in figure.title.vi
    assert "in shuffled passes nothing starves there" in figure.alt.en and "duyệt xáo trộn" in figure.alt.vi


def test_no_knob_stands_where_nothing_follows_it():
    from app.controls import belonging

    shown = {p.slug: {c.field for c in belonging(page.LESSON, p)} for p in page.LESSON.playgrounds}
    idle = {slug: {"inits", "x"} & fields for slug, fields in shown.items()}
    assert idle.pop("train") == {"inits", "x"} and not any(idle.values()), idle
    # Model 1 of the race takes neither: its table of pairs and its test part would be others than those of Model 5
    assert not {"offset", "test_part"} & shown["race"] and {"offset", "test_part"} <= shown["train"]


def test_the_formula_is_vietnamese_in_vietnamese():
    formula = page.LESSON.formula
    assert r"P(\text{chưa thấy})" in formula.vi and r"P(\text{unseen})" in formula.en
    assert not re.search("unseen|own|other", formula.vi)


@pytest.mark.parametrize(("decay", "said"), [(0.1, "instead of"), (0.0, "nothing of it shows")])
def test_a_double_decay_is_told_where_it_shows(decay, said):
    assert said in verdict_08.tying_verdict(ran(tying.Config(weight_decay=decay)))[0].en


def test_two_leads_in_opposite_directions_are_both_needed():
    ends = {"course": 6.4, "gpt2": 4.8, "course_cut": 5.9, "gpt2_cut": 6.2}
    assert claims_08.either({k: result({100: v}) for k, v in ends.items()}) == pytest.approx(0.3)
    assert claims_08.either({k: result({100: v}) for k, v in (ends | {"gpt2_cut": 5.0}).items()}) < 0
