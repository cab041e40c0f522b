"""Predict first: the stored run is not given away before the learner has committed, trained or asked."""

import pytest
from streamlit.testing.v1 import AppTest

from app import shell, veil
from app.lesson import discover, page_path, quick
from core import jobs, runs
from core.events import Finished, Metric, Started, to_json
from core.result import Result
from tests.test_pages import ROOT

TRAINED = [5, 8, 10]


@pytest.fixture(autouse=True)
def nobody_trains(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    monkeypatch.setenv("PLAYGROUND_WORKERS", "0")
    shell.pool.clear()


def opened(number: int, **query) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run().switch_page(str(page_path(number))).run()


def told(app: AppTest) -> bool:
    """Whether the verdict stands there."""
    return any("**Verdict**" in m.value for m in app.markdown)


def veiled(app: AppTest) -> str:
    """How much is kept back."""
    said = [
        level for level, why in veil.TEXT.items() if level != "show" and any(why.en in c.value for c in app.caption)
    ]
    return said[0] if said else ""


def drawn(app: AppTest) -> list[str]:
    return [chart.proto.spec for chart in app.get("vega_lite_chart")]


def locked(app: AppTest, number: int, question, value=None) -> AppTest:
    """The learner answers this question (with its first or highest answer)."""
    key = f"l{number:02d}_predict_{question.id}"
    widget = next(w for w in (*app.radio, *app.slider, *app.get("button_group")) if w.key == key)
    if question.kind == "choice":
        widget.set_value(value or question.options[0][0])
    elif question.kind == "ranking":
        widget.set_value([code for code, _ in question.options])
    else:
        widget.set_value(type(widget.value)(question.high))
    app.run()
    return next(b for b in app.button if b.key == f"{key}_lock").click().run()


@pytest.mark.parametrize("number", TRAINED)
def test_the_verdict_waits_for_the_prediction_and_comes_when_asked_for(number):
    app = opened(number, lang="en")
    assert not told(app) and veiled(app)
    next(b for b in app.button if b.label == veil.TEXT["show"].en).click().run()
    assert told(app) and not veiled(app)


@pytest.mark.parametrize("number", TRAINED)
def test_who_has_answered_every_question_sees_the_whole_run(number):
    app = opened(number, lang="en")
    questions = [p for p in discover()[number].playgrounds[0].predictions]
    for question in questions:
        assert not told(app) or all(q.decided_by != "quick" for q in questions)
        locked(app, number, question)
    assert told(app)


def test_a_question_about_the_first_loss_hides_the_numbers_until_it_is_answered():
    app = opened(5, lang="en")
    (chart,) = drawn(app)
    assert veiled(app) == "numbers" and '"axisY": {"labels": false' in chart
    assert not any(word in chart for word in ("ln V", '"rule"', '"tooltip"')), "each of these names the first loss"
    locked(app, 5, discover()[5].playgrounds[0].predictions[0])
    (chart,) = drawn(app)
    assert veiled(app) == "end" and "ln V" in chart and '"labels": false' not in chart


def test_a_picture_that_is_the_answer_waits_for_the_question():
    app = opened(3, lang="en", l03_play="map")
    assert veiled(app) == "picture" and drawn(app) == []
    (play,) = [p for p in discover()[3].playgrounds if p.slug == "map"]
    locked(app, 3, play.predictions[0])
    assert veiled(app) == "" and drawn(app)


def test_every_level_is_one_that_the_veil_knows():
    for lesson in discover().values():
        for prediction in (p for playground in lesson.playgrounds for p in playground.predictions):
            assert prediction.given_by in veil.LEVELS[1:]


def test_on_the_projector_nothing_is_veiled():
    assert told(opened(5, lang="en", projector="1"))


def test_a_tenth_of_the_run_and_two_evaluations_are_shown():
    losses = [Metric(s, "train_loss", 7 - s / 100) for s in range(1, 301)]
    tests = [Metric(s, "test_loss", 7 - s / 100) for s in (0, 10, 20, 50, 100, 200, 300)]
    whole = Result((Started(300), *losses, *tests, Finished(300, "done")))
    seen = veil.beginning(whole)
    assert seen.step == 30 and list(seen.metrics["test_loss"]) == [0, 10, 20] and seen.finished is None
    short = Result((Started(40), *tests[:2], Metric(40, "test_loss", 1.0), Finished(40, "done")))
    assert list(veil.beginning(short).metrics["test_loss"]) == [0, 10]


def test_what_somebody_else_has_trained_gives_nothing_away_either():
    """A teacher who has warmed the machine, or a neighbour, must not answer for the class; who trained it oneself sees it."""
    lesson = discover()[5]
    for arm in quick(lesson, lesson.playgrounds[0]):
        run = runs.create(arm.config)
        told_by = runs.ships(arm.config).events()[0]
        run.log.write_text("".join(to_json(e) + "\n" for e in told_by))
        jobs.watch(run.id, "0b0b0b0b")
    app = opened(5, lang="en", me="a1b2c3d4")
    assert veiled(app) == "numbers" and not told(app)
    for arm in quick(lesson, lesson.playgrounds[0]):
        jobs.watch(runs.create(arm.config).id, "a1b2c3d4")
    assert told(opened(5, lang="en", me="a1b2c3d4"))
