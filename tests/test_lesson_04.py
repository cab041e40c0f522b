"""What lesson 4 says, on runs that show it; and its questions, answered by the runs they name."""

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
    assert "Past the stability limit" in said("race", lr=1.0) and "million" not in said("race", lr=1.0)


def test_a_race_that_starts_at_its_end_is_explained():
    words = said("race", start=5.0)
    assert "AdamW leaves" in words and "closest" not in words


def test_never_resetting_names_period_growth_and_the_unfair_comparison():
    assert "one swing takes 19.8 steps (the formula: 19.8)" in said("never")
    assert "Adam swings wider" in said("never", steps=4000) and "AdamW swings wider" in said("never", steps=4000)
    assert "AdamW looks good (0.0553 from the target) because it alone" in said("never", forgetful="adam,sgd")
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
    ],
)
def test_the_regime_named_is_the_regime_seen(values, regime):
    from pages.rules_04 import regime as named

    shown = view("race", steps=1000, **values)
    assert named(shown.config) == regime
    swing, start_distance = shown.main.final("swing_sgd"), 3.0
    assert {"free": 2 < swing < 10, "grows": swing > 100}.get(regime, swing < 1e-6), (swing, start_distance)


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
        if question.decided_by != "quick" and slug != "never":  # "Never reset" shows at once what "The race" asks
            assert question.answer(view(slug, **({"scale": 0.5} if slug != "two" else {}))) is None


def test_the_answers_are_those_the_lesson_teaches():
    answers = {q.id: q.answer(deciding(p, q)) for p in PLAY.values() for q in p.predictions}
    assert answers.pop("swing") == pytest.approx(19.8, abs=0.1)
    assert answers == {"flip": "adam", "forget": "swing", "rates": "sgd", "undivided": "longer", "turned": "adam"}


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


def test_the_quick_settings_are_the_first_arm():
    for playground in LESSON.playgrounds:
        assert quick(LESSON, playground)[0].config == playground.config
