"""What lesson 4 says, on runs that show it; and its questions, answered by the runs they name."""

import re

import pytest

from app.lesson import discover, quick, start
from app.view import View, look

LESSON = discover()[4]
PLAY = {p.slug: p for p in LESSON.playgrounds}


def view(slug: str, lang: str = "en", **values) -> View:
    from app import controls

    playground = PLAY[slug]
    values = start(LESSON, playground) | values
    arms = playground.arms(controls.config_of(playground, values), values)
    return View(tuple(look(arm) for arm in arms), values, lang)


def said(slug: str, **values) -> str:
    return " ".join(line("en") for line in PLAY[slug].verdict(view(slug, **values)))


def test_the_winner_changes_with_the_scale_of_the_loss():
    assert "SGD is closest: 0.0155" in said("race")
    assert "Adam and AdamW are about equally close: 0.852" in said("race", scale=0.1)
    assert "Adam is closest" in said("race", lr=1.0)


def test_past_the_limit_the_factor_and_the_step_are_named():
    words = said("race", lr=1.5)
    assert "multiplied by |1 − 2·lr·c| = 2.00" in words and "passed a million at step 19" in words
    assert "Past the stability limit" in said("race", lr=1.01) and "million" not in said("race", lr=1.01)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (
            {"lr": 1.0},
            "lr·c = 1.00, and every step of SGD only changes the sign of its error. It neither shrinks nor grows.",
        ),
        ({"lr": 0.5, "scale": 2.0}, "It neither shrinks nor grows."),
        ({"lr": 1.5, "momentum": 0.5}, "with this momentum that is lr·c = 1.50"),
        ({"lr": 2.0, "momentum": 1.0}, "grows by the same amount each time"),
        ({"lr": 1.0, "noise": 5.0}, "the noise of all steps adds up"),
    ],
)
def test_at_the_limit_the_error_is_not_past_it(values, says):
    words = said("race", **values)
    assert "Exactly at the stability limit" in words and says in words and "Past the" not in words
    swing = view("race", steps=1000, **values).main.final("swing_sgd")
    assert ("neither shrinks nor grows" in words) == (2 < swing < 10), swing


RUNAWAYS = [
    {"lr": 3.0},
    {"lr": 3.0, "moment": 4},
    {"scale": 1000.0},
    {"lr": 1.2, "moment": 30},
    {"lr": 3.0, "weight_decay": 10.0},
    {"lr": 2.5, "start": -10.0, "target": 10.0},
    {"lr": 2.01, "reset": "never", "steps": 150},
]


@pytest.mark.parametrize("values", RUNAWAYS)
def test_whoever_has_left_the_picture_is_an_arrowhead_with_its_true_weight_and_no_dot_floats(values):
    from pages.figures_04 import at, moment, race_rows, walks

    shown = view("race", **values)
    config, rows, true = shown.config, race_rows(shown), walks(shown.main)
    bowl = rows[rows["kind"] == "bowl"]
    low, high = rows[rows["kind"] == "path"]["weight"].agg(["min", "max"])
    for name, points in true.items():
        point, mine = at(points, moment(shown)), rows[rows["name"] == points[0]["name"]]
        dot, off, gone = (mine[mine["kind"] == kind] for kind in ("dot", "off", "gone"))
        assert len(dot) + len(off) == 1 and len(off) == len(gone), name
        for mark in (*dot.itertuples(), *gone.itertuples()):
            assert mark.loss == pytest.approx(config.scale * (mark.weight - config.target) ** 2)
        if len(dot):
            assert dot.iloc[0]["weight"] == point["weight"] and low <= point["weight"] <= high
        else:
            assert not low <= point["weight"] <= high and off.iloc[0]["seen"] == point["step"]
            assert bowl["weight"].min() <= gone.iloc[0]["weight"] <= bowl["weight"].max()
            assert (gone.iloc[0]["weight"] < config.target) == (point["weight"] < config.target)
            words = off.iloc[0]["text"]
            assert words.startswith(points[0]["name"]) and "off the chart" in words and not re.search(r"NaN|∞", words)
    assert (rows["kind"] == "off").any()


def test_a_line_is_cut_at_the_border_where_it_crosses_it():
    from pages.figures_04 import race_rows

    rows = race_rows(view("race", lr=3.0, moment=4))
    line = rows[(rows["kind"] == "path") & (rows["name"] == "SGD")]
    (start, cut), slope = line[["step", "weight"]].to_numpy(), 18.0  # from 2 to 20 in the first step
    assert 2 + slope * cut[0] == pytest.approx(cut[1]) and tuple(start) == (0, 2)
    assert rows[rows["kind"] == "off"].iloc[0]["text"] == "SGD: w = −70.0, off the chart"
    assert "ngoài hình" in race_rows(view("race", "vi", lr=3.0, moment=4))["text"].dropna().str.cat()


def test_a_line_that_comes_back_is_drawn_again_and_no_stroke_is_drawn_between():
    from pages.figures_04 import clipped

    def point(step, weight):
        return {"step": step, "weight": weight, "loss": 0.0, "gradient": 0.0}

    line = clipped([point(t, w) for t, w in enumerate((0.0, 2.0, 20.0, -20.0, -5.0, 0.0))], (-10.0, 10.0))
    assert [(p["step"], p["weight"], p["piece"]) for p in line] == [
        (0, 0.0, 0),
        (1, 2.0, 0),
        (pytest.approx(1 + 8 / 18), 10.0, 0),
        (pytest.approx(3 + 10 / 15), -10.0, 1),
        (4, -5.0, 1),
        (5, 0.0, 1),
    ]


@pytest.mark.parametrize("values", [{"lr": 3.0}, {"scale": 1000.0}, {"lr": 1.2}])
def test_beside_one_that_runs_away_the_others_can_still_be_told_apart(values):
    from pages.figures_04 import race_rows

    rows = race_rows(view("race", **values))
    path = rows[rows["kind"] == "path"]
    others = path[path["name"] != "SGD"]["weight"]
    assert others.max() - others.min() > 0.1 * (path["weight"].max() - path["weight"].min())


def test_a_loss_beyond_the_picture_leaves_it_and_does_not_run_along_its_border():
    from pages.figures_04 import SKY, loss_rows

    rows = loss_rows(view("race", lr=3.0))
    line = rows[(rows["kind"] == "loss") & (rows["name"] == "SGD")]
    assert (line["loss"] >= SKY).sum() == 1 and line["step"].max() < 10


def test_the_phase_portrait_has_no_false_place_either():
    from pages.figures_04 import phase_rows

    rows = phase_rows(view("never", lr=2.5))
    low, high = rows[rows["kind"] == "path"]["weight"].agg(["min", "max"])
    assert "SGD" in set(rows[rows["kind"] == "off"]["name"]) and (rows["kind"].isin(["dot", "off"])).sum() == 3
    assert rows[rows["kind"] == "dot"]["weight"].between(low, high).all()
    assert rows["held"].between(-1, 1).all()


def test_noise_leaves_the_law_true_of_the_mean_alone():
    def shown(slug="race", **values):
        return {r.label.en: r.value for r in PLAY[slug].readouts(view(slug, **values))}

    quiet, noisy = shown(), shown(noise=20.0)
    assert quiet["SGD keeps of its error"] == "+0.9" and noisy["SGD keeps of its error"].en == "+0.9 on average"
    assert quiet["SGD moves like this"].en == "creeps, no overshoot"
    assert noisy["SGD moves like this"].en == "shaken; its mean creeps, no overshoot"
    assert shown("never", noise=20.0)["SGD moves like this"].en == "shaken; its mean swings for ever"
    assert shown(noise=20.0, start=5.0)["SGD moves like this"].en == "shaken about the target"
    assert shown(noise=20.0, lr=1.2)["SGD moves like this"].en == "grows without end"
    law = "holds only for the mean of many such races"
    assert law in said("race", noise=20.0) and law not in said("race") and law not in said("race", noise=20.0, lr=1.2)
    assert "crosses the target again and again" in said("race", noise=20.0, steps=300)
    assert "crosses" not in said("race", noise=0.5, steps=20)  # one that has not come near yet


@pytest.mark.parametrize("slug", PLAY)
def test_what_a_playground_shows_at_once_answers_none_of_its_questions(slug):
    assert [q.id for q in PLAY[slug].predictions if q.answer(view(slug)) is not None] == []


def test_one_part_says_nothing_of_what_four_will_do():
    playground, shown = PLAY["accumulate"], view("accumulate")
    words = said("accumulate") + " ".join(r.help.en for r in playground.readouts(shown))
    assert "nothing to add up yet" in words and "times as long" not in words and "times too long" not in words
    assert "4 times as long" in said("accumulate", parts=4)


@pytest.mark.parametrize(
    "values", [{}, {"scale": 10.0}, {"scale": 0.5}, {"scale": 0.35}, {"scale": 100.0}, {"horizon": 10}]
)
def test_the_name_of_the_limit_stands_in_the_band_above_its_rule(values):
    from pages.figures_04_scans import sweep_rows

    rows = sweep_rows(view("sweep", **values))
    rule = rows[(rows["kind"] == "rule") & rows["side"].fillna("").str.startswith("limit")].iloc[0]
    drawn = rows[rows["kind"].isin(["sweep", "lost"])]["steps"].max()  # curves and ticks
    assert drawn < rule["steps"] < rows[rows["kind"] == "band"].iloc[0]["top"]
    assert rows[rows["kind"] == "band"].iloc[0]["left"] == (rule["side"] == "limit") == (rule["lr"] > 0.06)


def test_whoever_starts_within_the_tolerance_is_drawn_at_the_foot_of_the_log_axis():
    from pages.figures_04_scans import sweep_rows

    near = {"start": 5.0, "target": 5.5, "tolerance": 1.0}
    rows = sweep_rows(view("sweep", **near))
    there = rows[(rows["kind"] == "sweep") & (rows["arrived"] == 0)]
    assert len(there) and (there["steps"] == 1).all()
    assert "SGD, Adam, AdamW can stay there from the start" in said("sweep", **near)


def test_a_step_is_written_like_the_axis_below_it():
    from pages.figures_04 import race_rows

    rows = race_rows(view("race", steps=4000))
    assert rows[rows["kind"] == "moment"]["text"].item() == "step 4,000"


def test_the_formula_is_vietnamese_in_vietnamese():
    formula = LESSON.formula
    assert r"\text{chu kỳ}" in formula.vi and "period" in formula.en
    assert not re.search("period|else", formula.vi)


def test_a_race_that_starts_at_its_end_is_explained():
    words = said("race", start=5.0)
    assert "AdamW leaves" in words and "closest" not in words


def test_never_resetting_names_period_growth_and_the_unfair_comparison():
    assert "one swing takes 19.8 steps (the formula: 19.8)" in said("never")
    assert "Adam swings wider" in said("never", steps=4000) and "AdamW swings wider" in said("never", steps=4000)
    assert "AdamW looks good (0.0553 from the target), but it alone" in said("never", forgetful="adam,sgd")
    assert "explodes" in said("never", lr=2.01) and "explodes" not in said("never", lr=1.99)
    twice = said("never", momentum=1.0)
    assert "summed up twice" in twice and "grows without end" in twice and "for ever" not in twice


@pytest.mark.parametrize(
    ("values", "regime"),
    [
        ({"lr": 0.05}, "creep"),
        ({"lr": 0.5}, "one"),
        ({"lr": 0.9}, "zigzag"),
        ({"lr": 1.0}, "free"),
        ({"lr": 1.01}, "grows"),
        ({"momentum": 0.9}, "damped"),
        ({"momentum": 1.0}, "free"),
        ({"reset": "never"}, "free"),
        ({"reset": "never", "forgetful": "adam"}, "creep"),
        ({"reset": "never", "momentum": 1.0}, "grows"),
        ({"reset": "never", "momentum": 0.3}, "grows"),
        ({"reset": "never", "lr": 2.0}, "grows"),  # a double root at -1: by the same amount at every step
        ({"momentum": 0.5, "lr": 1.5}, "free"),
        ({"reset": "2"}, "creep"),
        ({"reset": "2", "lr": 0.5}, "free"),
        ({"reset": "4", "lr": 0.1}, "damped"),
        ({"reset": "8", "lr": 1.2}, "grows"),
        ({"reset": "2", "momentum": 0.5, "lr": 0.2}, "damped"),
        ({"reset": "8", "forgetful": "adam"}, "creep"),
    ],
)
def test_the_regime_named_is_the_regime_seen(values, regime):
    from pages.verdict_04 import regime as named

    shown = view("race", steps=1000, **values)
    assert named(shown.config) == regime
    swing, start_distance = shown.main.final("swing_sgd"), 3.0
    assert {"free": 2 < swing < 10, "grows": swing > 100}.get(regime, swing < 1e-6), (swing, start_distance)


def test_who_starts_at_the_target_without_noise_does_not_move_at_all():
    from pages.verdict_04 import regime as named

    shown = view("never", start=5.0)
    assert named(shown.config) == "still" and shown.main.final("swing_sgd") == 0


HOME = {"start": 5.0}


@pytest.mark.parametrize(
    ("values", "says", "stays"),
    [
        (HOME, "AdamW leaves", False),
        (HOME | {"weight_decay": 0.0}, "nobody moves; not even AdamW, for its decay is 0", True),
        ({"start": 0.0, "target": 0.0}, "nobody moves; not even AdamW, for at 0", True),
        (HOME | {"noise": 5.0}, "the noise in the gradient moves them: after 150 steps SGD is", False),
        (HOME | {"weight_decay": 10.0, "lr": 2.0}, "AdamW explodes (a million at step", False),
    ],
)
@pytest.mark.parametrize("reset", ["1", "2", "never"])
def test_a_start_at_the_target_is_explained_by_what_moves_from_there(values, says, stays, reset):
    values = values | {"reset": reset}
    words, errors = said("never", **values), view("never", **values).main
    assert says in words
    assert ("nobody moves" in words) == stays == all(errors.final(f"error_{n}") == 0 for n in ("sgd", "adam", "adamw"))
    assert ("SGD and Adam stay" in words) == (errors.final("error_sgd") == 0 and not stays)
    assert ("nothing to sum up" in words) == (reset != "1" and "noise" not in values)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"weight_decay": 10.0}, "AdamW all but stands still in the last third of the steps: at w = 0.159, 4.84 from"),
        (
            {"weight_decay": 1.0, "lr": 0.5, "steps": 700},
            "AdamW all but stands still in the last third of the steps: at w = 1.57",
        ),
        (
            {"lr": 0.2},
            "Adam swings wider and wider: in the last third of the steps between w = 2.61 and w = 14.3, up to 9.32",
        ),
        (
            {"lr": 0.2},
            "AdamW swings wider and wider: in the last third of the steps between w = 3.28 and w = 13.5, up to 8.53",
        ),
        (
            {"lr": 0.5, "lr_adam": 0.1},
            "Adam keeps to one side of the target in the last third of the steps: between w = 0.35",
        ),
        ({"lr": 1.5}, "SGD swings for ever, between w = 2.00 and w = 11.0"),  # -3 and +6, not 6 to either side
        ({"lr": 1.5, "noise": 5.0}, "SGD swings, in the last third of the steps between w = "),
        ({"lr": 0.001, "weight_decay": 10.0, "steps": 10}, "Adam 2.99 and AdamW 3.18"),  # slow, not still
        ({"lr": 2.0}, "by now 903 from the target"),
    ],
)
def test_a_swing_is_told_from_where_to_where_and_what_stands_still_or_on_one_side_is_no_swing(values, says):
    words = said("never", **values)
    assert says in words and "either side" not in words, words


@pytest.mark.parametrize("values", [{}, {"lr": 0.2}, {"lr": 0.5, "lr_adam": 0.1}, {"lr": 1.5}, {"weight_decay": 10.0}])
def test_the_last_third_is_that_of_the_walk(values):
    from core.experiments import one_parameter
    from pages.verdict_04_swings import thirds

    shown = view("never", **values)
    for name, parts in thirds(shown).items():
        late = one_parameter.walk(name, shown.config, [0.0] * shown.config.steps)[0][-50:]
        assert parts[2] == (min(late), max(late))


def test_whoever_resets_is_praised_only_for_a_run_that_came_home():
    assert "Adam and AdamW reset their gradient and end 0.000981 and" in said("never", forgetful="sgd", lr=0.5)
    exploding = said("never", forgetful="adam,adamw", lr=1.2)
    assert "SGD resets its gradient at every step and explodes all the same" in exploding
    assert "Past the stability limit" in exploding and "looks good" not in exploding
    mixed = said("never", forgetful="adam", lr=1.2)
    assert "SGD resets its gradient at every step and explodes" in mixed and "reset their gradient" not in mixed
    short = said("never", forgetful="adam,sgd", steps=10)
    assert "AdamW resets its gradient at every step and after 10 steps is 2.51" in short and "looks good" not in short


@pytest.mark.parametrize(
    ("values", "better"),
    [
        ({"forgetful": "adam,adamw", "steps": 50}, "adam"),  # with resets Adam ends further away
        ({"forgetful": "adamw", "weight_decay": 1.0, "steps": 500}, "adamw"),
    ],
)
def test_a_good_end_is_not_laid_to_the_resets(values, better):
    """Forgetting may even end closer: only that the others did not forget can be said."""
    forgot, careful = (view("never", **values | more).main.final(f"error_{better}") for more in ({}, {"reset": "1"}))
    words = said("never", **values)
    assert forgot < careful and "because" not in words and "trouble" not in words
    assert "but it alone resets" in words or "SGD and Adam reset their gradient and end" in words
    vi = " ".join(line("vi") for line in PLAY["never"].verdict(view("never", **values)))
    assert "vì chỉ" not in vi and "nên không" not in vi


def test_the_fastest_momentum_comes_home_without_a_swing():
    preset = next(p for p in PLAY["never"].presets if p.name == "friction")
    shown = view("never", **preset.values)
    assert {r.label.en: r.value for r in PLAY["never"].readouts(shown)}["SGD moves like this"].en.startswith("creeps")
    assert shown.main.final("overshoot_sgd") == 0 and shown.main.final("error_sgd") < 1e-9
    assert (
        0 < shown.main.facts["critical"] - shown.config.momentum < 0.01
    )  # the last stop of its slider that does not swing


@pytest.mark.parametrize("reset", ["2", "4", "8"])
@pytest.mark.parametrize("lr", [0.05, 0.4])
def test_a_reset_every_few_steps_is_told_by_its_factor_and_where_everybody_ends(reset, lr):
    from pages.verdict_04_swings import block

    shown, words = view("never", reset=reset, lr=lr, steps=20), said("never", reset=reset, lr=lr, steps=20)
    rounds, rest = divmod(20, int(reset))
    errors = block(shown.config)[0]
    left = 3 * errors[-1] ** rounds * (errors[rest - 1] if rest else 1)
    assert shown.main.final("error_sgd") == pytest.approx(abs(left))
    assert f"every {reset} steps only" in words and "SGD's error is multiplied by" in words
    assert "After 20 steps SGD is" in words and "more steps" not in words


def test_a_single_forgetful_one_resets_and_noise_has_no_factor():
    words = said("never", reset="4", forgetful="adam", noise=1.0)
    assert "Adam resets the gradient every 4 steps only" in words and "multiplied" not in words


@pytest.mark.parametrize(
    ("slug", "values", "says", "never_says"),
    [
        ("never", {"lr": 2.0}, "At lr·c = 2, the very limit, SGD swings wider and wider: by now 903", "for ever"),
        ("never", {"lr": 2.01, "steps": 10}, "hold together (by now", "million"),
        ("never", {"lr": 2.01, "steps": 150}, "hold together (a million at step", "by now"),
        ("never", {"steps": 10}, "too few swings to measure: by the formula one takes 19.8 steps", "for ever"),
        ("never", {"noise": 5.0}, "(the formula, without noise: 19.8)", "for ever"),
        ("never", {"momentum": 0.01, "lr": 0.001}, "grows slowly at first", "without end"),
        ("never", {"lr": 0.5, "steps": 4000}, "AdamW swings wide:", "AdamW swings wider"),
        ("never", {"weight_decay": 0.2}, "AdamW is nearer than at the start", "and AdamW"),
        ("never", {}, "Not settled, by the largest distance in the last third of the steps: Adam", "Adam swings"),
        ("never", {"lr": 1.5, "weight_decay": 10.0}, "AdamW has exploded (a million at step", "∞"),
        ("race", {"lr": 0.5}, "SGD is closest: on the target to rounding. Adam is", "∞"),
        ("race", {"lr": 2.0, "momentum": 0.5}, "with this momentum SGD holds together only below 1.50", "∞"),
        ("race", {"lr": 3.0, "weight_decay": 3.0, "steps": 500}, "AdamW has exploded", "∞"),
        ("race", {"steps": 4000}, "After 4,000 steps", "4000"),
        ("accumulate", {"lr": 3.0}, "both losses have passed a million within 60 steps", "∞"),
        ("accumulate", {"lr": 1.0}, "its loss is 25.0, the batch's past a million", "∞"),
        ("sweep", HOME, "whoever is not pulled away has arrived", "best learning rate, steps"),
        (
            "sweep",
            {"start": 4.8, "noise": 1.0, "tolerance": 0.3},
            "there is nothing to race for",
            "best learning rate, steps",
        ),
        ("two", {"horizon": 10, "rotation": 1.0}, "next to nothing for Adam", "belong"),
        ("two", {"horizon": 500, "rotation": 22.0, "kappa": 1.0}, "next to nothing for Adam", "belong"),
        ("two", {"horizon": 500, "rotation": 22.0, "kappa": 10.0}, "next to nothing for Adam", "belong"),
        (
            "sweep",
            {"noise": 20.0, "tolerance": 1.0},
            "to arrive (median of 8 noisy runs): Adam 332 (lr 0.101), SGD 341",
            "At none",
        ),
        (
            "sweep",
            {"noise": 20.0},
            "does SGD stay within 0.0100 in more than half of its 8 noisy runs; at best they end",
            "never",
        ),
    ],
)
def test_a_verdict_says_what_its_run_has_shown(slug, values, says, never_says):
    words = said(slug, **values)
    assert says in words and never_says not in words, words


def test_the_end_of_adamw_is_named_only_where_there_is_a_law_for_it():
    def shown(**values):
        return {r.label.en: r.value for r in PLAY["race"].readouts(view("race", **values))}

    assert shown(weight_decay=0.0)["AdamW heads for"] == "5.00" and "AdamW now stands at" not in shown()
    assert "AdamW swings wider and wider" in said("race", reset="never", steps=4000)
    for values in ({"reset": "never", "steps": 4000}, {"noise": 5.0}, {"lr": 3.0, "weight_decay": 3.0, "steps": 500}):
        assert "AdamW now stands at" in shown(**values) and "AdamW heads for" not in shown(**values)
    assert "AdamW heads for" in shown(reset="never", forgetful="adam,sgd")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"beta1": 0.0, "lr": 3.0, "steps": 4000}, "5.00, swinging from 3.40 to 6.45"),
        ({"beta1": 0.0, "beta2": 0.9, "lr": 0.5}, "5.00, swinging from 4.74 to 5.24"),
        ({"beta1": 0.0, "beta2": 0.9}, "5.00, swinging from 4.97 to 5.02"),
        ({}, "5.00, swinging from 4.99 to 5.01"),
        ({"weight_decay": 0.0}, "5.00"),
        ({"weight_decay": 1.0, "steps": 500}, "1.00"),
        ({"weight_decay": 0.3, "target": -10.0}, "−3.33"),
        ({"lr": 0.001}, "5.00"),  # on its way for longer than that
        ({"target": 0.0}, "0, swinging from −0.0165 to 0.0150"),
    ],
)
def test_adamw_is_given_an_end_only_where_a_long_walk_comes_to_rest(values, words):
    from dataclasses import replace

    from core.experiments import one_parameter

    shown = view("race", **values)
    value = {r.label.en: r.value for r in PLAY["race"].readouts(shown)}["AdamW heads for"]
    assert (value if isinstance(value, str) else value.en) == words
    config = replace(shown.config, steps=60_000)
    late = one_parameter.walk("adamw", config, [0.0] * config.steps)[0][-5000:]
    assert (max(late) - min(late) > 0.01) == ("swinging" in words)


EXTREMES = {
    "lr": (1e-3, 3.0),
    "scale": (1e-3, 1e3),
    "momentum": (0.01, 1.0),
    "reset": ("2", "8", "never"),
    "forgetful": ("sgd", "adam,adamw"),
    "weight_decay": (0.0, 10.0),
    "noise": (20.0,),
    "start": (-10.0, 5.0),
    "target": (0.0,),
    "steps": (10, 4000),
    "horizon": (10,),
    "parts": (1, 16),
    "spread": (0.0, 5.0),
    "updates": (10,),
    "kappa": (1.0, 1e4),
    "rotation": (1.0, 45.0),
    "friction": (0.0, 1.0),
}


@pytest.mark.parametrize("slug", PLAY)
def test_no_setting_at_the_end_of_its_slider_breaks_the_words_or_prints_what_is_no_number(slug):
    playground, strange = PLAY[slug], re.compile(r"NaN|∞|–|\b(nan|inf)\b|(?<![\d.,])1 steps")
    own = {f: stops for f, stops in EXTREMES.items() if f in vars(playground.config)}
    single = [{f: stop} for f, stops in own.items() for stop in stops]
    for values in [*single, *({"reset": "never"} | one for one in single if "reset" in own)]:
        shown = view(slug, **values)
        lines = [*playground.verdict(shown), *(x for r in playground.readouts(shown) for x in (r.label, r.value) if x)]
        for line in lines:
            for text in [line] if isinstance(line, str) else line:
                assert not strange.search(text), (values, text)
        for question in playground.predictions:
            assert question.answer(shown) is None or question.why(shown).en
        assert all(len(figure.rows(shown)) for figure in playground.figures), values


def deciding(playground, question) -> View:
    """The run of the preset that the question names (the quick one where there is none of that name)."""
    presets = {p.name: p for p in playground.presets}
    return view(playground.slug, **presets.get(question.decided_by, presets["quick"]).values)


@pytest.mark.parametrize("slug", PLAY)
def test_every_question_is_decided_by_the_preset_it_names_and_open_before(slug):
    playground = PLAY[slug]
    for question in playground.predictions:
        decided = deciding(playground, question)
        truth = question.answer(decided)
        assert truth is not None and question.why(decided).en
        assert question.kind == "number" or truth in dict(question.options)
        if question.decided_by != "quick":
            assert question.answer(view(slug, **({"scale": 0.5} if slug != "two" else {}))) is None


def test_the_answers_are_those_the_lesson_teaches():
    answers = {q.id: q.answer(deciding(p, q)) for p in PLAY.values() for q in p.predictions}
    assert answers.pop("swing") == pytest.approx(19.8, abs=0.1)
    assert answers.pop("faster") == "half" and answers.pop("holds") == "swing"
    assert answers == {"flip": "adam", "forget": "swing", "rates": "sgd", "undivided": "longer", "turned": "adam"}


@pytest.mark.parametrize(
    ("slug", "values", "answers"),
    [
        ("race", {"reset": "never", "steps": 150, "start": 4.5}, {"forget": "swing"}),
        ("never", {"start": 4.5}, {"faster": None, "holds": None}),
        ("never", {"lr": 0.2, "momentum": 0.1}, {"faster": None}),
        ("never", {"lr": 0.2, "start": 4.5}, {"faster": "half"}),
        ("never", {"lr": 1.5, "forgetful": "adam"}, {"holds": None}),
        ("accumulate", {"parts": 2}, {"undivided": None}),
        ("accumulate", {"parts": 16}, {"undivided": None}),
        ("accumulate", {"parts": 4, "lr": 0.1}, {"undivided": "longer"}),
        ("two", {"rotation": 1.0}, {"turned": None}),
        ("two", {"rotation": 23.0}, {"turned": None}),
        ("two", {"rotation": 22.0, "horizon": 10}, {"turned": None}),
    ],
)
def test_a_run_the_question_was_not_about_leaves_it_open(slug, values, answers):
    questions = {q.id: q for q in PLAY[slug].predictions}
    assert {id: questions[id].answer(view(slug, **values)) for id in answers} == answers


@pytest.mark.parametrize("slug", PLAY)
def test_every_preset_draws_and_speaks_in_both_languages(slug):
    playground = PLAY[slug]
    for preset in playground.presets:
        for lang in ("en", "vi"):
            shown = view(slug, lang, **preset.values)
            lines = playground.verdict(shown)
            assert lines and all("{" not in line(lang) for line in lines), preset.name
            assert all(r.label(lang) for r in playground.readouts(shown))
            for figure in playground.figures:
                assert len(figure.rows(shown)), (preset.name, figure.name)


@pytest.mark.parametrize("slug", PLAY)
def test_a_specification_is_the_same_for_every_setting(slug):
    """What lets a moved knob send rows only."""
    playground = PLAY[slug]
    for figure in playground.figures:
        specs = []
        for preset in (playground.presets[0], playground.presets[-1]):
            charts = figure.chart(view(slug, **preset.values))
            specs.append([c.to_dict() for c in (charts if isinstance(charts, tuple) else (charts,))])
        for spec in specs:
            for one in spec:
                one.pop("config", None)
        assert str(specs[0]) == str(specs[1]) or figure.constant is False, figure.name


def test_pins_are_compared_in_words():
    then, now = view("race").main, view("race", scale=0.1).main
    assert "SGD 0.0155 → 1.82" in PLAY["race"].against(then, now).en
    assert "SGD 0.0155 → exploded" in PLAY["race"].against(then, view("race", lr=3.0, steps=500).main).en


def arriving(name: str, **settings) -> dict[float, float]:
    """{learning rate: steps to arrive} of the sweep, where it arrives."""
    columns = view("sweep", **settings).main.table("sweep")
    rows = zip(columns["lr"], columns["optimizer"], columns["steps"], strict=True)
    return {lr: steps for lr, optimizer, steps in rows if optimizer == name and steps is not None}


def test_the_words_about_the_sweep_are_its_own_table():
    adam, slow = ([n for lr, n in arriving("adam", **b).items() if lr >= 0.05] for b in ({}, {"beta1": 0.95}))
    claim = next(c for c in LESSON.claims if c.id == "4.3")
    preset = next(p for p in PLAY["sweep"].presets if p.name == "friction")
    plain, heavy = arriving("sgd"), {lr: n for lr, n in arriving("sgd", **preset.values).items() if 0.05 < lr < 1.35}
    assert len(heavy) == 25 and min(heavy.values()) > min(plain.values())
    for lang, to in (("en", "to"), ("vi", "đến")):
        assert f" {min(adam):.0f} {to} {max(adam):.0f} " in claim.explain(lang)
        assert f" {min(slow):.0f} {to} {max(slow):.0f})" in claim.explain(lang)
        assert f" {min(heavy.values()):.0f} {to} {max(heavy.values()):.0f} " in preset.look_for(lang)
        assert preset.look_for(lang).endswith(f" {min(plain.values()):.0f}.")


def test_words_that_stand_whatever_the_knobs_say_name_no_setting_as_if_it_were_on_the_screen():
    for lang, quick_name in (("en", "“quick"), ("vi", "“nhanh")):
        assert "w − 5" not in PLAY["race"].prose(lang)
        for slug, id in (("race", "flip"), ("sweep", "rates"), ("two", "turned")):
            question = next(q for q in PLAY[slug].predictions if q.id == id)
            assert quick_name in question.question(lang), "decided at the quick settings alone"
        for slug, id in (("race", "forget"), ("never", "faster"), ("never", "holds")):
            question = next(q for q in PLAY[slug].predictions if q.id == id)
            assert "c = 1" in question.question(lang) and not any("5" in words(lang) for _, words in question.options)


@pytest.mark.parametrize("values", [{}, {"lr": 1.2}, {"steps": 500}])
def test_names_stand_at_the_ends_of_their_own_lines_beside_a_pinned_race_of_another_length(values):
    from dataclasses import replace

    from pages.figures_04 import race_rows

    pinned = view("race", noise=5.0, steps=300).arms
    shown = replace(view("race", **values), pinned=pinned)
    rows = race_rows(shown)
    names = rows[rows["kind"] == "end"]
    assert {"Adam", "AdamW"} <= set(names["name"])
    assert (names["step"] == shown.config.steps).all()
    assert rows[rows["kind"] == "goal"]["step"].item() == max(300, shown.config.steps)


def test_a_statement_stands_alone_for_claims_are_listed_by_verdict():
    from pathlib import Path

    listed = Path(__file__).parents[1].joinpath("CLAIMS.md").read_text(encoding="utf8")
    lessons = discover()
    mended = {"11.12", "13.g", "17.14", "20.b2", "20.o2"}
    claims = [c for n in (4, 11, 13, 17, 20) for c in lessons[n].claims if n == 4 or c.id in mended]
    assert len(claims) == 14 + len(mended)
    for claim in claims:
        assert not re.match(r"(Hence|So|That|They|It|Also)\b", claim.text("en")), claim.id
        assert not re.match(r"(Do đó|Vậy|Điều đó|Chúng|Nó|Cả khi|Bỏ)\b", claim.text("vi")), claim.id
        assert f"| {claim.text('en')} |" in listed, claim.id


def test_the_quick_settings_are_the_first_arm():
    for playground in LESSON.playgrounds:
        assert quick(LESSON, playground)[0].config == playground.config
